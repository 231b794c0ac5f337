"""Rules of C1.1: plain functions, each citing its source."""
