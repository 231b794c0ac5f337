"""How near the term of a to-do is: a word and a tone, never the colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

OVERDUE, TODAY, WEEK, LATER, NONE = "overdue", "today", "week", "later", "none"
TITLES = {
    OVERDUE: "已逾期",
    TODAY: "今天到期",
    WEEK: "本周到期",
    LATER: "以后到期",
    NONE: "没有期限",
}
TONES = {OVERDUE: "stop", TODAY: "wait", WEEK: "info", LATER: "idle", NONE: "idle"}
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Due:
    """code: one of TITLES. words: what is said beside the to-do. tone: kind of the pill."""

    code: str
    words: str
    tone: str


@dataclass(frozen=True)
class Bounds:
    """The moments that part the classes: now, the end of today and of the week (Sunday)."""

    now: datetime
    day_end: datetime
    week_end: datetime


def bounds(now: datetime) -> Bounds:
    """The bounds at a local moment; a term at the very end of a day belongs to that day."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Bounds(
        now,
        midnight + timedelta(days=1),
        midnight + timedelta(days=7 - now.weekday()),
    )


def due(term: datetime | None, now: datetime) -> Due:
    """The class of a term; both moments local and aware."""
    if term is None:
        return Due(NONE, "", TONES[NONE])
    at = bounds(now)
    if term < now:
        days = (now.date() - term.date()).days
        return Due(OVERDUE, f"已逾期 {days} 天" if days else "今天已逾期", TONES[OVERDUE])
    if term <= at.day_end:
        last = term == at.day_end or (term.hour, term.minute) == (23, 59)
        return Due(TODAY, "今天到期" if last else f"今天 {term:%H:%M} 前", TONES[TODAY])
    # A term at midnight ends the day before.
    day = (term - timedelta(microseconds=1)).date()
    if term <= at.week_end:
        return Due(WEEK, f"周{WEEKDAYS[day.weekday()]}前", TONES[WEEK])
    year = f"{day.year}年" if day.year != now.year else ""
    return Due(LATER, f"{year}{day.month}月{day.day}日前", TONES[LATER])
