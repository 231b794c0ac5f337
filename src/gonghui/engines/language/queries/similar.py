"""Texts like one, out of a million, by keyed hashes of rare keywords."""

from __future__ import annotations

from functools import lru_cache

from django.db import connection

from gonghui.engines.language.models import KeyFrequency
from gonghui.engines.language.rules.similarity import Like, Marks, marks, probes, ranked
from gonghui.kernel.base.sealing import keyring

CONTEXT = "language_entry.keys"
PROBES = 6
BUDGET = 400
"""Candidates that are compared at most."""
LEAST = 0.35
_CANDIDATES = (
    "SELECT ref, keys, weights FROM language_entry WHERE keys && %s::bigint[] AND source = %s"
    " LIMIT %s"
)


@lru_cache(maxsize=1)
def key() -> bytes:
    """The key of the hashes, drawn from the index key of this installation."""
    return keyring().blind_index("similar texts", context=CONTEXT)


def marks_of(text: str) -> Marks:
    """What is kept of a text."""
    return marks(text, key())


def like(
    text: str | Marks, *, source: str, but: str = "", least: float = LEAST, most: int = 10
) -> list[Like]:
    """Texts of a source most like this one, `but` itself; refs are for the caller to check."""
    asked = text if isinstance(text, Marks) else marks_of(text)
    if not asked.keys:
        return []
    known = dict(KeyFrequency.objects.filter(key__in=asked.keys).values_list("key", "texts"))
    chosen = probes(asked, lambda item: known.get(item, 1), most=PROBES, budget=BUDGET)
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, [chosen, source, BUDGET])
        rows = cursor.fetchall()
    return ranked(asked, (row for row in rows if row[0] != but), least=least, most=most)
