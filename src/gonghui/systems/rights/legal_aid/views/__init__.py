"""Pages of aid, mediation and supervision that lists and records cannot draw."""
