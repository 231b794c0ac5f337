"""What changes aid, mediation, supervision and the registers."""
