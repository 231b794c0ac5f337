"""Rules of the hall: plain functions, no database, no clock."""
