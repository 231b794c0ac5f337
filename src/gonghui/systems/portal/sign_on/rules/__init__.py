"""Rules of B5.2, without a database."""
