"""Spans of the calendar: weeks from Monday to Sunday, months in whole weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

WEEK, MONTH, LIST = "week", "month", "list"
VIEWS = {MONTH: "月", WEEK: "周", LIST: "列表"}
LIST_DAYS = 60


@dataclass(frozen=True)
class Span:
    """The days shown, inclusive, and the days to go to before and after."""

    first: date
    last: date
    before: date
    after: date

    @property
    def days(self) -> list[date]:
        """Every day of the span."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def span(view: str, day: date) -> Span:
    """What a view shows around a day."""
    if view == LIST:
        step = timedelta(days=LIST_DAYS)
        return Span(day, day + step - timedelta(days=1), day - step, day + step)
    if view == WEEK:
        first = day - timedelta(days=day.weekday())
        week = timedelta(days=7)
        return Span(first, first + timedelta(days=6), first - week, first + week)
    month = day.replace(day=1)
    following = (month + timedelta(days=31)).replace(day=1)
    last = following - timedelta(days=1)
    return Span(
        month - timedelta(days=month.weekday()),
        last + timedelta(days=6 - last.weekday()),
        (month - timedelta(days=1)).replace(day=1),
        following,
    )
