"""The writers of D08."""
