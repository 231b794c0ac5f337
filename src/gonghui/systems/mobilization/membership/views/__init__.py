"""Pages of the system that the declaration cannot draw."""
