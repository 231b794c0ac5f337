"""Lists, records and steps of D09."""
