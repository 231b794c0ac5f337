"""Lists and records of D03."""
