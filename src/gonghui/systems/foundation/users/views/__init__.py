"""Pages of D08 that no declaration can draw."""
