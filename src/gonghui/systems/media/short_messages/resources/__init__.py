"""Lists, records and forms of B3.1.3."""
