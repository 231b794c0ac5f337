"""Report tables: spans cover the grid, totals are right, the workbook has the same merges."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.exchange.workbook import ExportContext
from gonghui.kernel.ui.report_workbook import write_report
from gonghui.kernel.ui.reports import (
    SUBTOTAL,
    TOTAL,
    Across,
    Cell,
    Group,
    Heading,
    Measure,
    Ratio,
    Report,
    build,
)

ROWS = [
    {"city": "合肥市", "county": "蜀山区", "sex": "男", "n": 3, "done": 1},
    {"city": "合肥市", "county": "蜀山区", "sex": "女", "n": 5, "done": 1},
    {"city": "合肥市", "county": "庐阳区", "sex": "女", "n": 2, "done": 2},
    {"city": "芜湖市", "county": "镜湖区", "sex": "男", "n": 10, "done": 0},
]
REPORT = Report(
    "会员统计",
    (Group("city", "市", subtotal=True), Group("county", "县（市、区）")),
    (
        Heading(
            "会员",
            (
                Measure("n", "合计"),
                Across("sex", (("男", "男"), ("女", "女")), (Measure("n", "人数"),)),
            ),
        ),
        Ratio("done", "n", "完成率"),
    ),
    unit="人",
    note="在籍会员。",
)


def grid(rows: list[tuple[Cell, ...]], columns: int) -> list[list[str]]:
    """The cells at every place of the grid; fails where two meet or none is."""
    taken: dict[tuple[int, int], str] = {}
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            for down in range(cell.down):
                for across in range(cell.across):
                    assert (row + down, column + across) not in taken
                    taken[row + down, column + across] = cell.text
    assert set(taken) == {(row, column) for row in range(len(rows)) for column in range(columns)}
    return [[taken[row, column] for column in range(columns)] for row in range(len(rows))]


def test_head_is_merged_over_and_down() -> None:
    sheet = build(REPORT, ROWS)
    assert grid(sheet.head, sheet.columns) == [
        ["市", "县（市、区）", "会员", "会员", "会员", "完成率"],
        ["市", "县（市、区）", "合计", "男", "女", "完成率"],
        ["市", "县（市、区）", "合计", "人数", "人数", "完成率"],
    ]


def test_groups_subtotals_and_total() -> None:
    sheet = build(REPORT, ROWS)
    assert grid([line.cells for line in sheet.body], sheet.columns) == [
        ["合肥市", "蜀山区", "8", "3", "5", "25.0%"],
        ["合肥市", "庐阳区", "2", "—", "2", "100.0%"],
        ["合肥市", "小计", "10", "3", "7", "40.0%"],
        ["芜湖市", "镜湖区", "10", "10", "—", "0.0%"],
        ["合计", "合计", "20", "13", "7", "20.0%"],
    ]
    assert [line.name for line in sheet.body][:3] == [
        "合肥市 / 蜀山区",
        "合肥市 / 庐阳区",
        "合肥市 / 小计",
    ]


def test_means_of_groups_are_not_averaged() -> None:
    rows = [{"g": "甲", "days": 2}, {"g": "甲", "days": 4}, {"g": "乙", "days": 12}]
    report = Report(
        "时长",
        (Group("g", "组"),),
        (
            Measure("days", "平均", "mean", 1),
            Measure("days", "最长", "max"),
            Measure("", "件数", "count"),
        ),
    )
    texts = [[cell.text for cell in line.figures] for line in build(report, rows).body]
    assert texts == [["3.0", "4", "2"], ["12.0", "12", "1"], ["6.0", "12", "3"]]


def test_nothing_and_unknown_values() -> None:
    assert build(REPORT, []).empty
    sheet = build(REPORT, [{"city": None, "county": "", "n": None}])
    assert [cell.text for cell in sheet.body[0].cells] == ["未填", "未填", "—", "—", "—", "—"]
    with pytest.raises(ValueError):
        Report("无列", (Group("g", "组"),), ())
    with pytest.raises(ValueError):
        Report("错", (Group("g", "组"),), (Measure("n", "数", "median"),))


VALUES = st.lists(
    st.fixed_dictionaries(
        {
            "city": st.sampled_from("甲乙丙"),
            "county": st.sampled_from("一二三"),
            "sex": st.sampled_from(["男", "女"]),
            "n": st.integers(0, 99),
            "done": st.integers(0, 9),
        }
    ),
    max_size=40,
)


@given(VALUES)
def test_the_grid_is_always_whole_and_totals_add_up(rows: list[dict[str, Any]]) -> None:
    sheet = build(REPORT, rows)
    grid(sheet.head, sheet.columns)
    grid([line.cells for line in sheet.body], sheet.columns)
    if rows:
        total = sheet.body[-1]
        assert total.kind == TOTAL
        assert total.figures[0].value == sum(row["n"] for row in rows)
        lines = Counter(line.kind for line in sheet.body)
        assert lines["line"] == len({(row["city"], row["county"]) for row in rows})
        summed = sum(line.figures[0].value for line in sheet.body if line.kind == "line")
        assert summed == total.figures[0].value
        for line in sheet.body:
            whole, *parts = (line.figures[n].value or Decimal(0) for n in range(3))
            assert whole == sum(parts)
        cities = Counter(city for city, _ in {(row["city"], row["county"]) for row in rows})
        assert lines[SUBTOTAL] == sum(1 for count in cities.values() if count > 1)


def test_page_says_each_figure_for_phones() -> None:
    page = Template("{% load ui %}{% ui_report sheet %}").render(
        Context({"sheet": build(REPORT, ROWS)})
    )
    assert 'rowspan="3"' in page and 'colspan="3"' in page
    assert 'data-label="会员·男·人数"' in page
    assert "合肥市 / 庐阳区" in page
    assert "换一个条件再看" in Template("{% load ui %}{% ui_report sheet %}").render(
        Context({"sheet": build(REPORT, [])})
    )


def written(tmp_path: Path, rows: list[dict[str, Any]]) -> tuple[str, str, int]:
    logged: list[int] = []
    context = ExportContext(
        "王工", "合肥市总工会", "月报", datetime(2026, 11, 22, tzinfo=UTC), logged.append
    )
    path = tmp_path / "报表.xlsx"
    count = write_report(path, build(REPORT, rows), context)
    assert logged == [count]
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as book:
        return (
            book.read("xl/worksheets/sheet1.xml").decode(),
            book.read("xl/sharedStrings.xml").decode(),
            count,
        )


def test_workbook_has_the_same_merges_frozen_head_and_real_numbers(tmp_path: Path) -> None:
    sheet, texts, count = written(tmp_path, ROWS)
    assert count == 5
    merged = set(re.findall(r'mergeCell ref="([A-Z0-9:]+)"', sheet))
    # Title; two groups over three head rows; 会员 over three; 合计 and 完成率 down; 合肥市; 合计.
    assert merged == {"A1:F1", "A4:A6", "B4:B6", "C4:E4", "C5:C6", "F4:F6", "A7:A9", "A11:B11"}
    assert 'topLeftCell="C7"' in sheet and 'state="frozen"' in sheet
    assert "<v>20</v>" in sheet and "<v>0.2</v>" in sheet
    assert "用途：月报" in texts


def test_workbook_runs_no_formula(tmp_path: Path) -> None:
    sheet, texts, _ = written(
        tmp_path, [{"city": "=1+1", "county": "@x", "sex": "男", "n": 1, "done": 0}]
    )
    assert "<f>" not in sheet
    assert "'=1+1" in texts
