"""Periodic work of D08."""
