"""Decision tables (决策表): declared beside the code that asks them, decided line by line.

A system declares a table with its inputs, outputs and default content as an object; dated
versions by union stand in the database (versions.py) and are found through `use`. Plain Python:
rules of systems may hold tables.

    STEPS = RuleTable(
        "office.steps", "公文办理环节", inputs=(Input("kind", "文种", Kind.TEXT),),
        outputs=(Output("leader", "会签领导", Kind.TEXT),), default=Content((
            Line({"kind": "请示"}, {"leader": "分管副主席"}),)),
    )
    decision = STEPS.decide({"kind": "请示"}, on=today, path=union.path)
    decision.outcome["leader"], decision.because
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.rules import cells
from gonghui.kernel.rules.cells import Anything, Miswritten
from gonghui.kernel.rules.judging import VARIABLE
from gonghui.kernel.rules.kinds import ExpressionFault, Kind, Variable, checked
from gonghui.kernel.rules.parsing import RESERVED

MOST_LINES = 500
MOST_SAMPLES = 200


class Hit(StrEnum):
    """Which of the lines that fit count: the first, the only one, or all of them."""

    FIRST = "first"
    UNIQUE = "unique"
    COLLECT = "collect"


HIT_TITLES: Mapping[Hit, str] = {
    Hit.FIRST: "取第一行",
    Hit.UNIQUE: "只许一行",
    Hit.COLLECT: "取全部行",
}
HIT_HELP: Mapping[Hit, str] = {
    Hit.FIRST: "从上到下，第一个符合的行起作用。",
    Hit.UNIQUE: "任何情况下至多一行符合；两行同时符合时不能发布。",
    Hit.COLLECT: "所有符合的行都起作用，结果合在一起。",
}


class Reach(IntEnum):
    """How far down the tree a union may have versions of its own."""

    PROVINCE = 1
    CITY = 2
    COUNTY = 3


REACH_TITLES: Mapping[Reach, str] = {
    Reach.PROVINCE: "全省统一",
    Reach.CITY: "市级可另定",
    Reach.COUNTY: "县级可另定",
}


@dataclass(frozen=True)
class Input(Variable):
    """A column of conditions. least: the smallest value there can be, for findings of gaps."""

    least: int | None = None


@dataclass(frozen=True)
class Output(Variable):
    """A column of results."""


@dataclass(frozen=True)
class Line:
    """A line: cells as they were written, by column code; an absent cell is empty."""

    when: Mapping[str, str] = field(default_factory=dict)
    then: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Sample:
    """A test of a table: values given and results expected, as written in cells.

    nothing: no line may fit. For a table that collects, an expected cell lists all results.
    """

    title: str
    given: Mapping[str, str] = field(default_factory=dict)
    expect: Mapping[str, str] = field(default_factory=dict)
    nothing: bool = False


@dataclass(frozen=True)
class Content:
    """What a version of a table says, and the tests that stand beside it."""

    lines: tuple[Line, ...] = ()
    samples: tuple[Sample, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "lines": [
                {"when": dict(line.when), "then": dict(line.then), "note": line.note}
                for line in self.lines
            ],
            "samples": [
                {
                    "title": sample.title,
                    "given": dict(sample.given),
                    "expect": dict(sample.expect),
                    "nothing": sample.nothing,
                }
                for sample in self.samples
            ],
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Content:
        return cls(
            tuple(Line(**line) for line in stored["lines"]),
            tuple(Sample(**sample) for sample in stored["samples"]),
        )

    @property
    def digest(self) -> str:
        """The lines in a few signs: what tests and impact runs were made on."""
        lines = json.dumps(self.as_json()["lines"], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(lines.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class InForce:
    """The content in force somewhere on a day, and where it comes from.

    number: of the version; 0 is the default of the code. union_id: whose version it is.
    """

    content: Content
    number: int = 0
    version_id: int | None = None
    union_id: int | None = None
    union_name: str = ""


@dataclass(frozen=True)
class Decision:
    """What a table says about a case.

    outcome: result by output code, a list of results each for a table that collects; None when
    no line fits. rows: numbers of the lines that count, from 1. because: in Chinese.
    """

    outcome: dict[str, Any] | None
    rows: tuple[int, ...]
    because: str
    number: int = 0
    version_id: int | None = None


class TwoLines(Refusal):
    """Two lines of a table that allows one fit the same case."""


@dataclass(eq=False)
class RuleTable:
    """A decision table. code: "<part>.<name>". default: the content shipped with the code.

    complete: a case that no line fits is a fault, so a version with a gap is not published.
    reach: how far down unions may have versions of their own. source: the document it rests on.
    """

    code: str
    title: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    hit: Hit = Hit.FIRST
    default: Content = field(default_factory=Content)
    complete: bool = False
    reach: Reach = Reach.CITY
    help: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        codes = [column.code for column in (*self.inputs, *self.outputs)]
        wrong = [code for code in codes if not VARIABLE.fullmatch(code) or code in RESERVED]
        if wrong or len(set(codes)) != len(codes) or not self.inputs or not self.outputs:
            raise ValueError(f"table {self.code}: columns {codes} cannot be")
        if self.code in TABLES:
            raise ValueError(f"table {self.code} is declared twice")
        if faults := self.faults(self.default):
            raise ValueError(f"table {self.code}: {faults[0]}")
        TABLES[self.code] = self

    @property
    def kinds(self) -> dict[str, Kind]:
        return {column.code: column.kind for column in self.inputs}

    def decide(self, values: Mapping[str, Any], on: date, path: str = "") -> Decision:
        """What the table in force that day, nearest above the path, says about these values.

        TwoLines when two lines of a unique table fit; ExpressionFault when a value is of the
        wrong kind or a formula cannot be worked out.
        """
        return self.apply(_in_force(self, on, path), values)

    def in_force(self, on: date, path: str = "") -> InForce:
        """The content in force that day at a path; the default where nothing was published."""
        return _in_force(self, on, path)

    def faults(self, content: Content) -> list[CellFault]:
        """Every cell that cannot be read, with its place."""
        found: list[CellFault] = []
        if len(content.lines) > MOST_LINES:
            found.append(CellFault(MOST_LINES + 1, "", f"超过 {MOST_LINES} 行，请拆成几张表。"))
        if len(content.samples) > MOST_SAMPLES:
            found.append(CellFault(0, "", f"用例超过 {MOST_SAMPLES} 个。"))
        for number, line in enumerate(content.lines, 1):
            for column in self.inputs:
                found += _faults(number, column, line.when, cells.read_condition, self.kinds)
            for output in self.outputs:
                found += _faults(number, output, line.then, cells.read_result, self.kinds)
            if not any(text.strip() for text in line.then.values()):
                found.append(CellFault(number, self.outputs[0].code, "这一行没有填写结果。"))
        return found

    def values_of(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Values read from what was written; Refusal names the field that cannot be read."""
        found: dict[str, Any] = {}
        for column in self.inputs:
            try:
                found[column.code] = cells.read_value(given.get(column.code, ""), column)
            except Miswritten as problem:
                raise Refusal(
                    f"“{column.title}”：{problem}", field=column.code, code="rule_value"
                ) from None
        return found

    def apply(self, found: InForce, values: Mapping[str, Any]) -> Decision:
        """Decide with a given content; see `decide`."""
        unknown = set(values) - set(self.kinds)
        if unknown:
            raise ValueError(f"table {self.code} has no inputs {sorted(unknown)}")
        given = {
            column.code: checked(column.code, column.kind, values.get(column.code))
            for column in self.inputs
        }
        fitting: list[int] = []
        for number, line in enumerate(found.content.lines, 1):
            if self._fits(number, line, given):
                fitting.append(number)
                if self.hit is Hit.FIRST:
                    break
        if self.hit is Hit.UNIQUE and len(fitting) > 1:
            both = "、".join(str(number) for number in fitting)
            raise TwoLines(
                f"决策表“{self.title}”的第 {both} 行同时符合，无法得出唯一结果。",
                rule=f"决策表“{self.title}”只许一行符合",
                remedy="请联系维护这张表的经办人修改重叠的行。",
                code="rule_overlap",
            )
        return self._told(found, fitting, given)

    def _fits(self, number: int, line: Line, given: Mapping[str, Any]) -> bool:
        try:
            return all(
                cells.holds(
                    cells.read_condition(line.when.get(column.code, ""), column, self.kinds),
                    given[column.code],
                    given,
                    self.kinds,
                )
                for column in self.inputs
            )
        except ExpressionFault as problem:
            raise ExpressionFault(
                f"决策表“{self.title}”第 {number} 行：{problem.message}",
                remedy=problem.remedy,
                code=problem.code,
            ) from None

    def _told(self, found: InForce, fitting: list[int], given: Mapping[str, Any]) -> Decision:
        lines = found.content.lines
        each = [self._results(lines[number - 1], given) for number in fitting]
        outcome: dict[str, Any] | None = None
        if each:
            outcome = (
                {output.code: _gathered(output, each) for output in self.outputs}
                if self.hit is Hit.COLLECT
                else each[0]
            )
        because = (
            "\n".join(
                self._because(number, lines[number - 1], given, results)
                for number, results in zip(fitting, each, strict=True)
            )
            or f"没有一行符合：{self.given_words(given)}。"
        )
        return Decision(outcome, tuple(fitting), because, found.number, found.version_id)

    def _results(self, line: Line, given: Mapping[str, Any]) -> dict[str, Any]:
        return {
            output.code: cells.result_of(
                cells.read_result(line.then.get(output.code, ""), output, self.kinds),
                given,
                self.kinds,
            )
            for output in self.outputs
        }

    def _because(
        self, number: int, line: Line, given: Mapping[str, Any], results: Mapping[str, Any]
    ) -> str:
        reasons = []
        for column in self.inputs:
            condition = cells.read_condition(line.when.get(column.code, ""), column, self.kinds)
            if isinstance(condition, Anything):
                continue
            wanted = cells.condition_words(condition, column)
            reasons.append(f"{column.title}是 {column.words(given[column.code])}（要求{wanted}）")
        why = "，".join(reasons) or "其余情况"
        return f"第 {number} 行：{why}，所以{self.outcome_words(results)}。"

    def given_words(self, given: Mapping[str, Any]) -> str:
        """Values in a sentence: 城市是 合肥市，会员人数是 30."""
        return "，".join(
            f"{column.title}是 {column.words(given.get(column.code))}" for column in self.inputs
        )

    def outcome_words(self, outcome: Mapping[str, Any] | None) -> str:
        """Results in a sentence; none when no line fits."""
        if outcome is None:
            return "没有结果"
        told = []
        for output in self.outputs:
            value = outcome.get(output.code)
            items = value if isinstance(value, list) else [value]
            told.append(f"{output.title}为 {'、'.join(output.words(item) for item in items)}")
        return "，".join(told)


TABLES: dict[str, RuleTable] = {}
"""Every table declared by the modules loaded so far, by code."""


@dataclass(frozen=True)
class CellFault:
    """A cell that cannot be read. line: from 1; column: its code, "" for the table."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.message}" if self.line else self.message


def _faults(
    number: int,
    column: Variable,
    written: Mapping[str, str],
    reader: Callable[[str, Variable, Mapping[str, Kind]], Any],
    kinds: Mapping[str, Kind],
) -> Iterable[CellFault]:
    try:
        reader(written.get(column.code, ""), column, kinds)
    except Miswritten as problem:
        return [CellFault(number, column.code, f"“{column.title}”：{problem}")]
    return []


def _gathered(output: Output, each: list[dict[str, Any]]) -> list[Any]:
    """All results of one output, lists in one, in the order of the lines, each once."""
    found: list[Any] = []
    for results in each:
        value = results[output.code]
        for item in value if isinstance(value, list) else [value]:
            if item is not None and item not in found:
                found.append(item)
    return found


Lookup = Callable[[RuleTable, date, str], "InForce | None"]
_lookup: Lookup | None = None


def use(lookup: Lookup) -> None:
    """Where published versions are found; given once, when the platform starts."""
    global _lookup  # noqa: PLW0603
    _lookup = lookup


def _in_force(table: RuleTable, on: date, path: str) -> InForce:
    found = _lookup(table, on, path) if _lookup is not None else None
    return found or InForce(table.default)
