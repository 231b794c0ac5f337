"""The faces of C1.1."""
