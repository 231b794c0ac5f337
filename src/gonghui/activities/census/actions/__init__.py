"""The writers of A01."""
