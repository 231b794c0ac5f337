"""Reads of C1.2 worth a name."""
