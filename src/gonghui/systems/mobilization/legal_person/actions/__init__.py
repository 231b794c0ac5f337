"""The only writers of C1.2."""
