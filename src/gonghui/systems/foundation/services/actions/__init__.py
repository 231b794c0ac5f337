"""Writers of D09."""
