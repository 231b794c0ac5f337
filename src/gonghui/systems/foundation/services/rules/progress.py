"""How far the plan is: states of its functions and the shares computed from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

DONE, PARTIAL, OPEN = "done", "partial", "open"
TITLES = {DONE: "已实现", PARTIAL: "部分实现", OPEN: "未开始"}
MOBILE_TARGET = 90
TARGET_RULE = "皖工发〔2017〕39号：2020年实现90%以上业务可依托移动端运行"


@dataclass(frozen=True)
class Tally:
    """Counts of functions. mobile counts those done that run on a phone."""

    total: int = 0
    done: int = 0
    partial: int = 0
    mobile: int = 0

    @property
    def open(self) -> int:
        return self.total - self.done - self.partial

    @property
    def done_share(self) -> Decimal:
        """Percent of all functions that are done."""
        return share(self.done, self.total)

    @property
    def mobile_share(self) -> Decimal:
        """Percent of the functions done that run on a phone: what the plan's target asks."""
        return share(self.mobile, self.done)

    @property
    def reaches_target(self) -> bool:
        return self.done > 0 and 100 * self.mobile >= MOBILE_TARGET * self.done


def share(part: int, whole: int) -> Decimal:
    """Percent with one decimal, half up; 0 of nothing."""
    if not whole:
        return Decimal("0.0")
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def tally(states: Iterable[tuple[str, bool]]) -> Tally:
    """Count functions given as (state, runs on a phone)."""
    total = done = partial = mobile = 0
    for state, phone in states:
        total += 1
        done += state == DONE
        partial += state == PARTIAL
        mobile += state == DONE and phone
    return Tally(total, done, partial, mobile)
