"""Subsidies for handling aid cases (办案补贴), from a dated table.

A row of the table: form of aid, base, for each hearing after the first, for each person after the
first, at most; in yuan. Nothing is paid here: the amounts go out in a list for the finance desk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gonghui.kernel.base.errors import Refusal

RULE = "《工会法律援助办法》（总工发〔2008〕52号）：承办人员领取办案补贴，标准由当地工会制定"


@dataclass(frozen=True)
class Subsidy:
    """lines: what for, and how much, summing to total unless `capped`."""

    total: Decimal
    lines: tuple[tuple[str, Decimal], ...]
    capped: bool = False

    @property
    def words(self) -> str:
        shown = "，".join(f"{title} {amount} 元" for title, amount in self.lines)
        return f"{shown}，封顶 {self.total} 元" if self.capped else f"{shown}，共 {self.total} 元"


def subsidy(form: str, hearings: int, people: int, table: Sequence[Sequence[object]]) -> Subsidy:
    """The subsidy of one case; Refusal when the table has no row for the form."""
    if hearings < 0 or people < 1:
        raise ValueError("hearings are not negative, and an aid case has somebody aided")
    row = next((item for item in table if item and item[0] == form), None)
    if row is None or len(row) != 5:
        raise Refusal(
            "办案补贴标准中没有这种援助方式。",
            rule=RULE,
            remedy="请系统管理员在“业务参数”中补录办案补贴标准。",
            code="no_rate",
        )
    base, hearing, person, most = (Decimal(str(item)) for item in row[1:])
    lines = [("基本补贴", base)]
    if hearings > 1 and hearing:
        lines.append((f"增加开庭 {hearings - 1} 次", hearing * (hearings - 1)))
    if people > 1 and person:
        lines.append((f"增加受援人 {people - 1} 名", person * (people - 1)))
    total = sum((amount for _, amount in lines), Decimal(0))
    if total > most:
        return Subsidy(most, tuple(lines), True)
    return Subsidy(total, tuple(lines))
