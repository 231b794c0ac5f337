"""What C4.5 writes."""
