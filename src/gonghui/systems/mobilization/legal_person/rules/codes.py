"""Credit codes of unions (统一社会信用代码): what an answer of the issuing platform must satisfy.

Sources: GB 32100-2015, GB 11714-1997; department 8 is trade unions, 81 grass-roots unions and 89
others. Nothing here makes a code: codes come from the issuing platform alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.identifiers import USCC_CHARACTERS, compact, parse_uscc

STANDARD = "《法人和其他组织统一社会信用代码编码规则》（GB 32100-2015）"
CONTROL = "赋码号段管理：只登记落在已备案号段内的代码，已注销的代码不再使用"
BODY = 8
"""Characters of the body identifier that a range counts (positions 9 to 16)."""

ALLOTTED, PENDING, DECLINED = "allotted", "pending", "refused"
STATES = frozenset({ALLOTTED, PENDING, DECLINED})

FIRST_DELAY, LONGEST_DELAY = 10, 600
"""Seconds before asking again: doubled with every failure, never longer than the second."""


@dataclass(frozen=True)
class Answer:
    """What the issuing platform said to one request, not yet believed."""

    state: str
    key: str = ""
    uscc: str = ""
    name: str = ""
    serial: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Span:
    """A range of codes (号段) of one region and class: body identifiers, both ends inclusive."""

    prefix: str
    first: str
    last: str

    def holds(self, code: str) -> bool:
        return code[:8] == self.prefix and ordinal(self.first) <= ordinal(code[8:16]) <= ordinal(
            self.last
        )

    @property
    def size(self) -> int:
        return ordinal(self.last) - ordinal(self.first) + 1

    def meets(self, other: Span) -> bool:
        """Whether two ranges share a code."""
        return (
            self.prefix == other.prefix
            and ordinal(self.first) <= ordinal(other.last)
            and ordinal(other.first) <= ordinal(self.last)
        )


def ordinal(body: str) -> int:
    """A body identifier as a number in the alphabet of the standard."""
    found = 0
    for sign in body:
        found = found * len(USCC_CHARACTERS) + USCC_CHARACTERS.index(sign)
    return found


def span(prefix: str, first: str, last: str) -> Span:
    """A range as typed; Refusal unless it can hold codes of unions."""
    prefix, first, last = compact(prefix), compact(first), compact(last)
    if len(prefix) != 8 or prefix[:2] not in ("81", "89") or not prefix[2:].isdecimal():
        raise Refusal("号段前缀应为 81 或 89 加 6 位行政区划代码。", rule=STANDARD, field="prefix")
    for field, text in (("first", first), ("last", last)):
        if len(text) != BODY or any(sign not in USCC_CHARACTERS for sign in text):
            raise Refusal(
                "主体标识应为 8 位数字或大写字母，不使用字母 I、O、S、V、Z。",
                rule=STANDARD,
                field=field,
            )
    if ordinal(first) > ordinal(last):
        raise Refusal("起始号不能大于终止号。", field="last")
    return Span(prefix, first, last)


def classes_of(grassroots: bool) -> tuple[str, ...]:
    """The classes within department 8 a union may have."""
    return ("1",) if grassroots else ("1", "9")


def read(document: Any) -> Answer:
    """An answer out of JSON, signs that cannot be printed left out; Refusal when it is not one."""
    if not isinstance(document, dict):
        raise Refusal("应答无法识别。", code="answer.shape")
    texts = {
        name: printable(document.get(name))
        for name in ("state", "key", "uscc", "name", "serial", "reason")
    }
    if texts["state"] not in STATES:
        raise Refusal("应答无法识别。", code="answer.shape")
    return Answer(**texts)


def printable(given: Any) -> str:
    """What was said as a text that can be kept: no control signs, not endless."""
    text = given if isinstance(given, str) else ""
    return "".join(sign for sign in text[:200] if sign.isprintable())


def checked(
    answer: Answer,
    *,
    key: str,
    name: str,
    region: str,
    classes: Collection[str],
    spans: Iterable[Span],
) -> str:
    """The code of an answer in normal form, if the answer can be true; Refusal says what is not.

    What remains to be asked of others: whether the code is in the register already, and whether
    the platform itself, asked for the code, names the same union.
    """
    if answer.key != key:
        raise Refusal("应答的申请号与所问的不符。", rule=CONTROL, code="answer.key")
    if answer.name != name:
        raise Refusal("应答的单位名称与所问的不符。", rule=CONTROL, code="answer.name")
    parsed = parse_uscc(answer.uscc)
    if not parsed.is_union or parsed.kind not in classes:
        raise Refusal("应答的代码不是工会机构的代码。", rule=STANDARD, code="answer.class")
    if parsed.region != region:
        raise Refusal("应答的代码不属于本登记机关的行政区划。", rule=CONTROL, code="answer.region")
    if not any(item.holds(parsed.number) for item in spans):
        raise Refusal("应答的代码不在已备案的号段内。", rule=CONTROL, code="answer.range")
    return parsed.number


def delay(failures: int) -> int:
    """Seconds to wait before asking again after so many failures in a row."""
    return int(min(FIRST_DELAY * 2 ** min(max(failures - 1, 0), 16), LONGEST_DELAY))
