"""Reads of aid, mediation, supervision and the registers."""
