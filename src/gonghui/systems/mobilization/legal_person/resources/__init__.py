"""Lists, records and steps of C1.2."""
