"""The faces of D08."""
