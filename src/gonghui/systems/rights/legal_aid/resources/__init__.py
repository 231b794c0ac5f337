"""Lists, records and steps of aid, mediation, supervision and the registers."""
