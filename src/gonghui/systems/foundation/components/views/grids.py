"""Decision tables as grids: what the templates draw, and what a posted grid says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from gonghui.kernel.rules import cells
from gonghui.kernel.rules.kinds import KIND_TITLES, Kind, Variable
from gonghui.kernel.rules.models import DecisionTrace
from gonghui.kernel.rules.samples import Tested
from gonghui.kernel.rules.tables import (
    HIT_TITLES,
    TABLES,
    CellFault,
    Content,
    Line,
    RuleTable,
    Sample,
)

LONGEST_POSTED = 300
HINTS = {
    Kind.TEXT: "留空为任意；01、02；非 01",
    Kind.INTEGER: "留空为任意；≥25；1～24；30",
    Kind.NUMBER: "留空为任意；≥0.5；0.3～0.5",
    Kind.FLAG: "留空为任意；是；否",
    Kind.DATE: "留空为任意；≥2026-03-02",
    Kind.TEXTS: "留空为任意；含任一：甲、乙；非 甲",
}


@dataclass
class Cell:
    """One cell. name: of its form field; list_id: of the choices it offers."""

    name: str
    label: str
    text: str
    result: bool = False
    fault: str = ""
    list_id: str = ""
    hint: str = ""


@dataclass
class GridRow:
    number: int
    cells: list[Cell]
    note: str = ""
    hit: bool = False


@dataclass
class Grid:
    """A table as rows of cells, under the titles of its columns."""

    title: str
    hit: str
    inputs: Sequence[Variable]
    outputs: Sequence[Variable]
    rows: list[GridRow]
    lists: list[tuple[str, list[str]]] = field(default_factory=list)
    general: list[str] = field(default_factory=list)


def grid(
    table: RuleTable,
    content: Content,
    faults: Sequence[CellFault] = (),
    hit_rows: Sequence[int] = (),
) -> Grid:
    """The lines of a content for reading or editing, faults beside their cells."""
    wrong = {(fault.line, fault.column): fault.message for fault in faults}
    rows = [
        GridRow(
            number,
            _cells(table, number, line, wrong),
            line.note,
            number in hit_rows,
        )
        for number, line in enumerate(content.lines, 1)
    ]
    lists = [
        (f"list-{column.code}", list(column.choices.values()))
        for column in (*table.inputs, *table.outputs)
        if column.choices
    ]
    general = [fault.message for fault in faults if not fault.column]
    return Grid(
        table.title, HIT_TITLES[table.hit], table.inputs, table.outputs, rows, lists, general
    )


def _cells(
    table: RuleTable, number: int, line: Line, wrong: dict[tuple[int, str], str]
) -> list[Cell]:
    found = []
    for prefix, columns, texts in (
        ("when", table.inputs, line.when),
        ("then", table.outputs, line.then),
    ):
        for column in columns:
            found.append(
                Cell(
                    f"{prefix}_{column.code}",
                    column.title,
                    cells.shown(texts.get(column.code, ""), column),
                    prefix == "then",
                    wrong.get((number, column.code), ""),
                    f"list-{column.code}" if column.choices else "",
                    HINTS[column.kind] if prefix == "when" else KIND_TITLES[column.kind],
                )
            )
    return found


@dataclass
class SampleRow:
    """A test as a row of fields, with how it ended when it was run."""

    number: int
    title: str
    cells: list[Cell]
    nothing: bool
    result: Tested | None = None


def sample_rows(
    table: RuleTable, content: Content, tested: Sequence[Tested] = ()
) -> list[SampleRow]:
    """The tests of a content; `tested` in the same order, or empty."""
    found = []
    for number, sample in enumerate(content.samples, 1):
        row = [
            Cell(
                f"given_{column.code}",
                column.title,
                cells.shown(given, column),
                False,
                "",
                f"list-{column.code}" if column.choices else "",
            )
            for column in table.inputs
            for given in (sample.given.get(column.code, ""),)
        ]
        row += [
            Cell(
                f"expect_{column.code}",
                column.title,
                cells.shown(expected, column),
                True,
                "",
                f"list-{column.code}" if column.choices else "",
            )
            for column in table.outputs
            for expected in (sample.expect.get(column.code, ""),)
        ]
        result = tested[number - 1] if number <= len(tested) else None
        found.append(SampleRow(number, sample.title, row, sample.nothing, result))
    return found


def tested(table: RuleTable, results: Sequence[Tested]) -> list[dict[str, Any]]:
    """Each test with its conditions and expectation in words."""
    found = []
    for item in results:
        given = "，".join(
            f"{column.title} {cells.shown(item.sample.given[column.code], column)}"
            for column in table.inputs
            if item.sample.given.get(column.code, "").strip()
        )
        expected = "，".join(
            f"{column.title} {cells.shown(item.sample.expect[column.code], column)}"
            for column in table.outputs
            if item.sample.expect.get(column.code, "").strip()
        )
        found.append(
            {
                "title": item.sample.title or "未命名",
                "given": given or "全部留空",
                "expected": "没有一行符合" if item.sample.nothing else expected or "有结果即可",
                "got": item.got,
                "why": item.why,
                "passed": item.passed,
            }
        )
    return found


def given_words(trace: DecisionTrace) -> str:
    """The values of a kept decision, by the titles of its table's inputs."""
    table = TABLES.get(trace.table)
    titles = {column.code: column for column in table.inputs} if table else {}
    told = []
    for code, value in trace.given.items():
        column = titles.get(code)
        told.append(f"{column.title}是 {column.words(value)}" if column else f"{code}是 {value}")
    return "，".join(told) or "—"


def posted(table: RuleTable, data: QueryDict) -> Content:
    """The content a posted grid says; rows without anything in them are left out."""
    lines = [
        Line(
            _texts(data, "when", table.inputs, at),
            _texts(data, "then", table.outputs, at),
            _at(data, "note", at),
        )
        for at in range(len(data.getlist("note")))
    ]
    samples = [
        Sample(
            _at(data, "sample", at),
            _texts(data, "given", table.inputs, at),
            _texts(data, "expect", table.outputs, at),
            _at(data, "nothing", at) == "1",
        )
        for at in range(len(data.getlist("sample")))
    ]
    return Content(tuple(lines), tuple(samples))


def without_blanks(content: Content) -> Content:
    """A content without lines and tests in which nothing is written."""
    return Content(
        tuple(line for line in content.lines if line.when or line.then or line.note),
        tuple(
            sample
            for sample in content.samples
            if sample.title or sample.given or sample.expect or sample.nothing
        ),
    )


def _texts(data: QueryDict, prefix: str, columns: Sequence[Variable], at: int) -> dict[str, str]:
    found = {
        column.code: cells.kept(_at(data, f"{prefix}_{column.code}", at), column)
        for column in columns
    }
    return {code: text for code, text in found.items() if text}


def _at(data: QueryDict, name: str, at: int) -> str:
    values = data.getlist(name)
    return values[at].strip()[:LONGEST_POSTED] if at < len(values) else ""
