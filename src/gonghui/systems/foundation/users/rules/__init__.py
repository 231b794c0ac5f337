"""Rules of D08: plain Python with their sources."""
