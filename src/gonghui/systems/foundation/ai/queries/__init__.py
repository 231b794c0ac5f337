"""Reading in D03."""
