"""The writers of C1.1."""
