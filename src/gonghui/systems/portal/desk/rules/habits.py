"""Which functions come first: by how often and how lately a person opened them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

HALF_LIFE_DAYS = 14
"""After so many days an opening counts half."""
KEPT_DAYS = 90
"""Counters older than this are deleted."""
FEWEST_USERS = 5
"""A habit of a role is shown only if so many different people share it."""


@dataclass(frozen=True)
class Opened:
    """A function opened `count` times on a day."""

    function: str
    day: date
    count: int


def scores(opened: Iterable[Opened], today: date) -> dict[str, float]:
    """The weight of each function: openings, halved every HALF_LIFE_DAYS."""
    found: dict[str, float] = {}
    for item in opened:
        age = max(0, (today - item.day).days)
        weight = item.count * 0.5 ** (age / HALF_LIFE_DAYS)
        found[item.function] = found.get(item.function, 0.0) + weight
    return found


def ranked(
    offered: Sequence[str],
    opened: Iterable[Opened],
    of_role: Mapping[str, int],
    today: date,
    most: int,
) -> list[str]:
    """At most `most` of the offered functions: own habits, then those of the role, then the rest.

    offered: what the person may open, in the order of the menu. of_role: users by function.
    """
    own = scores(opened, today)
    place = {function: n for n, function in enumerate(offered)}
    order = sorted(
        place,
        key=lambda function: (
            -own.get(function, 0.0),
            -of_role.get(function, 0),
            place[function],
        ),
    )
    return order[:most]
