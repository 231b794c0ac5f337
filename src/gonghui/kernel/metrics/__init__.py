"""Indicators that are kept, not counted: roll-ups over the union tree."""
