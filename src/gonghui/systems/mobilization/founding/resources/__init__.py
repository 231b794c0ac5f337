"""Lists, records and steps of founding and elections."""
