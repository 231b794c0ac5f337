"""SCIM filters (RFC 7644 section 3.4.2.2): from text to a tree, and a tree against a value."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gonghui.systems.foundation.users.rules.scim import Fault, storable

LONGEST = 4000
DEEPEST = 20
MOST_TERMS = 200
OPERATORS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})

_TOKEN = re.compile(
    r"\s*(?:(?P<string>\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])"
    r"|(?P<sign>[()\[\]])"
    r"|(?P<word>\$?[A-Za-z][\w.:$-]*))"
)


@dataclass(frozen=True)
class Path:
    """An attribute, of the schema `schema` where that is named, with its sub-attribute."""

    name: str
    sub: str = ""
    schema: str = ""

    def __str__(self) -> str:
        head = f"{self.schema}:{self.name}" if self.schema else self.name
        return f"{head}.{self.sub}" if self.sub else head


@dataclass(frozen=True)
class Compare:
    """attribute operator value; value is a string, number, bool or None."""

    path: Path
    operator: str
    value: Any


@dataclass(frozen=True)
class Present:
    path: Path


@dataclass(frozen=True)
class Not:
    part: Filter


@dataclass(frozen=True)
class And:
    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Among:
    """attribute[filter]: one of the values meets the whole filter."""

    path: Path
    part: Filter


Filter = Compare | Present | Not | And | Or | Among


@dataclass(frozen=True)
class Target:
    """The path of a PATCH operation: attribute, which of its values, a part of those."""

    path: Path
    which: Filter | None = None
    sub: str = ""


def parse(text: str) -> Filter:
    """The tree of a filter; Fault invalidFilter for what is none, or is too long or deep."""
    reader = _Reader(text, "invalidFilter")
    found = reader.either(0)
    reader.end()
    return found


def parse_target(text: str) -> Target:
    """The tree of a PATCH path (RFC 7644 figure 7); Fault invalidPath for what is none."""
    reader = _Reader(text, "invalidPath")
    path = path_of(reader.word())
    which, sub = None, ""
    if reader.takes("["):
        which = reader.either(1)
        reader.need("]")
        if reader.kind == "word" and reader.value.startswith("."):
            sub = reader.word()[1:]
    reader.end()
    return Target(path, which, sub or ("" if which is not None else path.sub))


def path_of(text: str) -> Path:
    """A written attribute path; the schema ends at the last colon."""
    schema, _, rest = text.rpartition(":")
    # The dots of "2.0" stand before the last colon.
    name, _, sub = rest.partition(".")
    return Path(name, sub, schema)


class _Reader:
    """Tokens of one text, read from left to right."""

    def __init__(self, text: str, fault: str) -> None:
        self.fault = fault
        if len(text) > LONGEST:
            raise self.wrong(f"超过 {LONGEST} 个字符")
        if not storable(text):
            raise self.wrong("含有不能使用的字符")
        self.tokens = list(self._cut(text))
        self.at = 0
        self.terms = 0

    def _cut(self, text: str) -> Any:
        place, text = 0, text.rstrip()
        while place < len(text):
            # A sub-attribute after a bracket begins with its dot.
            found = _TOKEN.match(text, place) or re.compile(r"(?P<word>\.[\w$-]+)").match(
                text, place
            )
            if found is None or found.lastgroup is None:
                raise self.wrong(f"第 {place + 1} 个字符起看不懂")
            yield found.lastgroup, found[found.lastgroup]
            place = found.end()

    def wrong(self, why: str) -> Fault:
        what = "过滤条件" if self.fault == "invalidFilter" else "路径"
        return Fault(f"{what}不正确：{why}。", scim_type=self.fault)

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    @property
    def value(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def takes(self, sign: str) -> bool:
        """Go past a sign or a keyword if it comes next."""
        if self.kind in {"sign", "word"} and self.value.lower() == sign:
            self.at += 1
            return True
        return False

    def need(self, sign: str) -> None:
        if not self.takes(sign):
            raise self.wrong(f"缺少“{sign}”")

    def word(self) -> str:
        if self.kind != "word":
            raise self.wrong("缺少属性名")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def end(self) -> None:
        if self.at != len(self.tokens):
            raise self.wrong(f"“{self.value[:40]}”是多余的")

    def either(self, depth: int) -> Filter:
        parts = [self.both(depth)]
        while self.takes("or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def both(self, depth: int) -> Filter:
        parts = [self.term(depth)]
        while self.takes("and"):
            parts.append(self.term(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def term(self, depth: int) -> Filter:
        self.terms += 1
        if depth > DEEPEST or self.terms > MOST_TERMS:
            raise self.wrong("条件太多或嵌套太深")
        if self.kind == "word" and self.value.lower() == "not":
            self.at += 1
            self.need("(")
            found = self.either(depth + 1)
            self.need(")")
            return Not(found)
        if self.takes("("):
            found = self.either(depth + 1)
            self.need(")")
            return found
        path = path_of(self.word())
        if self.takes("["):
            among = self.either(depth + 1)
            self.need("]")
            return Among(path, among)
        return self.comparison(path)

    def comparison(self, path: Path) -> Filter:
        operator = self.word().lower()
        if operator == "pr":
            return Present(path)
        if operator not in OPERATORS:
            raise self.wrong(f"没有“{operator[:20]}”这种比较")
        kind, text = self.kind, self.value
        if kind not in {"string", "number", "word"}:
            raise self.wrong("比较缺少取值")
        self.at += 1
        try:
            # JSON takes a newline inside a string for an error, as it should be.
            value = json.loads(text if kind != "word" else text.lower())
        except ValueError:
            raise self.wrong(f"取值“{text[:40]}”应为 JSON 写法") from None
        if isinstance(value, str) and not storable(value):
            raise self.wrong("取值含有不能使用的字符")
        if kind == "number" and len(text) > 40:
            raise self.wrong("数字太长")
        return Compare(path, operator, value)


def matches(part: Filter, value: Any) -> bool:
    """Whether one value of a multi-valued attribute meets a filter on its sub-attributes.

    Texts compare without case, as all sub-attributes a PATCH may choose by are codes or names.
    """
    match part:
        case And(parts):
            return all(matches(each, value) for each in parts)
        case Or(parts):
            return any(matches(each, value) for each in parts)
        case Not(inner):
            return not matches(inner, value)
        case Present(path):
            return _of(value, path) not in (None, "", [])
        case Compare(path, operator, wanted):
            return holds(operator, _of(value, path), wanted)
        case _:
            raise Fault("值过滤条件里不能再用方括号。", scim_type="invalidFilter")


def _of(value: Any, path: Path) -> Any:
    if not isinstance(value, Mapping):
        return value if path.name.lower() == "value" else None
    found = (item for name, item in value.items() if name.lower() == path.name.lower())
    return next(found, None)


def holds(operator: str, actual: Any, wanted: Any) -> bool:
    """Whether a comparison is true; values of different kinds are only ever unequal."""
    if isinstance(actual, str) and isinstance(wanted, str):
        actual, wanted = actual.lower(), wanted.lower()
    if operator == "eq":
        return bool(actual == wanted)
    if operator == "ne":
        return bool(actual != wanted)
    if not (isinstance(actual, str) and isinstance(wanted, str)):
        return False
    return {
        "co": wanted in actual,
        "sw": actual.startswith(wanted),
        "ew": actual.endswith(wanted),
        "gt": actual > wanted,
        "ge": actual >= wanted,
        "lt": actual < wanted,
        "le": actual <= wanted,
    }[operator]
