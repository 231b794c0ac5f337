"""Rules of D02, plain Python."""
