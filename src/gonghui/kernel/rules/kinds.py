"""Kinds of values, declared variables, faults: the words rules are written in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from gonghui.kernel.base.errors import Refusal

LONGEST_TEXT = 2_000
LONGEST_ITEM = 200
LONGEST_LIST = 100
LARGEST_NUMBER = 10**15


class Kind(StrEnum):
    """What a variable holds; every kind may also be empty (None)."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    DATE = "date"
    TEXTS = "texts"


KIND_TITLES: Mapping[Kind, str] = {
    Kind.TEXT: "文字",
    Kind.INTEGER: "整数",
    Kind.NUMBER: "数字",
    Kind.FLAG: "是或否",
    Kind.DATE: "日期",
    Kind.TEXTS: "文字列表",
}


@dataclass(frozen=True)
class Variable:
    """A declared variable: an ASCII name for expressions, a Chinese title for people.

    choices: stored value → words, for texts of a fixed set.
    """

    code: str
    title: str
    kind: Kind
    choices: Mapping[str, str] | None = None

    def words(self, value: object) -> str:
        """A value as a person reads it."""
        if self.choices and isinstance(value, str):
            return self.choices.get(value, value)
        return words_of(value)


@dataclass(frozen=True)
class Fault:
    """Why an expression or a cell is refused, and what to do. at: index of the sign, from 0."""

    message: str
    remedy: str = ""
    at: int | None = None

    def __str__(self) -> str:
        place = f"第 {self.at + 1} 个字处：" if self.at is not None else ""
        return f"{place}{self.message}{self.remedy}"


class ExpressionFault(Refusal):
    """An expression that may not run, or could not be worked out with these values."""


def words_of(value: object) -> str:
    """A value in Chinese: 是, 2026-03-02, “文字”, （空）."""
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (list, tuple)):
        return "、".join(words_of(item) for item in value) or "（空）"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def checked(code: str, kind: Kind, value: object) -> object:
    """The value as its kind stores it; Refusal when it is of another kind or too large.

    Whole numbers and floats pass as numbers; a text in ISO form passes as a date.
    """
    if value is None:
        return None
    found = _converted(kind, value)
    if found is None:
        raise ExpressionFault(
            f"“{code}”应为{KIND_TITLES[kind]}，收到的是“{str(value)[:40]}”。",
            remedy="请核对填写的内容。",
            field=code,
            code="rule_value",
        )
    too_large = _excess(found)
    if too_large:
        raise ExpressionFault(
            f"“{code}”的{too_large}。", remedy="请缩短后再试。", field=code, code="rule_value"
        )
    return found


def _converted(kind: Kind, value: Any) -> Any:
    if kind is Kind.TEXT:
        return str(value) if isinstance(value, str) else None
    if kind is Kind.INTEGER:
        return int(value) if type(value) is int else None
    if kind is Kind.NUMBER:
        return _number(value)
    if kind is Kind.FLAG:
        return value if isinstance(value, bool) else None
    if kind is Kind.DATE:
        return _date(value)
    texts = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    return [str(item) for item in value] if texts else None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return Decimal(str(value)) if math.isfinite(value) else None


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def _excess(value: Any) -> str:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"文字超过 {LONGEST_TEXT} 个字"
    if isinstance(value, list):
        if len(value) > LONGEST_LIST:
            return f"列表超过 {LONGEST_LIST} 项"
        if any(len(item) > LONGEST_ITEM for item in value):
            return f"列表中有超过 {LONGEST_ITEM} 个字的一项"
    if isinstance(value, (int, Decimal)) and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        return "数字过大"
    return ""


def stored(value: Any) -> Any:
    """A value as JSON; `restored` gives it back by its kind."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [stored(item) for item in value]
    return value


def restored(kind: Kind, value: Any) -> Any:
    """The value of stored JSON, checked; ExpressionFault when it is not of the kind."""
    if kind is Kind.NUMBER and isinstance(value, str):
        try:
            value = Decimal(value)
        except InvalidOperation:
            raise ExpressionFault("保存的数字无法读取。", code="rule_value") from None
    return checked("保存的值", kind, value)
