"""Writers of B3.1.3."""
