"""Reviews of grants: quarters, terms and how far a review has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from gonghui.kernel.base.errors import Conflict

SOURCE = "GB/T 22239-2019 8.1.10.6：定期核查管理员和用户的权限分配"


def quarter_of(day: date) -> str:
    """ "2026Q4"."""
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


def quarter_words(quarter: str) -> str:
    year, _, number = quarter.partition("Q")
    return f"{year}年第{'一二三四'[int(number) - 1]}季度"


def months_of(text: str) -> set[int]:
    """The months of a setting: "1,4,7,10"."""
    return {int(part) for part in text.split(",") if part.strip()}


def terms(opened: date, days: int, grace: int) -> tuple[date, date]:
    """(due, suspended on): what is not reviewed by the end of the grace is suspended next day."""
    due = opened + timedelta(days=days)
    return due, due + timedelta(days=grace + 1)


def check_pending(decision: str) -> None:
    if decision != "pending":
        raise Conflict("这项授权已经复核过。", remedy="请刷新列表。", code="reviewed")


@dataclass(frozen=True)
class Progress:
    """How many grants of a union were reviewed, and how."""

    total: int
    confirmed: int
    changed: int
    revoked: int
    suspended: int
    overdue: int

    @property
    def done(self) -> int:
        return self.confirmed + self.changed + self.revoked + self.suspended

    @property
    def percent(self) -> Decimal:
        if not self.total:
            return Decimal(100)
        exact = Decimal(100 * self.done) / self.total
        return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
