"""The only writers of the hall."""
