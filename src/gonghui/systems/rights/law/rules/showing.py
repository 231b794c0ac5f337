"""How a calculation is shown: one line for each step, with the clause and the arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Clause:
    """An article of the library: short title of the statute, number of the article, what part."""

    statute: str
    article: int
    part: str = ""

    @property
    def words(self) -> str:
        return f"《{self.statute}》第{chinese(self.article)}条{self.part}"


@dataclass(frozen=True)
class Line:
    """One step. arithmetic: as a person would write it; amount: what it comes to, if money."""

    title: str
    arithmetic: str
    amount: Decimal | None = None
    clauses: tuple[Clause, ...] = ()
    counts: bool = False
    """Whether the amount is part of the total."""


@dataclass(frozen=True)
class Outcome:
    """A calculation whole. total: what its counting lines come to; None where there is no sum."""

    title: str
    lines: tuple[Line, ...]
    answer: str
    total: Decimal | None = None
    cautions: tuple[str, ...] = ()
    due_on: date | None = None


def fen(amount: Decimal) -> Decimal:
    """To the fen, half up."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def money(amount: Decimal) -> str:
    """1,256.80 元."""
    return f"{fen(amount):,.2f} 元"


def plain(number: Decimal) -> str:
    """A number without needless zeros: 21.75, 8, 0.5."""
    text = f"{number.normalize():f}"
    return text if text != "-0" else "0"


def total(lines: Sequence[Line]) -> Decimal:
    """The sum of what counts."""
    return sum((line.amount for line in lines if line.counts and line.amount is not None), ZERO)


_DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """1 to 9999 as articles are numbered: 一, 十二, 四十七, 一百零七, 一千二百六十."""
    if not 0 < number < 10_000:
        raise ValueError(f"{number} is no number of an article")
    text, zero = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // size % 10
        if not digit:
            zero = bool(text)
            continue
        text += ("零" if zero else "") + _DIGITS[digit] + unit
        zero = False
    return text[1:] if text.startswith("一十") else text
