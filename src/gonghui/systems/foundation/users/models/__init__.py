"""Tables of D08."""
