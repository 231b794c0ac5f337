"""Rules of committee terms (届期): when a term ends, when to remind, how long it may be delayed.

Sources: 《中华人民共和国工会法》(2021) article 16 (基层 3 or 5 years), 《民法典》 articles 201 and
202 (a period of months or years ends on the day that corresponds to the day it began, or on the
last day of a shorter month), 《工会基层组织选举工作条例》 (2016, delay at most six months with the
superior's consent).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

TERM_RULE = "《中华人民共和国工会法》（2021年修正）第十六条"
PERIOD_RULE = "《民法典》第二百零一条、第二百零二条：按年计算的期间，到期月的对应日为最后一日"
DELAY_RULE = "《工会基层组织选举工作条例》（2016年）：延期换届应报上一级工会批准"
RESULT_RULE = "《工会基层组织选举工作条例》（2016年）：选举结果报上一级工会批准"


class Urgency(StrEnum):
    """How pressing a re-election is (紧急程度), the most pressing first."""

    OVERDUE_LONG = "overdue_long"
    OVERDUE = "overdue"
    DELAYED = "delayed"
    ONE = "one"
    THREE = "three"
    SIX = "six"
    LATER = "later"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(item.value, item.label) for item in cls]


_LABELS = {
    Urgency.OVERDUE_LONG: "超期半年以上",
    Urgency.OVERDUE: "已届满未换届",
    Urgency.DELAYED: "延期中",
    Urgency.ONE: "1个月内届满",
    Urgency.THREE: "3个月内届满",
    Urgency.SIX: "6个月内届满",
    Urgency.LATER: "6个月后届满",
}


@dataclass(frozen=True)
class Window:
    """The days a deadline lies between for one urgency; None is open. Both ends inclusive."""

    first: date | None
    last: date | None


def add_months(day: date, months: int) -> date:
    """The corresponding day some months on (or back), the last of a shorter month otherwise."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def ends_on(elected_on: date, years: int) -> date:
    """The last day of a term (届满日)."""
    return add_months(elected_on, 12 * years)


def reminder_dates(deadline: date, months: Iterable[int]) -> dict[int, date]:
    """Months before the deadline -> the day to remind, the earliest first."""
    return {number: add_months(deadline, -number) for number in sorted(months, reverse=True)}


def reminder_due(deadline: date, today: date, months: Iterable[int]) -> int | None:
    """The reminder to send now: the latest one whose day has come; 0 once overdue; else None.

    Reminders a stopped platform has missed are not made up for: only the latest is sent.
    """
    if today > deadline:
        return 0
    due = [number for number, day in reminder_dates(deadline, months).items() if day <= today]
    return min(due) if due else None


def latest_delay(ends: date, most_months: int) -> date:
    """The last day a re-election may be delayed to (延期换届的最后期限)."""
    return add_months(ends, most_months)


def years_allowed(grassroots: bool, basic: Iterable[int], local: int) -> tuple[int, ...]:
    """The lengths of term a committee may be elected for."""
    return tuple(basic) if grassroots else (local,)


def windows(today: date) -> dict[Urgency, Window]:
    """Between which deadlines each urgency lies; together they hold every day once.

    DELAYED is a mark of the term, not a window: delayed terms not yet overdue stand there.
    """
    one_day = date.resolution
    half_year_ago = add_months(today, -6)
    one, three, six = (add_months(today, number) for number in (1, 3, 6))
    return {
        Urgency.OVERDUE_LONG: Window(None, half_year_ago - one_day),
        Urgency.OVERDUE: Window(half_year_ago, today - one_day),
        Urgency.ONE: Window(today, one),
        Urgency.THREE: Window(one + one_day, three),
        Urgency.SIX: Window(three + one_day, six),
        Urgency.LATER: Window(six + one_day, None),
    }


def urgency(deadline: date, today: date, *, delayed: bool = False) -> Urgency:
    """The class of a term whose deadline (届满日, or the day it is delayed to) is given."""
    for found, window in windows(today).items():
        after = window.first is None or deadline >= window.first
        before = window.last is None or deadline <= window.last
        if after and before:
            return Urgency.DELAYED if delayed and deadline >= today else found
    raise AssertionError("the windows hold every day")
