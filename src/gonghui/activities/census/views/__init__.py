"""Pages of A01 that no declaration can draw."""
