"""Pages of D02."""
