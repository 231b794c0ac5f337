"""A decision table of 500 lines: one decision, its checks, and the page it is edited on.

The floor of a decision is the same lines as plain comparisons in Python. What is asserted does
not depend on the machine: the sizes, and that a decision reads each line once.
"""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string

from gonghui.kernel.rules.findings import findings
from gonghui.kernel.rules.kinds import Kind
from gonghui.kernel.rules.tables import (
    MOST_LINES,
    TABLES,
    Content,
    Hit,
    InForce,
    Input,
    Line,
    Output,
    RuleTable,
)
from gonghui.systems.foundation.components.queries.decision_tables import Checked
from gonghui.systems.foundation.components.views import grids
from tests.bench.conftest import Report, best

CITIES, STEPS = 20, 25
LAST = {"city": "34190", "members": 10_000, "joint": False}


def _line(number: int, size: int) -> Line:
    city, step = divmod(number, STEPS)
    members = f"{step * size}～{step * size + size - 1}" if step < STEPS - 1 else f"≥{step * size}"
    return Line(
        {"city": f"34{city:02}0" if city < CITIES - 1 else "34190", "members": members},
        {"seats": str(step + 3), "words": "区分会员人数"},
    )


@pytest.fixture
def table():
    """500 lines that meet without gap or overlap: twenty cities, twenty-five sizes each."""
    made = RuleTable(
        "bench.seats",
        "委员人数",
        inputs=(
            Input("city", "城市", Kind.TEXT, {f"34{n:02}0": f"城市{n}" for n in range(CITIES)}),
            Input("members", "会员人数", Kind.INTEGER, least=0),
            Input("joint", "联合", Kind.FLAG),
        ),
        outputs=(Output("seats", "委员人数", Kind.INTEGER), Output("words", "说明", Kind.TEXT)),
        hit=Hit.UNIQUE,
        complete=True,
        default=Content(tuple(_line(number, 40) for number in range(MOST_LINES))),
    )
    yield made
    del TABLES[made.code]


def plain(lines: list[tuple[str, int, int | None]], city: str, members: int) -> list[int]:
    return [
        number
        for number, (wanted, low, high) in enumerate(lines, 1)
        if city == wanted and members >= low and (high is None or members <= high)
    ]


def test_five_hundred_lines(table: RuleTable, report: Report) -> None:
    content, lines = table.default, []
    for line in content.lines:
        low, _, high = line.when["members"].replace("≥", "").partition("～")
        lines.append((line.when["city"], int(low), int(high) if high else None))
    found = table.apply(InForce(content), LAST)
    assert found.rows == (MOST_LINES,) == tuple(plain(lines, LAST["city"], LAST["members"]))
    decide = best(lambda: table.apply(InForce(content), LAST), clock=time.process_time, times=30)
    floor = best(lambda: plain(lines, LAST["city"], LAST["members"]), 30, time.process_time)
    report.add("decision table of 500 lines: one decision, CPU", decide, floor, "told")

    assert findings(table, content) == []
    check = best(lambda: findings(table, content), 5, time.process_time)
    report.note("decision table of 500 lines: gaps and overlaps, CPU", check, "≤ 2 s", "ms")

    drawn = _page(table)
    page = best(lambda: _page(table), 3, time.process_time)
    report.note("decision table of 500 lines: editor drawn, CPU", page, "told", "ms")
    report.note("decision table of 500 lines: editor", len(drawn.encode()) / 1000, "told", "kB")


def _page(table: RuleTable) -> str:
    context = {
        "table": table,
        "draft": SimpleNamespace(pk=1),
        "union": SimpleNamespace(name="市总工会"),
        "grid": grids.grid(table, table.default),
        "samples": [],
        "known": Checked([], [], []),
        "words": "",
    }
    return render_to_string("components/rules_edit.html", context)
