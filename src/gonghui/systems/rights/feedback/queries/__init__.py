"""Reads of C4.5 worth a name."""
