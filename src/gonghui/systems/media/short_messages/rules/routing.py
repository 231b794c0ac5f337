"""Which route (通道) a message takes: carrier, payload, health, order, price."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from gonghui.systems.media.short_messages.rules.carriers import UNKNOWN

FALLS_AFTER = 5
"""So many failures in a row take a route out of use."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
MOST_TRIES = 3
PAUSES = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=60), timedelta(minutes=5))
"""Before a message the carrier put off (throttled, queue full) is offered to it again."""


@dataclass(frozen=True)
class Way:
    """What the choice looks at of a route. rank: the order the office set, smaller first."""

    id: int
    carriers: frozenset[str]
    payloads: frozenset[str]
    rank: int
    price: Decimal
    enabled: bool = True
    closed_until: datetime | None = None

    def serves(self, carrier: str, payload: str) -> bool:
        """Whether it may carry such a message at all; unknown prefixes take any route."""
        fits = carrier == UNKNOWN or carrier in self.carriers
        return self.enabled and fits and payload in self.payloads

    def is_open(self, now: datetime) -> bool:
        """Whether it is in use; after its pause it is tried again."""
        return self.closed_until is None or self.closed_until <= now


def order(
    ways: Iterable[Way], carrier: str, payload: str, now: datetime, tried: Collection[int] = ()
) -> list[Way]:
    """The routes for a message, best first: open ones by rank, then price; tried ones never."""
    fitting = [way for way in ways if way.serves(carrier, payload) and way.id not in tried]
    return sorted(
        (way for way in fitting if way.is_open(now)), key=lambda way: (way.rank, way.price, way.id)
    )


def best(
    ways: Iterable[Way], carrier: str, payload: str, now: datetime, tried: Collection[int] = ()
) -> Way | None:
    """The route a message takes now; None while there is none."""
    found = order(ways, carrier, payload, now, tried)
    return found[0] if found else None


def after_failure(failures: int, now: datetime) -> tuple[int, datetime | None]:
    """Failures in a row with this one, and until when the route rests; None: not yet."""
    failures += 1
    if failures < FALLS_AFTER:
        return failures, None
    pause = FIRST_PAUSE * 2 ** min(failures - FALLS_AFTER, 10)
    return failures, now + min(pause, LONGEST_PAUSE)


def pause_before(tries: int) -> timedelta:
    """How long a message waits that was put off `tries` times."""
    return PAUSES[min(max(tries, 1), len(PAUSES)) - 1]
