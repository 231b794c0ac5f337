"""Reads of A01 worth a name, and its dated parameters."""
