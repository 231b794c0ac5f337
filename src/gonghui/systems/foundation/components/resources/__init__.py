"""Resources of D02."""
