"""Reads of B5.2 worth a name."""
