"""Lists and records of the hall."""
