"""What law and measures say of aid, mediation and supervision; plain Python."""
