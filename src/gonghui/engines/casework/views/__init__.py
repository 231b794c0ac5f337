"""Pages that serve every kind."""
