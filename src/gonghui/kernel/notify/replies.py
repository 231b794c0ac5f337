"""Texts that come in (上行短信): who takes them, and who looks whether a life is in danger.

The system that owns the number asks the watches and then calls `offer`, in one transaction for each
text, so what a taker writes happens once. Engines and systems register here and know no carrier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Reply:
    """A text from a phone.

    key: its own, the same when the carrier repeats it. number: the service number it was sent to.
    purpose, answers: what our latest message to this phone was for and its key; empty when none
    was sent lately. person_id: whose number it is, if known and of one person only.
    """

    key: str
    mobile: str
    text: str
    number: str
    received_at: datetime
    purpose: str = ""
    answers: str = ""
    person_id: int | None = None


@dataclass(frozen=True)
class Taken:
    """What became of a text: where it is now, and what to answer; empty for no answer."""

    reference: str
    answer: str = ""


Take = Callable[[Reply], Taken | None]
Watch = Callable[[str], str]


@dataclass(frozen=True)
class Taker:
    """Somebody who takes texts. order: smaller is asked first."""

    code: str
    title: str
    take: Take
    order: int


_takers: dict[str, Taker] = {}
_turns: dict[str, Taker] = {}
_watches: dict[str, Watch] = {}
_paths: dict[str, Callable[[Reply, str], None]] = {}


def register(code: str, title: str, take: Take, *, order: int = 50) -> None:
    """Have texts offered to `take`, which returns None for what is not its own.

    order: surveys and other answers to a message of ours before 40, intake of cases from 60 on.
    Raises ValueError for a code in use.
    """
    if code in _takers:
        raise ValueError(f"taker of texts {code!r} is registered twice")
    _takers[code] = Taker(code, title, take, order)


def register_turn(
    code: str, title: str, take: Callable[[Reply], Taken], *, order: int = 50
) -> None:
    """Have texts nobody takes turned over to `take` by a person: it takes whatever it is given.

    Raises ValueError for a code in use.
    """
    if code in _turns:
        raise ValueError(f"taker by hand {code!r} is registered twice")
    _turns[code] = Taker(code, title, take, order)


def register_watch(code: str, watch: Watch) -> None:
    """Have every text looked at: `watch(text)` says why a life may be in danger, else nothing.

    Raises ValueError for a code in use.
    """
    if code in _watches:
        raise ValueError(f"watch over texts {code!r} is registered twice")
    _watches[code] = watch


def register_path(code: str, path: Callable[[Reply, str], None]) -> None:
    """Have a person reached for an alarming text: `path(reply, why)`; beside the owner's own.

    Raises ValueError for a code in use.
    """
    if code in _paths:
        raise ValueError(f"path of alarms {code!r} is registered twice")
    _paths[code] = path


def takers() -> list[Taker]:
    """Everybody who takes texts, in the order they are asked."""
    return sorted(_takers.values(), key=lambda taker: (taker.order, taker.code))


def turns() -> list[Taker]:
    """Everybody a person may turn a text over to, in their order."""
    return sorted(_turns.values(), key=lambda taker: (taker.order, taker.code))


def watches() -> dict[str, Watch]:
    """Everybody who looks at texts, by code."""
    return dict(_watches)


def paths() -> dict[str, Callable[[Reply, str], None]]:
    """Every further way to a person, by code."""
    return dict(_paths)


def offer(reply: Reply) -> tuple[Taker, Taken] | None:
    """The first who takes a text and what became of it; None when nobody does."""
    for taker in takers():
        taken = taker.take(reply)
        if taken is not None:
            return taker, taken
    return None


def forget(code: str) -> None:
    """Take whatever is registered under a code out again; for tests."""
    for known in (_takers, _turns, _watches, _paths):
        known.pop(code, None)
