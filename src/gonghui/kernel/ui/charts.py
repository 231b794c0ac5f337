"""Charts (图形展示): what a view says of a chart, the library of kinds, and the figures they add.

A chart is its table drawn: every figure a person sees in the drawing stands in the table under
it, so what is read aloud, printed, copied and drawn is one and the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate

Number = int | float | Decimal
TONES = frozenset({"", "good", "wait", "stop", "idle"})
LABELS_MOST = 400
"""Longer axes are no picture any more; such data belong into a report or a list."""


@dataclass(frozen=True)
class Kind:
    """A kind of chart: when it serves, how many series it takes, whether they may be below 0."""

    code: str
    title: str
    help: str
    least: int = 1
    most: int = 8
    negative: bool = True


KINDS = {
    kind.code: kind
    for kind in (
        Kind("bar", "柱形图", "比较几个单位或类别的多少"),
        Kind("hbar", "条形图", "名称长、项目多时比较多少，也用于排名"),
        Kind("stacked", "堆叠柱形图", "看总量，也看总量由什么组成", 2, 8, False),
        Kind("share", "百分比柱形图", "只比较构成，不比较总量", 2, 8, False),
        Kind("line", "折线图", "看随时间的变化"),
        Kind("area", "面积图", "看累积的量随时间的变化", 1, 4, False),
        Kind("pie", "饼图", "一个总量分成几份，份数不超过八份", 1, 1, False),
        Kind("ring", "环形图", "同饼图，中间写合计", 1, 1, False),
        Kind("combo", "柱线图", "数量用柱，比率用线；最后一列画成线，用右边的刻度", 2, 4),
        Kind("pareto", "帕累托图", "由多到少排列，线是累计占比，看主要的是哪几项", 1, 1, False),
        Kind("waterfall", "瀑布图", "从期初到期末，每一项增减了多少", 1, 1),
        Kind("pyramid", "金字塔图", "两列左右相对，例如各年龄段的男女", 2, 2, False),
        Kind("target", "目标对照图", "完成数用条，任务数用竖线", 2, 2, False),
        Kind("funnel", "漏斗图", "一步一步减少的数量，例如申请、受理、批准", 1, 1, False),
    )
}


@dataclass(frozen=True)
class Series:
    """One column of figures, None where there is none.

    unit: where it differs from the chart's. tone: good, wait, stop or idle, where the column
    stands for a state; otherwise it takes its colour by its place.
    """

    name: str
    values: Sequence[Number | None]
    unit: str = ""
    tone: str = ""

    def __post_init__(self) -> None:
        if self.tone not in TONES:
            raise ValueError(f"unknown tone {self.tone!r}")


@dataclass
class Chart:
    """A chart with its table.

    kind: a code of KINDS. labels: what stands along the axis. first: heading of the labels.
    places: decimals shown. urls: where each label leads, in the order of labels. help: how the
    figures are counted. Raises ValueError for what the kind cannot draw.
    """

    title: str
    kind: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    first: str = "项目"
    as_of: datetime | None = None
    help: str = ""
    places: int = 0
    urls: Sequence[str] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        kind = KINDS.get(self.kind)
        if kind is None:
            raise ValueError(f"unknown kind of chart {self.kind!r}")
        if not kind.least <= len(self.series) <= kind.most:
            raise ValueError(f"{self.kind} takes {kind.least} to {kind.most} series")
        for series in self.series:
            if len(series.values) != len(self.labels):
                raise ValueError(f"series {series.name!r} has not one value for each label")
            if not kind.negative and any(
                value is not None and value < 0 for value in series.values
            ):
                raise ValueError(f"{self.kind} cannot draw figures below zero")
        if self.urls and len(self.urls) != len(self.labels):
            raise ValueError("urls has not one address for each label")
        if len(self.labels) > LABELS_MOST:
            raise ValueError(f"more than {LABELS_MOST} labels")

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for series in self.series for value in series.values)

    @property
    def shown(self) -> list[Series]:
        """The columns of the table: the series and what the kind adds to them."""
        if self.kind == "pareto":
            return [self._sorted()[1], Series("累计占比", self._running_share(), "%")]
        if self.kind == "waterfall":
            values = [value or 0 for value in self.series[0].values]
            return [self.series[0], Series("累计", list(accumulate(values)))]
        if self.kind in {"pie", "ring", "funnel"}:
            first = self.series[0]
            name = "占比" if self.kind != "funnel" else "占第一步"
            return [first, Series(name, self._shares(first.values), "%")]
        return list(self.series)

    @property
    def rows(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """(label, address, [(figure as shown, figure as drawn)]) of each line of the table."""
        order, labels, urls = self._ordered()
        columns = self.shown
        sorted_already = self.kind == "pareto"
        return [
            (
                label,
                url,
                [self._cell(column, line if sorted_already else place) for column in columns],
            )
            for line, (place, label, url) in enumerate(zip(order, labels, urls, strict=True))
        ]

    def _cell(self, column: Series, place: int) -> tuple[str, str]:
        value = column.values[place]
        if value is None:
            return "—", ""
        places = 1 if column.unit == "%" else self.places
        exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        return f"{exact:,}", str(exact)

    def _ordered(self) -> tuple[list[int], list[str], list[str]]:
        order = self._sorted()[0] if self.kind == "pareto" else list(range(len(self.labels)))
        urls = list(self.urls) or [""] * len(self.labels)
        return order, [self.labels[n] for n in order], [urls[n] for n in order]

    def _sorted(self) -> tuple[list[int], Series]:
        first = self.series[0]
        order = sorted(range(len(self.labels)), key=lambda n: (-(first.values[n] or 0), n))
        return order, Series(first.name, [first.values[n] for n in order], first.unit)

    def _running_share(self) -> list[Decimal | None]:
        values = [Decimal(str(value or 0)) for value in self._sorted()[1].values]
        total = sum(values)
        return [_percent(part, total) for part in accumulate(values)]

    def _shares(self, values: Sequence[Number | None]) -> list[Decimal | None]:
        figures = [Decimal(str(value or 0)) for value in values]
        whole = sum(figures) if self.kind != "funnel" else (figures[0] if figures else Decimal(0))
        return [_percent(part, whole) for part in figures]


def _percent(part: Decimal, whole: Decimal | int) -> Decimal | None:
    """part of whole in hundredths with one decimal, half up; None of nothing."""
    if not whole:
        return None
    return (100 * part / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
