"""Lists, records and steps of B5.0."""
