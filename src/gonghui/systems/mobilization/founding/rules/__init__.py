"""Rules of founding unions and of their elections, with their sources."""
