"""What is plain Python: no Django, no database, no clock. Data files are read once."""
