"""Spans of time as labour law counts them."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day of the month later; its last day where there is none (民法典第二百零二条)."""
    at = day.year * 12 + day.month - 1 + months
    year, month = divmod(at, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def full_months(first: date, last: date) -> int:
    """How many full months lie from the first to the last day, both inclusive; 0 if none."""
    if last < first:
        return 0
    end = last + ONE_DAY
    months = (end.year - first.year) * 12 + end.month - first.month
    return months if add_months(first, months) <= end else months - 1


def rest_days(first: date, last: date) -> int:
    """The days left over after the full months from first to last, both inclusive."""
    if last < first:
        return 0
    return (last + ONE_DAY - add_months(first, full_months(first, last))).days


def in_words(first: date, last: date) -> str:
    """3 年 7 个月 2 天."""
    years, months = divmod(full_months(first, last), 12)
    days = rest_days(first, last)
    parts = [(years, "年"), (months, "个月"), (days, "天")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 天"


def last_day(begin: date, works: Callable[[date], bool], *, months: int = 0, days: int = 0) -> date:
    """The last day of a term: the first day does not count; a day off moves it to the next workday.

    Source: 《民法典》第二百零一条至第二百零三条. works: whether a day is a workday.
    """
    end = add_months(begin, months) + timedelta(days=days)
    while not works(end):
        end += ONE_DAY
    return end
