"""What messages cost (计费): by accepted part and route price, in 厘 (a thousandth of a yuan).

A part is billed once, in the month it was accepted. A refused part costs nothing; one whose outcome
is unknown is set aside until it is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

BILLED = ("accepted", "delivered", "undelivered")
SET_ASIDE = ("recorded", "unknown")


@dataclass(frozen=True)
class Used:
    """Accepted parts of one route and price in a month. price: 厘 each."""

    route: str
    price: int
    parts: int

    @property
    def amount(self) -> int:
        return self.price * self.parts


def yuan(amount: int) -> Decimal:
    """厘 as yuan with three places."""
    return Decimal(amount) / 1000


def in_words(amount: int) -> str:
    """厘 as yuan for a page: 1,234.56 元; the third place only where it is not 0."""
    text = f"{yuan(amount):,.3f}"
    return f"{text[:-1] if text.endswith('0') else text} 元"


def month_of(day: date) -> date:
    """The first of the month a day belongs to."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first of the month after."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def total(lines: Iterable[Used]) -> int:
    """The amount of a bill, in 厘."""
    return sum(line.amount for line in lines)


def fits(cap: int, committed: int, more: int) -> bool:
    """Whether a month's cap still takes `more`; a cap of 0 takes nothing."""
    return committed + more <= cap


def nearly_used(cap: int, committed: int, percent: int) -> bool:
    """Whether the month's use has reached the share at which the department is warned."""
    return cap > 0 and committed * 100 >= cap * percent


@dataclass(frozen=True)
class Difference:
    """Where our count of a month and the carrier's own statement part."""

    route: str
    ours: int
    theirs: int


def compare(ours: dict[str, int], theirs: dict[str, int]) -> list[Difference]:
    """Routes whose counts of parts differ from the carrier's statement."""
    return [
        Difference(route, ours.get(route, 0), theirs.get(route, 0))
        for route in sorted({*ours, *theirs})
        if ours.get(route, 0) != theirs.get(route, 0)
    ]
