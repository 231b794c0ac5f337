"""Reads of B5.0."""
