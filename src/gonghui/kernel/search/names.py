"""Conditions for finding names by any two characters in a row, from plain ordered indexes.

A name of three characters holds two pairs: one begins the name, the other begins its tail
(the name without its first character). So a prefix search on both columns finds every pair in
it, and prefix ranges in collation C pass row-level security where n-gram operators, which are
not leak-proof, may not (decisions/0004).
"""

from __future__ import annotations

from django.db.models import Q


def starts(field: str, text: str) -> Q:
    """field begins with text, as a range an index in collation C serves."""
    return Q(**{f"{field}__gte": text, f"{field}__lt": after(text)})


def after(text: str) -> str:
    """The first string that sorts behind every string that begins with text."""
    last = ord(text[-1]) + 1
    if 0xD800 <= last <= 0xDFFF:
        last = 0xE000
    return text[:-1] + chr(last)


def holds(text: str, name: str = "name", tail: str = "name_tail") -> Q:
    """The name begins with text, or goes on with it after its first character."""
    return starts(name, text) | starts(tail, text)
