"""Pages of founding and elections beside the generated ones."""
