"""Conflicts of interest (利益冲突、回避): lawyers, mediators and supervisors with ties to a party.

Sources: 《律师法》第三十九条; 《企业劳动争议协商调解规定》 (mediators with a tie step back);
a tie that ended still counts for a dated number of months.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from gonghui.kernel.base.errors import Refusal

EMPLOYER, CLIENT, RELATIVE, OTHER = "employer", "client", "relative", "other"
KINDS = {
    EMPLOYER: "任职单位",
    CLIENT: "代理过的客户或担任顾问的单位",
    RELATIVE: "近亲属",
    OTHER: "其他可能影响公正的关系",
}
RULE = "与当事人有利害关系的应当回避（《律师法》第三十九条、劳动争议调解回避规定）"
_NOISE = re.compile(r"[\s（）()《》“”\"'·．.，,、-]+")
_TAILS = ("集团股份有限公司", "股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "公司")


@dataclass(frozen=True)
class Tie:
    """A declared tie to a name; until: when it ended, None while it lasts."""

    kind: str
    name: str
    until: date | None = None


def key(name: str) -> str:
    """A name as it is compared: without blanks, marks and the legal form at its end."""
    found = _NOISE.sub("", name).casefold()
    for tail in _TAILS:
        if found.endswith(tail) and len(found) > len(tail) + 1:
            return found[: -len(tail)]
    return found


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the month's last day; at most the last day of all."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def counts(tie: Tie, on: date, cooling: int) -> bool:
    """Whether a tie still counts: while it lasts and `cooling` months after, last day included."""
    return tie.until is None or on <= months_after(tie.until, cooling)


def same(one: str, other: str) -> bool:
    """Whether two names mean the same: equal keys, or one of four signs and more in the other."""
    left, right = key(one), key(other)
    if not left or not right:
        return False
    if left == right:
        return True
    short, long = sorted((left, right), key=len)
    return len(short) >= 4 and short in long


def found(
    ties: Iterable[Tie], parties: Iterable[tuple[str, str]], on: date, cooling: int
) -> list[str]:
    """What stands against somebody, in words that repeat no name; empty: nothing.

    parties: (what the party is, its name).
    """
    sides = [(title, name) for title, name in parties if name.strip()]
    words = [
        f"{title}是其申报的{KINDS[tie.kind]}"
        for tie in ties
        if counts(tie, on, cooling)
        for title, name in sides
        if same(tie.name, name)
    ]
    return list(dict.fromkeys(words))


def check(against: Iterable[str], field: str = "practitioner") -> None:
    """Refuse whoever something stands against."""
    words = list(against)
    if words:
        raise Refusal(
            f"不能指派：{'；'.join(words)}。",
            rule=RULE,
            remedy="请另选没有利害关系的人员。",
            field=field,
            code="conflict",
        )
