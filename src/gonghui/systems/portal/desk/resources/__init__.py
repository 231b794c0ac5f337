"""Resources of the desk."""
