"""The tables systems decide by: each hit policy, its findings and its reasons on a real one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.rules import samples
from gonghui.kernel.rules.findings import findings
from gonghui.kernel.rules.kinds import ExpressionFault
from gonghui.kernel.rules.tables import (
    MOST_LINES,
    TABLES,
    Content,
    Hit,
    InForce,
    Line,
    RuleTable,
    Sample,
    TwoLines,
)
from gonghui.systems.foundation.components.queries import decision_tables as queries


@pytest.fixture
def terms() -> RuleTable:
    """只许一行: workdays to handle what came in."""
    return _real("circulation.terms", Hit.UNIQUE)


@pytest.fixture
def retention() -> RuleTable:
    """取第一行: how long a document is kept."""
    return _real("circulation.retention", Hit.FIRST)


@pytest.fixture
def materials() -> RuleTable:
    """取全部行: what an application brings."""
    return _real("legal_person.materials", Hit.COLLECT)


def _real(code: str, hit: Hit) -> RuleTable:
    table = queries.declared(code)
    assert table.hit is hit
    return table


def with_lines(table: RuleTable, *lines: Line) -> Content:
    return replace(table.default, lines=lines)


def told(table: RuleTable, content: Content) -> list[tuple[str, tuple[int, ...], bool]]:
    return [(item.kind, item.lines, item.stops) for item in findings(table, content)]


def test_every_table_of_the_systems_is_whole():
    # Flows of tests declare tables of their own when their files run in the same process.
    tables = [item for code, item in queries.every().items() if not code.startswith("test-")]
    assert len(tables) >= 4
    for table in tables:
        assert not [item.message for item in findings(table, table.default) if item.stops], table
        failed = [item for item in samples.run(table, table.default) if not item.passed]
        assert table.default.samples and not failed, table.code
        assert table.title and table.help and table.source, table.code


def test_the_first_line_that_fits_counts(retention):
    own = retention.apply(InForce(retention.default), {"outgoing": True, "kind": "decision"})
    assert (own.outcome, own.rows) == ({"retention": "Y"}, (1,))
    assert own.because.startswith("第 1 行：本机关制发是 是（要求为 是），文种是 决定（要求为 ")
    assert own.because.endswith("所以保管期限为 永久。")
    other = retention.apply(InForce(retention.default), {"outgoing": False, "kind": None})
    assert (other.outcome, other.because) == (
        {"retention": "D10"},
        "第 3 行：其余情况，所以保管期限为 10年。",
    )


def test_a_line_behind_one_that_takes_all_is_told(retention):
    first, second, rest = retention.default.lines
    found = told(retention, with_lines(retention, rest, first, second))
    assert found == [("hidden", (2,), False), ("hidden", (3,), False)]


def test_a_first_table_without_its_last_line_has_a_gap(retention):
    found = findings(retention, with_lines(retention, *retention.default.lines[:2]))
    assert [(item.kind, item.stops) for item in found] == [("gap", True)]
    assert found[0].message == "没有一行符合：本机关制发为 否。"


def test_a_unique_table_refuses_two_lines(terms):
    special = Line({"from_above": "是"}, {"workdays": "5"})
    content = with_lines(terms, *terms.default.lines, special)
    found = findings(terms, content)
    assert [(item.kind, item.lines, item.stops) for item in found] == [
        ("overlap", (1, 4), True),
        ("overlap", (2, 4), True),
        ("overlap", (3, 4), True),
    ]
    assert found[0].message == ("第 1、4 行同时符合：紧急程度为 平件，上级经平台来文为 是。")
    with pytest.raises(TwoLines, match="第 2、4 行同时符合"):
        terms.apply(InForce(content), {"urgency": "加急", "from_above": True})
    fine = terms.apply(InForce(content), {"urgency": "加急", "from_above": False})
    assert (fine.outcome, fine.rows) == ({"workdays": 3}, (2,))


def test_a_unique_table_that_must_be_complete_tells_its_gap(terms):
    content = with_lines(terms, *terms.default.lines[:2])
    assert told(terms, content) == [("gap", (), True)]
    assert findings(terms, content)[0].message == "没有一行符合：紧急程度为 特急。"
    nothing = terms.apply(InForce(content), {"urgency": "特急", "from_above": False})
    assert nothing.outcome is None
    assert nothing.because == "没有一行符合：紧急程度是 特急，上级经平台来文是 否。"


def test_all_lines_that_fit_are_gathered(materials):
    values = {"procedure": "change", "representative": True, "residence": True, "joint": False}
    found = materials.apply(InForce(materials.default), values)
    assert found.outcome == {"materials": ["form", "basis", "old", "identity", "residence"]}
    assert found.rows == (2, 7, 8)
    assert [line.split("：")[0] for line in found.because.split("\n")] == [
        "第 2 行",
        "第 7 行",
        "第 8 行",
    ]


def test_a_collecting_table_tells_what_gives_nothing(materials):
    content = with_lines(materials, *materials.default.lines[1:])
    assert told(materials, content) == [("gap", (), True)]


def test_a_line_whose_condition_never_holds_is_told(terms):
    never = Line({"urgency": "平件"}, {"workdays": "2"})
    table = replace_hit(terms, Hit.COLLECT)
    content = with_lines(table, *table.default.lines, never)
    assert told(table, content) == []
    impossible = Line({"urgency": "非 平件、加急、特急"}, {"workdays": "2"})
    content = with_lines(table, *table.default.lines, impossible)
    assert told(table, content) == [("hidden", (4,), False)]


def replace_hit(table: RuleTable, hit: Hit) -> RuleTable:
    """The same columns under another policy, under no code that stays."""
    made = RuleTable(
        f"{table.code}_{hit}", table.title, table.inputs, table.outputs, hit, table.default
    )
    del TABLES[made.code]
    return made


def test_a_formula_is_told_as_possible_only(terms):
    lines = (
        Line({"urgency": "平件"}, {"workdays": "10"}),
        Line({"urgency": '= urgency != "平件"'}, {"workdays": "3"}),
    )
    found = findings(terms, with_lines(terms, *lines))
    assert {(item.kind, item.stops) for item in found} == {("overlap", False), ("gap", False)}
    assert all("可能" in item.message for item in found)


def test_faults_name_line_and_column(terms):
    content = with_lines(
        terms,
        Line({"urgency": "很急"}, {"workdays": "三"}),
        Line({"urgency": "平件"}),
    )
    found = terms.faults(content)
    assert [(item.line, item.column) for item in found] == [
        (1, "urgency"),
        (1, "workdays"),
        (2, "workdays"),
    ]
    many = with_lines(terms, *[Line({}, {"workdays": "1"})] * (MOST_LINES + 1))
    assert "超过 500 行" in str(terms.faults(many)[0])


def test_a_sample_passes_only_with_what_it_expects(terms):
    wrong = Sample("错", {"urgency": "平件"}, {"workdays": "9"})
    none = Sample("无", {"urgency": "加急"}, nothing=True)
    typo = Sample("误", {"urgency": "很急"}, {"workdays": "9"})
    results = samples.run(terms, replace(terms.default, samples=(wrong, none, typo)))
    assert [item.passed for item in results] == [False, False, False]
    assert (results[0].got, results[0].why[:6]) == ("办理工作日数为 10", "第 1 行：")
    assert results[2].got == "无法得出结果"


def test_values_of_the_wrong_kind_never_reach_a_line(terms):
    with pytest.raises(ExpressionFault):
        terms.apply(InForce(terms.default), {"urgency": 3, "from_above": False})
    with pytest.raises(ValueError, match="no inputs"):
        terms.apply(InForce(terms.default), {"speed": "平件"})
    with pytest.raises(Refusal, match="紧急程度"):
        terms.values_of({"urgency": "很急"})


def test_a_table_is_declared_once_and_with_columns_that_can_be(terms):
    with pytest.raises(ValueError, match="twice"):
        RuleTable(terms.code, terms.title, terms.inputs, terms.outputs)
    with pytest.raises(ValueError, match="cannot be"):
        RuleTable("sample.none", "样例", (), terms.outputs)
    with pytest.raises(ValueError, match="第 1 行"):
        RuleTable(
            "sample.bad",
            "样例",
            terms.inputs,
            terms.outputs,
            default=Content((Line({}, {"workdays": "三"}),)),
        )
    assert "sample.bad" not in TABLES
