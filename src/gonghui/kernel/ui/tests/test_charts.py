"""Charts: every figure drawn stands in the table; what a kind cannot draw is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.template import Context, Template

from gonghui.kernel.ui.charts import KINDS, Chart, Series

TEMPLATE = Template("{% load ui %}{% ui_chart chart %}")


def drawn(chart: Chart) -> str:
    return TEMPLATE.render(Context({"chart": chart}))


def of_kind(code: str) -> Chart:
    kind = KINDS[code]
    series = [Series(f"第{n}列", [5 + n, 3, 0]) for n in range(kind.least)]
    return Chart("样例", code, ["甲", "乙", "丙"], series, unit="人")


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_has_its_table(code: str) -> None:
    page = drawn(of_kind(code))
    assert f'data-chart="{code}"' in page
    assert "<summary>数据表</summary>" in page
    assert page.count("<tr>") == 4
    assert 'scope="row"' in page


def test_figures_are_grouped_and_rounded_half_up_and_none_is_told_from_nought() -> None:
    chart = Chart("样例", "bar", ["甲", "乙"], [Series("数", [Decimal("1234.25"), None])], places=1)
    assert [cells for _, _, cells in chart.rows] == [[("1,234.3", "1234.3")], [("—", "")]]


def test_pareto_sorts_and_adds_the_running_share() -> None:
    chart = Chart(
        "样例", "pareto", ["甲", "乙", "丙"], [Series("件", [1, 6, 3])], urls=["a", "b", "c"]
    )
    assert [(label, url, [text for text, _ in cells]) for label, url, cells in chart.rows] == [
        ("乙", "b", ["6", "60.0"]),
        ("丙", "c", ["3", "90.0"]),
        ("甲", "a", ["1", "100.0"]),
    ]


def test_waterfall_runs_through_losses() -> None:
    chart = Chart("样例", "waterfall", ["期初", "增", "减"], [Series("人", [100, 20, -50])])
    assert [cells[1][0] for _, _, cells in chart.rows] == ["100", "120", "70"]


def test_shares_of_a_whole_and_of_the_first_step() -> None:
    pie = Chart("样例", "pie", ["甲", "乙"], [Series("人", [1, 2])])
    assert [cells[1][0] for _, _, cells in pie.rows] == ["33.3", "66.7"]
    funnel = Chart("样例", "funnel", ["申请", "批准"], [Series("件", [8, 2])])
    assert [cells[1][0] for _, _, cells in funnel.rows] == ["100.0", "25.0"]


@pytest.mark.parametrize(
    ("kind", "series", "labels"),
    [
        ("donut", [Series("数", [1])], ["甲"]),
        ("pie", [Series("数", [1]), Series("数", [1])], ["甲"]),
        ("pyramid", [Series("男", [1])], ["甲"]),
        ("bar", [Series("数", [1, 2])], ["甲"]),
        ("stacked", [Series("数", [1]), Series("数", [-1])], ["甲"]),
        ("bar", [Series("数", [1] * 401)], ["甲"] * 401),
    ],
)
def test_what_a_kind_cannot_draw_is_refused(kind: str, series: list, labels: list) -> None:
    with pytest.raises(ValueError):
        Chart("样例", kind, labels, series)


def test_nothing_to_draw_is_said() -> None:
    page = drawn(Chart("样例", "line", ["甲"], [Series("数", [0])]))
    assert "还没有可以画的数字" in page
    assert "data-chart" not in page


def test_labels_are_escaped() -> None:
    page = drawn(Chart("<b>", "bar", ["<script>"], [Series("<i>", [1])]))
    assert "<script>" not in page and "<i>" not in page and "<b>" not in page
