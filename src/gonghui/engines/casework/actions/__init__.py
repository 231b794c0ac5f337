"""What changes a case."""
