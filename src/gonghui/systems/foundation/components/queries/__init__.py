"""Reads of D02."""
