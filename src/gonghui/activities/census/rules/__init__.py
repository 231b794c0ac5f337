"""Rules of A01: plain functions, each citing its source."""
