"""Reads of D08 worth a name."""
