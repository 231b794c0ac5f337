"""Numbers of cases and intakes, given out in the order of issue."""

from __future__ import annotations

from datetime import date

from django.db import connection

from gonghui.kernel.base.ids import receipt_number

_NEXT = """
INSERT INTO casework_numbercounter (prefix, day, last) VALUES (%s, %s, 1)
ON CONFLICT (prefix, day) DO UPDATE SET last = casework_numbercounter.last + 1 RETURNING last
"""


def next_number(prefix: str, day: date) -> str:
    """A number nobody has had; call it late in a transaction, for its row stays locked."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [prefix, day])
        return receipt_number(prefix, day, cursor.fetchone()[0])
