"""The pages of workers in the hall, and papers of sessions."""
