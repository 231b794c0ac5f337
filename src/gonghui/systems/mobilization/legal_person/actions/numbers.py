"""Numbers given out in series; the row of a series stays locked to the end of the action."""

from __future__ import annotations

from datetime import date

from django.db import connection

from gonghui.kernel.base.ids import receipt_number
from gonghui.kernel.config.declaring import Level, Setting
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.legal_person.rules.certificates import (
    document_number,
    legal_number,
)

WORD = Setting(
    "legal_person.document_word",
    "法人登记决定书的发文字",
    str,
    "工法登",
    "用在受理、核准、不予登记决定书的文号里，如“蜀工法登”。",
    levels=(Level.PLATFORM, Level.CITY, Level.COUNTY),
    minimum=2,
    maximum=12,
)
_NEXT = """
INSERT INTO legal_person_counter (series, last) VALUES (%s, 1)
ON CONFLICT (series) DO UPDATE SET last = legal_person_counter.last + 1 RETURNING last
"""


def _next(series: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [series])
        return int(cursor.fetchone()[0])


def receipt(day: date) -> str:
    """A receipt number of the day."""
    return receipt_number("FR", day, _next(f"receipt/{day:%Y%m%d}"))


def decision(registrar: Union, day: date) -> str:
    """The next number of a registering union's decisions of the year, without gaps."""
    serial = _next(f"document/{registrar.pk}/{day.year}")
    return document_number(WORD.value(registrar.path), day.year, serial)


def legal(region: str) -> str:
    """The next 证号 of a region, without gaps and never given twice."""
    return legal_number(region, _next(f"legal/{region}"))
