"""Plain rules of D03."""
