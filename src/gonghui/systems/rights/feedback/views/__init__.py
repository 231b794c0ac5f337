"""Pages of C4.5."""
