"""The faces of A01."""
