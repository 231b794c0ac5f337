"""The writers of B5.2."""
