"""Reads of the system worth a name."""
