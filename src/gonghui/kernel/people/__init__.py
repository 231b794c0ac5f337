"""Persons (人员), their identity documents and their union membership (会籍) for life."""
