"""Cells and findings of decision tables, by table and by trying every value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.rules import cells
from gonghui.kernel.rules.cells import Miswritten
from gonghui.kernel.rules.findings import findings
from gonghui.kernel.rules.kinds import Kind, Variable
from gonghui.kernel.rules.tables import TABLES, Content, Hit, Input, Line, Output, RuleTable

NUMBERS = [Input("size", "人数", Kind.INTEGER, least=0)]


def _sized(hit: Hit, *conditions: str) -> RuleTable:
    lines = tuple(Line({"size": text}, {"seats": "1"}) for text in conditions)
    table = RuleTable(
        "sample.sized",
        "样例",
        tuple(NUMBERS),
        (Output("seats", "人数", Kind.INTEGER),),
        hit,
        Content(lines),
    )
    del TABLES[table.code]
    return table


@pytest.mark.parametrize(
    ("conditions", "messages"),
    [
        (("<25", "25～200", ">200"), []),
        (("<25", "26～200", ">200"), ["没有一行符合：人数为 25。"]),
        (("≤25", "25～200", ">200"), ["第 1、2 行同时符合：人数为 25。"]),
        (("0～24",), ["没有一行符合：人数为 大于 24。"]),
        (("非 3",), ["没有一行符合：人数为 3。"]),
        (("",), []),
    ],
)
def test_bounds_meet_or_do_not(conditions, messages):
    table = _sized(Hit.UNIQUE, *conditions)
    assert [item.message for item in findings(table, table.default)] == messages


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 30)).map(
            lambda pair: f"{min(pair)}～{max(pair)}"
        ),
        min_size=1,
        max_size=6,
    )
)
def test_findings_are_what_trying_every_value_says(ranges):
    table = _sized(Hit.UNIQUE, *ranges)
    found = findings(table, table.default)
    fits = [
        tuple(
            number
            for number, text in enumerate(ranges, 1)
            if cells.read_condition(text, table.inputs[0], table.kinds).holds(size)
        )
        for size in range(40)
    ]
    overlaps = {item.lines for item in found if item.kind == "overlap"}
    assert overlaps == {lines for lines in fits if len(lines) > 1}
    assert any(item.kind == "gap" for item in found) == any(not lines for lines in fits)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("二十五", Kind.INTEGER, "不是整数"),
        ("30～20", Kind.INTEGER, "前一个数大于后一个"),
        (">甲", Kind.TEXT, "不能比较大小"),
        ("非 、", Kind.TEXT, "没有写值"),
        ("2026-13-01", Kind.DATE, "不是日期"),
        ("也许", Kind.FLAG, "不是是或否"),
        ("= nobody > 3", Kind.INTEGER, "没有名为"),
        ("1" * 301, Kind.INTEGER, "请拆成几行"),
    ],
)
def test_cells_that_cannot_be_read_say_why(text, kind, words):
    variable = Variable("size", "人数", kind)
    with pytest.raises(Miswritten, match=words):
        cells.read_condition(text, variable, {"size": kind})
