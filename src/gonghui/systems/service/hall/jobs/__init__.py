"""Work of the hall beside requests."""
