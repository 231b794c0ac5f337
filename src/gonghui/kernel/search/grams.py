"""Finding any part of a name by an index of its single and paired characters (decisions/0014).

For tables without row-level security: behind it an array operator would become a filter.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, QuerySet, TextField, Value


def grams(text: str) -> list[str]:
    """The pairs of neighbouring characters in lower case; the character itself of a text of one."""
    letters = text.lower()
    pairs = [letters[at : at + 2] for at in range(len(letters) - 1)]
    return list(dict.fromkeys(pairs or [letters]))


class Grams(Func):
    """search_grams(column), the expression the indexes of migration 0001 are built on."""

    function = "search_grams"
    arity = 1
    output_field = ArrayField(TextField())


def holding(rows: QuerySet, field: str, text: str) -> QuerySet:
    """The rows whose `field` holds the text anywhere, found through the index of its grams."""
    wanted = Value(grams(text), output_field=ArrayField(TextField()))
    rows = rows.alias(found_grams=Grams(F(field))).filter(found_grams__contains=wanted)
    return rows.filter(**{f"{field}__icontains": text})
