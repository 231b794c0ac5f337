"""Background work of founding."""
