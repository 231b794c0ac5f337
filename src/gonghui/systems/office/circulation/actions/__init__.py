"""The writers of B5.0."""
