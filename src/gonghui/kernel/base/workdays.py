"""Workdays of mainland China (工作日): weekends, holidays and make-up workdays.

data/workdays.csv lists every day off (休) and make-up workday (班) from 2004 on with the State
Council notice that set it. A year whose notice is not in the table has weekends only and is
provisional.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

_ONE_DAY = timedelta(days=1)
_OFF, _ON = "休", "班"


@dataclass(frozen=True)
class SpecialDay:
    """A day set by a notice: works tells a make-up workday from a day off."""

    day: date
    works: bool
    festival: str
    notice: str


@cache
def special_days() -> dict[date, SpecialDay]:
    """Return the table by day. Raises ValueError when a line is wrong or a day stands twice."""
    table: dict[date, SpecialDay] = {}
    source = files("gonghui.kernel.base").joinpath("data/workdays.csv")
    with source.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["day"])
            if row["kind"] not in (_OFF, _ON) or day in table:
                raise ValueError(f"workdays.csv: {day} is wrong or stands twice")
            table[day] = SpecialDay(day, row["kind"] == _ON, row["festival"], row["notice"])
    return table


def years_with_notice(days: Iterable[date]) -> frozenset[int]:
    """Return the years whose own notice set one of these days.

    A notice may also set the last days of the year before, for the New Year holiday: days in
    December say nothing about their own year.
    """
    return frozenset(day.year for day in days if day.month < 12)


@cache
def _known_years() -> frozenset[int]:
    return years_with_notice(special_days())


def is_provisional(year: int) -> bool:
    """Tell whether the year's notice is not in the table, so that only weekends are known."""
    return year not in _known_years()


def festival(day: date) -> str:
    """Return the festival a day off belongs to (春节), empty for other days."""
    special = special_days().get(day)
    return special.festival if special and not special.works else ""


def is_workday(day: date) -> bool:
    """Tell whether people work on a day by the national calendar."""
    special = special_days().get(day)
    return special.works if special else day.weekday() < 5


def _walk(day: date, step: timedelta) -> Iterator[date]:
    while True:
        day += step
        if is_workday(day):
            yield day


def add_workdays(day: date, n: int) -> date:
    """Return the n-th workday after a day, before it when n is negative; the day itself for 0.

    The day does not count: a period of workdays starts the day after (民法典 article 201).
    """
    if not n:
        return day
    walk = _walk(day, _ONE_DAY if n > 0 else -_ONE_DAY)
    for _ in range(abs(n) - 1):
        next(walk)
    return next(walk)


def next_workday(day: date) -> date:
    """Return the day itself or the first workday after it, where a deadline on a day off ends.

    Source: 民法典 article 203.
    """
    return day if is_workday(day) else add_workdays(day, 1)


def workdays_between(a: date, b: date) -> int:
    """Return how many workdays lie after a up to and including b.

    Negative when b is before a: then from b up to the day before a. So
    workdays_between(a, add_workdays(a, n)) is n.
    """
    if b < a:
        return -workdays_between(b - _ONE_DAY, a - _ONE_DAY)
    span = (b - a).days
    # Whole weeks hold five weekdays each; the table corrects for the days it names.
    count = span // 7 * 5
    count += sum((a + timedelta(days=i)).weekday() < 5 for i in range(span // 7 * 7 + 1, span + 1))
    for day, special in special_days().items():
        if a < day <= b:
            count += special.works - (day.weekday() < 5)
    return count
