"""What may be sent when, how it is cut, whom it goes by and what it costs; plain Python."""
