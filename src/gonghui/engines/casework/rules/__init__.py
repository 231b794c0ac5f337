"""Rules of casework: plain Python."""
