"""Gaps, overlaps and lines that never count, found without running any case.

Every input is cut into classes of values no cell tells apart; the search goes input by input
and keeps only the lines still possible, so classes with the same lines are looked at once.
A formula may or may not hold: it closes no gap and hides no line, and what rests on it is told
as possible only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from gonghui.kernel.rules import cells
from gonghui.kernel.rules.cells import Among, Between, Condition, Filled, Formula
from gonghui.kernel.rules.kinds import Kind, words_of
from gonghui.kernel.rules.tables import Content, Hit, Input, RuleTable

MOST_PLACES = 20_000
MOST_TOLD = 20


@dataclass(frozen=True)
class Finding:
    """Something about a table. stops: it may not be published so. lines: numbers from 1."""

    kind: str
    message: str
    lines: tuple[int, ...] = ()
    stops: bool = False


@dataclass(frozen=True)
class _Class:
    """Values of one input that no cell tells apart: one of them, and words for all.

    A stretch of numbers or dates has its place in the row of stretches, from 1, and its ends;
    first or last None: without end.
    """

    value: Any
    words: str
    first: Any = None
    last: Any = None
    place: int = 0

    @property
    def ranged(self) -> bool:
        return self.place > 0


class _TooMany(Exception):
    """The search has looked at as many places as it may."""


def findings(table: RuleTable, content: Content) -> list[Finding]:
    """What is to be known before publishing. The content has no faulty cells."""
    return _Search(table, content).run()


class _Search:
    def __init__(self, table: RuleTable, content: Content) -> None:
        self.table = table
        self.lines = [
            [
                cells.read_condition(line.when.get(column.code, ""), column, table.kinds)
                for column in table.inputs
            ]
            for line in content.lines
        ]
        self.unsure = frozenset(
            number
            for number, line in enumerate(self.lines)
            if any(isinstance(condition, Formula) for condition in line)
        )
        self.classes = [
            _classes(column, [line[place] for line in self.lines])
            for place, column in enumerate(table.inputs)
        ]
        self.places = 0
        self.gaps: list[tuple[tuple[str, ...], bool]] = []
        self.overlaps: dict[tuple[int, ...], tuple[str, ...]] = {}
        self.counting: set[int] = set()

    def run(self) -> list[Finding]:
        if not self.lines:
            return [Finding("empty", "表中还没有行。", stops=True)]
        found: list[Finding] = []
        try:
            self._walk(0, frozenset(range(len(self.lines))), ())
        except _TooMany:
            found.append(Finding("limit", "条件的组合过多，只检查了一部分空缺和重叠。可把表拆小。"))
            self.counting = set(range(len(self.lines)))
        return [*self._overlapping(), *self._hidden(), *self._gaps(), *found]

    def _walk(self, place: int, possible: frozenset[int], words: tuple[str, ...]) -> None:
        self.places += 1
        if self.places > MOST_PLACES:
            raise _TooMany
        if not possible or place == len(self.table.inputs):
            self._arrived(possible, words)
            return
        column = self.table.inputs[place]
        groups: dict[frozenset[int], list[_Class]] = {}
        for item in self.classes[place]:
            left = frozenset(
                number for number in possible if _may_hold(self.lines[number][place], item.value)
            )
            groups.setdefault(left, []).append(item)
        for left, items in groups.items():
            told = words
            if len(groups) > 1:
                told = (*words, f"{column.title}为 {_words(items)}")
            self._walk(place + 1, left, told)

    def _arrived(self, possible: frozenset[int], words: tuple[str, ...]) -> None:
        sure = sorted(possible - self.unsure)
        if not sure:
            self.gaps.append((words, bool(possible)))
        first = sure[0] if sure else len(self.lines)
        self.counting |= {number for number in possible if number <= first}
        if self.table.hit is Hit.COLLECT:
            self.counting |= possible
        if len(possible) > 1:
            self.overlaps.setdefault(tuple(sorted(possible)), words)

    def _overlapping(self) -> Iterator[Finding]:
        if self.table.hit is not Hit.UNIQUE:
            return
        for numbers, words in list(self.overlaps.items())[:MOST_TOLD]:
            sure = [number for number in numbers if number not in self.unsure]
            told = "、".join(str(number + 1) for number in numbers)
            certain = len(sure) > 1
            yield Finding(
                "overlap",
                f"第 {told} 行{'' if certain else '可能'}同时符合：{_place(words)}。",
                tuple(number + 1 for number in numbers),
                stops=certain,
            )

    def _hidden(self) -> Iterator[Finding]:
        if self.table.hit is Hit.UNIQUE:
            return
        for number in range(len(self.lines)):
            if number not in self.counting:
                why = "它的条件不会成立" if self.table.hit is Hit.COLLECT else "前面的行已包含它"
                yield Finding("hidden", f"第 {number + 1} 行轮不到：{why}。", (number + 1,))

    def _gaps(self) -> Iterator[Finding]:
        for words, possible in self.gaps[:MOST_TOLD]:
            sure = "可能" if possible else ""
            yield Finding(
                "gap",
                f"{sure}没有一行符合：{_place(words)}。",
                stops=self.table.complete and not possible,
            )
        if len(self.gaps) > MOST_TOLD:
            yield Finding("gap", f"还有 {len(self.gaps) - MOST_TOLD} 处空缺。")


def _words(items: list[_Class]) -> str:
    """Classes in words, neighbouring stretches as one."""
    told: list[str] = []
    place = 0
    while place < len(items):
        last = place
        while (
            last + 1 < len(items)
            and items[last].ranged
            and items[last + 1].place == items[last].place + 1
        ):
            last += 1
        told.append(_stretch(items[place], items[last]) if last > place else items[place].words)
        place = last + 1
    return "、".join(told[:6]) + (" 等" if len(told) > 6 else "")


def _stretch(first: _Class, last: _Class) -> str:
    if first.first is None and last.last is None:
        return "任意"
    if first.first is None:
        return f"{words_of(last.last)} 及以下"
    if last.last is None:
        return f"{words_of(first.first)} 及以上"
    return f"{words_of(first.first)} 至 {words_of(last.last)}"


def _place(words: tuple[str, ...]) -> str:
    return "，".join(words) or "任何情况"


def _may_hold(condition: Condition, value: Any) -> bool:
    return isinstance(condition, Formula) or condition.holds(value)


def _classes(column: Input, conditions: list[Condition]) -> list[_Class]:
    found: list[_Class]
    if column.kind in (Kind.INTEGER, Kind.NUMBER, Kind.DATE):
        found = _ranges(column, conditions)
    elif column.kind is Kind.FLAG:
        found = [_Class(True, "是"), _Class(False, "否")]
    else:
        found = _texts(column, conditions)
    if any(isinstance(condition, Filled) for condition in conditions):
        found.append(_Class(None, "空"))
    return found


def _texts(column: Input, conditions: list[Condition]) -> list[_Class]:
    named = {
        value: None
        for condition in conditions
        if isinstance(condition, Among)
        for value in condition.values
    }
    if column.choices is not None:
        named = dict.fromkeys(column.choices)
    many = column.kind is Kind.TEXTS
    found = [_Class([value] if many else value, column.words(value)) for value in named]
    if column.choices is None:
        # No cell names it, so it stands for every value not written in the table.
        found.append(_Class(["\0"] if many else "\0", "其他" if named else "任意"))
    return found


def _ranges(column: Input, conditions: list[Condition]) -> list[_Class]:
    """The values named, and one of each stretch between them."""
    named: set[Any] = set()
    for condition in conditions:
        if isinstance(condition, Among):
            named.update(condition.values)
        elif isinstance(condition, Between):
            named.update(edge for edge in (condition.low, condition.high) if edge is not None)
    if column.least is not None:
        named.add(column.least)
    edges = sorted(named)
    if not edges:
        return [_Class(_somewhere(column.kind), "任意")]
    step: Any = {Kind.INTEGER: 1, Kind.DATE: timedelta(days=1)}.get(column.kind)
    found: list[_Class] = []

    def add(value: Any, words: str, first: Any, last: Any) -> None:
        found.append(_Class(value, words, first, last, len(found) + 1))

    if column.least is None and edges[0] != date.min:
        below = edges[0] - (step or 1)
        add(below, f"小于 {words_of(edges[0])}", None, below if step else edges[0])
    for low, high in zip(edges, [*edges[1:], None], strict=True):
        add(low, words_of(low), low, low)
        if high is None:
            if low != date.max:
                add(low + (step or 1), f"大于 {words_of(low)}", low + step if step else low, None)
        elif step is None:
            add((low + high) / Decimal(2), f"{words_of(low)} 与 {words_of(high)} 之间", low, high)
        elif low + step < high:
            ends = (low + step, high - step)
            one = ends[0] == ends[1]
            words = words_of(ends[0]) if one else f"{words_of(ends[0])} 至 {words_of(ends[1])}"
            add(low + step, words, *ends)
    return found


def _somewhere(kind: Kind) -> Any:
    return {Kind.DATE: date(2000, 1, 1), Kind.INTEGER: 1}.get(kind, Decimal(1))
