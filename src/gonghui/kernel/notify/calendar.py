"""The calendar (日程): every system adds what has a day, through a registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, time

from gonghui.kernel.access.actor import Actor


@dataclass(frozen=True)
class CalendarEntry:
    """Something on a day, or from a day to a day (inclusive).

    source: the code its provider is registered under. at: the time of day, None for all day.
    late: a term that has passed and is still open.
    """

    day: date
    title: str
    url: str = ""
    until: date | None = None
    at: time | None = None
    note: str = ""
    late: bool = False
    source: str = ""


Provider = Callable[[Actor, date, date], Iterable[CalendarEntry]]


@dataclass(frozen=True)
class Source:
    """A kind of entry: its name, and `provide(actor, first, last)`, both days inclusive."""

    code: str
    title: str
    provide: Provider


SOURCES: dict[str, Source] = {}
"""Every source of entries, by code, in the order of registration."""


def register_calendar(code: str, title: str, provider: Provider) -> None:
    """Let a system show entries; it answers what the actor may see, at most some dozens.

    Raises ValueError for a code another provider has.
    """
    if SOURCES.setdefault(code, Source(code, title, provider)).provide is not provider:
        raise ValueError(f"calendar source {code!r} is registered twice")
