"""What the rules of official documents say: plain Python, no clock, each with its source."""
