"""Machine interfaces of D08."""
