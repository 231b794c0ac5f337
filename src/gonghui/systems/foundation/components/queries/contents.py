"""What a chart or report says, and whether it can be drawn from its dataset."""

from __future__ import annotations

from dataclasses import dataclass

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.ui.charts import KINDS
from gonghui.kernel.ui.datasets import DATASETS, Dataset
from gonghui.systems.foundation.components.rules import charting


@dataclass(frozen=True)
class Content:
    """What a version says: title, form, how figures are taken, for whom."""

    title: str
    kind: str
    spec: charting.Spec
    audience: str


def known(dataset: Dataset, kind: str) -> charting.Known:
    """What the rules need of a dataset and a form."""
    form = KINDS.get(kind)
    if form is None and kind != charting.REPORT:
        raise Refusal("请选择形式。", field="kind")
    return charting.Known(
        frozenset(item.name for item in dataset.dimensions),
        {item.name: item.unit for item in dataset.figures},
        frozenset(item.name for item in dataset.figures if item.is_ratio),
        kind,
        form.title if form else "报表",
        form.least if form else 1,
        form.most if form else 99,
    )


def check(dataset: str, content: Content, by: Actor) -> Dataset:
    """Refuse a content that cannot be drawn, or data its author may not read."""
    found = DATASETS.get(dataset)
    if found is None:
        raise Refusal("没有这个数据集。", remedy="请重新选择数据集。", field="dataset")
    by.require(found.permission)
    charting.check(content.spec, known(found, content.kind))
    return found
