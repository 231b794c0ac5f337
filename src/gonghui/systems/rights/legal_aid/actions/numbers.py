"""Numbers given out in series; the row of a series stays locked to the end of the action."""

from __future__ import annotations

from django.db import connection

from gonghui.kernel.config.declaring import Level, Setting
from gonghui.kernel.org.models import Union

WORD = Setting(
    "legal_aid.document_word",
    "法律服务文书的发文字",
    str,
    "工法",
    "用在援助决定、指派函、调解协议书和监督文书的文号里，如“蜀工法”。",
    levels=(Level.PLATFORM, Level.CITY, Level.COUNTY),
    minimum=2,
    maximum=12,
)
_NEXT = """
INSERT INTO legal_aid_counter (series, last) VALUES (%s, 1)
ON CONFLICT (series) DO UPDATE SET last = legal_aid_counter.last + 1 RETURNING last
"""


def following(series: str) -> int:
    """The next number of a series, without gaps."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [series])
        return int(cursor.fetchone()[0])


def document(union: Union, mark: str, year: int) -> str:
    """工法援〔2026〕3号; unions with the same word share one series."""
    word = WORD.value(union.path)
    serial = following(f"{mark}/{word}/{year}")
    return f"{word}{mark}〔{year}〕{serial}号"
