"""What may be drawn from a dataset, and which version an undo goes back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gonghui.kernel.base.errors import Refusal

OWNER, UNION, BELOW = "owner", "union", "below"
REPORT = "report"
MIXED = frozenset({"combo"})
ADDS = frozenset({"stacked", "share", "pie", "ring", "pareto", "funnel", "waterfall"})
GROUPS_MOST = 3
ACROSS_MOST = 12
LINES = (5, 10, 16, 30, 60)


@dataclass(frozen=True)
class Spec:
    """How figures are taken from a dataset.

    rows: dimensions that group. across: a dimension whose values become columns, or "". figures:
    what is counted. only: (dimension, value) to which the rows are narrowed, or (). most: how
    many labels a chart shows before the rest are put together. subtotals: for reports.
    """

    rows: tuple[str, ...]
    figures: tuple[str, ...]
    across: str = ""
    only: tuple[str, ...] = ()
    most: int = 16
    subtotals: bool = True

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Spec:
        return cls(
            tuple(stored["rows"]),
            tuple(stored["figures"]),
            stored.get("across", ""),
            tuple(stored.get("only", ())),
            int(stored.get("most", 16)),
            bool(stored.get("subtotals", True)),
        )

    def stored(self) -> dict[str, Any]:
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Known:
    """What the rules need of a dataset and a kind of chart.

    figures: unit by name; ratios: those that are quotients. least, most: columns the kind takes.
    """

    dimensions: frozenset[str]
    figures: Mapping[str, str]
    ratios: frozenset[str] = frozenset()
    kind: str = REPORT
    kind_title: str = "报表"
    least: int = 1
    most: int = 99


def check(spec: Spec, known: Known) -> None:
    """Refuse what cannot be drawn; each refusal names its field."""
    if not spec.rows or not set(spec.rows) <= known.dimensions:
        raise Refusal("请选择按什么分组。", field="row1", code="chart.rows")
    if len(set(spec.rows)) < len(spec.rows) or len(spec.rows) > GROUPS_MOST:
        raise Refusal(
            "同一项不能分组两次，最多分三级。", remedy="请把重复的一级改成“不分”。", field="row2"
        )
    if spec.across and (spec.across not in known.dimensions or spec.across in spec.rows):
        raise Refusal(
            "横向展开的一项不能同时用来分组。", remedy="请换一项，或改成“不展开”。", field="across"
        )
    if not spec.figures or not set(spec.figures) <= set(known.figures):
        raise Refusal("请至少选择一个指标。", field="figures", code="chart.figures")
    if known.kind != REPORT:
        _check_chart(spec, known)


def _check_chart(spec: Spec, known: Known) -> None:
    if len(spec.rows) > 1:
        raise Refusal(
            f"{known.kind_title}只能按一项分组。",
            remedy="请把第二、三级改成“不分”，或把形式改成报表。",
            field="row2",
        )
    if spec.across and len(spec.figures) > 1:
        raise Refusal(
            "横向展开时只能选一个指标。", remedy="请只留一个指标，或改成报表。", field="figures"
        )
    if known.kind in ADDS and set(spec.figures) & known.ratios:
        raise Refusal(
            f"{known.kind_title}把数字加在一起，比率不能相加。",
            remedy="请选数量指标，或改用折线图、柱形图。",
            field="figures",
        )
    if not spec.across:
        check_columns(len(spec.figures), known)
    units = [known.figures[name] for name in spec.figures]
    same = units[:-1] if known.kind in MIXED else units
    if len(set(same)) > 1:
        raise Refusal(
            f"单位不同的指标（{'、'.join(dict.fromkeys(same))}）不能用同一条刻度。",
            remedy="请只选单位相同的指标；数量和比率一起看，请用柱线图并把比率放在最后。",
            field="figures",
        )


def check_columns(count: int, known: Known) -> None:
    """Refuse a number of columns the kind of chart does not take."""
    if known.least <= count <= known.most:
        return
    if known.least == known.most:
        wanted = f"正好 {known.least} 列"
    else:
        wanted = f"{known.least} 到 {known.most} 列"
    raise Refusal(
        f"{known.kind_title}要{wanted}数字，现在是 {count} 列。",
        remedy="请增减指标，或换一种形式。",
        field="figures" if count < known.least else "kind",
    )


def undone(contents: Sequence[tuple[int, int]]) -> int:
    """The version an undo takes back: the one before the content in force.

    contents: (number, content) of all versions in order. Undoing twice goes back two steps, not
    there and back again.
    """
    current = contents[-1][1]
    if current <= 1:
        raise Refusal("已经是最初的版本，没有可以撤销的修改。", code="chart.first")
    before = next(content for number, content in contents if number == current - 1)
    return before
