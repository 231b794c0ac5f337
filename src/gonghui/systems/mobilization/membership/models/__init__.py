"""Tables of C1.1."""
