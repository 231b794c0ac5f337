"""The pages of the process part."""
