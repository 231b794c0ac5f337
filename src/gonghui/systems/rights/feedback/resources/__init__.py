"""Lists of C4.5."""
