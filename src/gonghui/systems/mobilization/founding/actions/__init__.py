"""The writers of founding and elections."""
