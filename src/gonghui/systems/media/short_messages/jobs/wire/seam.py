"""What a link needs of a protocol, and what a protocol tells a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gonghui.systems.media.short_messages.actions.carrying import Ready, Report
from gonghui.systems.media.short_messages.actions.receiving import Arrived
from gonghui.systems.media.short_messages.models import Route
from gonghui.systems.media.short_messages.rules.states import Part


class LinkLost(Exception):
    """The connection is gone, or cannot be made; the words say why, in Chinese."""


@dataclass(frozen=True)
class Answered:
    """The answer to the submit with a sequence."""

    sequence: int
    part: Part
    carrier_id: str = ""
    code: int = 0
    words: str = ""


@dataclass(frozen=True)
class Reported:
    """A delivery report; ticket: what acknowledges it."""

    report: Report
    ticket: int


@dataclass(frozen=True)
class Came:
    """A text of a person; ticket: what acknowledges it."""

    arrived: Arrived
    ticket: int


@dataclass(frozen=True)
class Junk:
    """Something that is nothing; it is acknowledged, or the carrier repeats it for ever."""

    ticket: int


@dataclass(frozen=True)
class Gone:
    """The connection is gone, behind everything that came before it; the words say why."""

    words: str


Event = Answered | Reported | Came | Junk | Gone


class Wire(Protocol):
    """A connection to a carrier. Used by one thread.

    repeatable: the other side drops a second submit under the same key, so one of unknown outcome
    may be sent again.
    """

    repeatable: bool

    def __init__(self, route: Route) -> None: ...

    def open(self) -> None:
        """Connect and sign in; LinkLost if that fails."""
        ...

    def submit(self, ready: Ready) -> None:
        """Hand a part over; its answer comes as an event. LinkLost: it may have left."""
        ...

    def read(self, seconds: float) -> list[Event]:
        """What has come, waiting up to so long for the first; LinkLost, or Gone behind the last of
        what came before the loss."""
        ...

    def acknowledge(self, tickets: Sequence[int]) -> None:
        """Tell the carrier that these are kept."""
        ...

    def query(self, carrier_id: str) -> None:
        """Ask what became of an accepted part; the answer comes as a report."""
        ...

    def keep_alive(self) -> None:
        """Show that this side lives."""
        ...

    def close(self) -> None:
        """Sign out if possible, and disconnect; never raises."""
        ...
