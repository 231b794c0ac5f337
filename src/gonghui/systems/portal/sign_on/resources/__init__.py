"""Generated faces of B5.2."""
