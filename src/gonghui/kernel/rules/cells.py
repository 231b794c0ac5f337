"""Cells of decision tables: what is written in one, read and checked.

A condition: empty (任意), 空, 不空, values (01、02), 非 values, a bound (≥25), a range (25～100,
both ends inside), or = and an expression over all inputs. A result: a value, or = and an
expression. Every cell is kept as the text that was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from gonghui.kernel.rules.expressions import check, evaluate
from gonghui.kernel.rules.kinds import (
    KIND_TITLES,
    LARGEST_NUMBER,
    Kind,
    Variable,
    words_of,
)

LONGEST_CELL = 300
ANY_WORDS = ("", "-", "—", "任意")
_BOUNDS = {"≥": ">=", "≤": "<=", "＞": ">", "＜": "<", "=>": ">=", "=<": "<="}
_BOUND = re.compile(r"(>=|<=|>|<)\s*(.+)", re.DOTALL)
_RANGE = re.compile(r"(.+?)\s*(?:～|~|至|\.\.)\s*(.+)", re.DOTALL)
_NOT = re.compile(r"(?:非|不是|≠|!=)\s*(.+)", re.DOTALL)
_SEPARATORS = re.compile(r"[、,，;；\n]")


class Miswritten(ValueError):
    """A cell that cannot be read; the words say why and what to write."""


@dataclass(frozen=True)
class Anything:
    """任意: holds for every value, also for none."""

    def holds(self, value: Any) -> bool:
        return True


@dataclass(frozen=True)
class Filled:
    """空 or 不空."""

    filled: bool

    def holds(self, value: Any) -> bool:
        return (value not in (None, "", [])) is self.filled


@dataclass(frozen=True)
class Among:
    """One of the values, or with `negated` none of them; of a list: any of its items."""

    values: tuple[Any, ...]
    negated: bool = False

    def holds(self, value: Any) -> bool:
        if value is None:
            return False
        if isinstance(value, list):
            return any(item in self.values for item in value) is not self.negated
        return (value in self.values) is not self.negated


@dataclass(frozen=True)
class Between:
    """From low to high; None is without bound; an open end does not belong to it."""

    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: Any) -> bool:
        if value is None:
            return False
        above = self.low is None or (value > self.low if self.low_open else value >= self.low)
        below = self.high is None or (value < self.high if self.high_open else value <= self.high)
        return above and below


@dataclass(frozen=True)
class Formula:
    """An expression over all inputs; as a condition it gives yes or no."""

    expression: str


Condition = Anything | Filled | Among | Between | Formula


def kept(text: str, variable: Variable) -> str:
    """A cell as it is stored: titles of choices become their codes."""
    choices = variable.choices or {}
    return _renamed(text, {title: code for code, title in choices.items()})


def shown(text: str, variable: Variable) -> str:
    """A stored cell as a person reads and edits it: codes of choices become their titles."""
    return _renamed(text, variable.choices or {})


def _renamed(text: str, names: Mapping[str, str]) -> str:
    text = text.strip()
    if not names or text[:1] == "=" or text in (*ANY_WORDS, "空", "不空"):
        return text
    match = _NOT.fullmatch(text)
    parts = [part.strip() for part in _SEPARATORS.split(match[1] if match else text)]
    told = "、".join(names.get(part, part) for part in parts if part)
    return f"非 {told}" if match else told


def read_value(text: str, variable: Variable) -> Any:
    """The value a person wrote for a variable; Miswritten when it is none of its kind."""
    text = text.strip()
    if not text:
        return None
    if variable.kind is Kind.TEXTS:
        return [_one(part, variable) for part in _SEPARATORS.split(text) if part.strip()]
    return _one(text, variable)


def written(value: Any) -> str:
    """A value as it is written in a cell; read_value gives it back."""
    return "" if value is None or value == [] else words_of(value)


def _one(text: str, variable: Variable) -> Any:
    text = text.strip()
    readers: dict[Kind, Callable[[str], Any]] = {
        Kind.INTEGER: _integer,
        Kind.NUMBER: _decimal,
        Kind.FLAG: {"是": True, "否": False, "true": True, "false": False}.get,
        Kind.DATE: _day,
    }
    if variable.kind in readers:
        found = readers[variable.kind](text)
        if found is None:
            example = {
                Kind.INTEGER: "25",
                Kind.NUMBER: "0.5",
                Kind.FLAG: "是",
                Kind.DATE: "2026-03-02",
            }[variable.kind]
            raise Miswritten(
                f"“{text[:30]}”不是{KIND_TITLES[variable.kind]}，请写成“{example}”这样。"
            )
        return found
    if variable.choices is not None:
        by_title = {title: code for code, title in variable.choices.items()}
        code = text if text in variable.choices else by_title.get(text)
        if code is None:
            known = "、".join(list(variable.choices.values())[:8])
            raise Miswritten(f"“{text[:30]}”不在可选范围内，可选：{known}。")
        return code
    return text


def _integer(text: str) -> int | None:
    plain = text.replace("−", "-")
    if re.fullmatch(r"-?[0-9]{1,16}", plain) and abs(int(plain)) <= LARGEST_NUMBER:
        return int(plain)
    return None


def _decimal(text: str) -> Decimal | None:
    percent = text.endswith("%")
    if not re.fullmatch(r"-?[0-9]{1,16}(\.[0-9]{1,9})?%?", text):
        return None
    try:
        found = Decimal(text.rstrip("%"))
    except InvalidOperation:
        return None
    return found / 100 if percent else found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


@lru_cache(maxsize=20_000)
def _condition(text: str, variable: _Key) -> Condition:
    if len(text) > LONGEST_CELL:
        raise Miswritten(f"超过 {LONGEST_CELL} 个字，请拆成几行。")
    text = text.strip()
    if text in ANY_WORDS:
        return Anything()
    if text in ("空", "不空"):
        return Filled(text == "不空")
    if text[0] == "=" and text[1:2] not in "<>=":
        return Formula(text[1:].strip())
    for sign, plain in _BOUNDS.items():
        if text.startswith(sign):
            text = plain + text[len(sign) :]
    target = variable.variable
    if target.kind in (Kind.INTEGER, Kind.NUMBER, Kind.DATE):
        if match := _BOUND.fullmatch(text):
            return _bound(match[1], _one(match[2], target))
        if match := _RANGE.fullmatch(text):
            return _between(_one(match[1], target), _one(match[2], target))
    elif text[0] in "<>":
        raise Miswritten(f"{KIND_TITLES[target.kind]}不能比较大小，请直接写值。")
    return _among(text, target)


def _among(text: str, variable: Variable) -> Among:
    match = _NOT.fullmatch(text)
    parts = [part for part in _SEPARATORS.split(match[1] if match else text) if part.strip()]
    if not parts:
        raise Miswritten("没有写值，任意值请留空。")
    return Among(tuple(_one(part, variable) for part in parts), bool(match))


def _between(low: Any, high: Any) -> Between:
    if low > high:
        raise Miswritten("范围的前一个数大于后一个，请对调。")
    return Between(low, high)


@dataclass(frozen=True)
class _Key:
    """A variable as a key of the cache: its choices count by what they are."""

    variable: Variable

    def __hash__(self) -> int:
        return hash((self.variable.code, self.variable.kind))


def _bound(sign: str, value: Any) -> Between:
    if sign[0] == ">":
        return Between(low=value, low_open=sign == ">")
    return Between(high=value, high_open=sign == "<")


def read_condition(text: str, variable: Variable, kinds: Mapping[str, Kind]) -> Condition:
    """The condition of a cell; Miswritten says what is wrong with it."""
    found = _condition(text, _Key(variable))
    if isinstance(found, Formula):
        _check_formula(found.expression, kinds, Kind.FLAG)
    return found


def read_result(text: str, variable: Variable, kinds: Mapping[str, Kind]) -> Any:
    """The value, or the Formula, a result cell holds; Miswritten says what is wrong with it."""
    if len(text) > LONGEST_CELL:
        raise Miswritten(f"超过 {LONGEST_CELL} 个字。")
    if text.strip()[:1] == "=":
        expression = text.strip()[1:].strip()
        _check_formula(expression, kinds, variable.kind)
        return Formula(expression)
    return read_value(text, variable)


def _check_formula(expression: str, kinds: Mapping[str, Kind], result: Kind) -> None:
    faults = check(expression, kinds, result)
    if faults:
        raise Miswritten(str(faults[0]))


def holds(
    condition: Condition, value: Any, values: Mapping[str, Any], kinds: Mapping[str, Kind]
) -> bool:
    """Whether a condition holds. ExpressionFault when its formula cannot be worked out."""
    if isinstance(condition, Formula):
        return bool(evaluate(condition.expression, values, kinds))
    return condition.holds(value)


def result_of(result: Any, values: Mapping[str, Any], kinds: Mapping[str, Kind]) -> Any:
    """The value of a result cell for these inputs."""
    if isinstance(result, Formula):
        return evaluate(result.expression, values, kinds)
    return result


def condition_words(condition: Condition, variable: Variable) -> str:
    """A condition as a person reads it: ≥ 25, 是 合肥市 或 芜湖市."""
    match condition:
        case Filled(filled):
            return "不空" if filled else "空"
        case Among(values, negated):
            told = "、".join(variable.words(value) for value in values)
            return f"{'不是' if negated else '为'} {told}"
        case Between(low, high, low_open, high_open):
            if low is not None and high is not None:
                return f"{words_of(low)} 至 {words_of(high)}"
            if low is not None:
                return f"{'大于' if low_open else '不小于'} {words_of(low)}"
            return f"{'小于' if high_open else '不大于'} {words_of(high)}"
        case Formula(expression):
            return f"满足 {expression}"
    return "任意"
