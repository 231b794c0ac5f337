"""Pages of C1.2 the declarations cannot draw."""
