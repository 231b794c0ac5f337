"""Writers of D02."""
