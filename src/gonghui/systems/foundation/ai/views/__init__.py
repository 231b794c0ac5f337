"""Pages of D03."""
