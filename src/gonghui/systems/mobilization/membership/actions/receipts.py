"""Receipt numbers (受理编号): one row per kind and day counts; a number may stay unused."""

from __future__ import annotations

from datetime import date

from django.db import connection

from gonghui.kernel.base.ids import receipt_number

_NEXT = """
INSERT INTO membership_receiptcounter (prefix, day, last) VALUES (%s, %s, 1)
ON CONFLICT (prefix, day) DO UPDATE SET last = membership_receiptcounter.last + 1 RETURNING last
"""


def next_receipt(prefix: str, day: date) -> str:
    """A receipt number nobody has had; call it late in an action, for its row stays locked."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [prefix, day])
        return receipt_number(prefix, day, cursor.fetchone()[0])
