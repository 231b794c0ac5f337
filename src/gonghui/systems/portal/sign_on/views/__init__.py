"""Pages of B5.2 beside the generated ones."""
