"""Which saved charts and reports an actor finds, and each drawn for that actor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.ui.charts import Chart, Series
from gonghui.kernel.ui.datasets import DATASETS, Dataset, Figure
from gonghui.kernel.ui.reports import (
    Across,
    Group,
    Measure,
    Ratio,
    Report,
    Sheet,
    build,
    shown_text,
)
from gonghui.systems.foundation.components.models import Audience, Definition
from gonghui.systems.foundation.components.permissions import VIEW_CHARTS
from gonghui.systems.foundation.components.queries.contents import Content, check, known
from gonghui.systems.foundation.components.rules import charting

FOR_OTHERS = "what a union passed on to those below it is found from below; figures are never"
SERIES_MOST = 8
Row = Mapping[str, Any]


def seen_by(actor: Actor) -> QuerySet[Definition]:
    """The actor's own, those of the actor's places, and those passed down from above."""
    paths = actor.paths(VIEW_CHARTS)
    above = {int(part) for path in paths for part in path.rstrip(".").split(".")}
    rows = Definition.objects.unscoped(FOR_OTHERS).select_related("union")
    scope = actor.scope(VIEW_CHARTS)
    inside = scope.condition(Definition) if scope else Q(pk__in=[])
    shared = inside & Q(audience__in=(Audience.UNION, Audience.BELOW))
    below = Q(union_id__in=above, audience=Audience.BELOW)
    others = Q(active=True, dataset__in=readable_codes(actor)) & (shared | below)
    return rows.filter(Q(owner_id=actor.user_id) | others)


def one(actor: Actor, pk: int) -> Definition:
    """A definition the actor finds; refused alike whether it is not there or not for them."""
    actor.require(VIEW_CHARTS)
    found = seen_by(actor).filter(pk=pk).first()
    if found is None:
        raise Forbidden(
            "没有这张图形或报表，或者它没有开放给您的岗位。",
            remedy="可以请制作人改为“本工会、上级和全部下级工会”可看。",
            code="forbidden",
        )
    return found


def readable(actor: Actor) -> list[Dataset]:
    """The datasets the actor may read somewhere."""
    return [item for item in DATASETS.values() if actor.may(item.permission)]


def readable_codes(actor: Actor) -> list[str]:
    return [item.code for item in readable(actor)]


def drawn(actor: Actor, dataset: str, content: Content) -> Chart | Sheet:
    """The chart or report with the actor's own figures."""
    found = check(dataset, content, actor)
    spec = content.spec
    rows = found.rows(actor)
    if spec.only:
        rows = [row for row in rows if shown_text(row.get(spec.only[0])) == spec.only[1]]
    rows = _in_order(found, spec, rows)
    if content.kind == charting.REPORT:
        return _sheet(actor, found, content, rows)
    return _chart(found, content, rows)


def content_of(definition: Any) -> Content:
    """The content of a definition or of one of its versions."""
    return Content(
        definition.title,
        definition.kind,
        charting.Spec.read(definition.spec),
        definition.audience,
    )


def values_of(dataset: Dataset, rows: Sequence[Row], name: str) -> list[str]:
    """The values of a dimension in the order met, months in their order."""
    found = list(dict.fromkeys(shown_text(row.get(name)) for row in rows))
    dimension = dataset.dimension(name)
    return sorted(found) if dimension is not None and dimension.time else found


def _in_order(dataset: Dataset, spec: charting.Spec, rows: list[Row]) -> list[Row]:
    for name in reversed(spec.rows):
        dimension = dataset.dimension(name)
        if dimension is not None and dimension.time:
            rows = sorted(rows, key=lambda row: shown_text(row.get(name)))
    return rows


def _column(figure: Figure) -> Measure | Ratio:
    if figure.is_ratio:
        return Ratio(figure.part, figure.whole, figure.title, figure.places)
    title = f"{figure.title}（{figure.unit}）" if figure.unit else figure.title
    return Measure(figure.name, title, figure.how, figure.places)


def _figures(dataset: Dataset, spec: charting.Spec) -> list[Figure]:
    return [item for name in spec.figures if (item := dataset.figure(name))]


def _title(dataset: Dataset, name: str) -> str:
    dimension = dataset.dimension(name)
    return dimension.title if dimension else name


def _sheet(actor: Actor, dataset: Dataset, content: Content, rows: list[Row]) -> Sheet:
    spec = content.spec
    columns = tuple(_column(item) for item in _figures(dataset, spec))
    heads: tuple[Any, ...] = columns
    if spec.across:
        values = values_of(dataset, rows, spec.across)
        if len(values) > charting.ACROSS_MOST:
            raise Refusal(
                f"“{_title(dataset, spec.across)}”有 {len(values)} 个值，横向展开最多"
                f" {charting.ACROSS_MOST} 个。",
                remedy="请改成按它分组，或先用“只看”缩小范围。",
                field="across",
            )
        rows = [{**row, spec.across: shown_text(row.get(spec.across))} for row in rows]
        heads = (Across(spec.across, tuple((value, value) for value in values), columns), *columns)
    last = spec.rows[-1]
    report = Report(
        content.title,
        tuple(
            Group(name, _title(dataset, name), subtotal=spec.subtotals and name != last)
            for name in spec.rows
        ),
        heads,
        note=dataset.help,
    )
    facts = [actor.union_name] if actor.union_name else []
    if spec.only:
        facts.append(f"只看{_title(dataset, spec.only[0])}：{spec.only[1]}")
    return build(report, rows, as_of=timezone.localtime(), facts=facts)


def _chart(dataset: Dataset, content: Content, rows: list[Row]) -> Chart:
    spec = content.spec
    by = spec.rows[0]
    figures = _figures(dataset, spec)
    first = figures[0]
    parts = _parts(rows, values_of(dataset, rows, by), by)
    dimension = dataset.dimension(by)
    timed = dimension is not None and dimension.time
    if timed:
        parts = parts[-charting.LINES[-1] :]
    else:
        parts.sort(key=lambda part: -(_value(first, part[1]) or 0))
        parts = _folded(parts, spec.most)
    series = (
        _across(dataset, spec, first, rows, parts)
        if spec.across
        else [
            Series(item.title, [_value(item, part) for _, part in parts], item.unit)
            for item in figures
        ]
    )
    charting.check_columns(len(series), known(dataset, content.kind))
    only = f"（{_title(dataset, spec.only[0])}：{spec.only[1]}）" if spec.only else ""
    return Chart(
        f"{content.title}{only}",
        content.kind,
        [label for label, _ in parts],
        [
            Series(item.name, item.values, "" if item.unit == first.unit else item.unit)
            for item in series
        ],
        unit=first.unit,
        first=_title(dataset, by),
        as_of=timezone.now(),
        help=dataset.help,
        places=first.places,
    )


def _parts(rows: list[Row], labels: list[str], name: str) -> list[tuple[str, list[Row]]]:
    parts: dict[str, list[Row]] = {label: [] for label in labels}
    for row in rows:
        parts[shown_text(row.get(name))].append(row)
    return list(parts.items())


def _folded(parts: list[tuple[str, list[Row]]], most: int) -> list[tuple[str, list[Row]]]:
    """The first `most` parts, the rest put together as one."""
    if len(parts) <= most:
        return parts
    rest = parts[most - 1 :]
    together = [row for _, part in rest for row in part]
    return [*parts[: most - 1], (f"其他 {len(rest)} 项", together)]


def _value(figure: Figure, rows: Sequence[Row]) -> Any:
    return _column(figure).of(rows)


def _across(
    dataset: Dataset,
    spec: charting.Spec,
    figure: Figure,
    rows: list[Row],
    parts: list[tuple[str, list[Row]]],
) -> list[Series]:
    """A series for each value of the dimension laid across, the largest first."""
    groups = _parts(rows, values_of(dataset, rows, spec.across), spec.across)
    dimension = dataset.dimension(spec.across)
    if dimension is None or not dimension.time:
        groups.sort(key=lambda group: -(_value(figure, group[1]) or 0))
    groups = _folded(groups, SERIES_MOST)
    found = []
    for label, group in groups:
        inside = {id(row) for row in group}
        values = [_value(figure, [row for row in part if id(row) in inside]) for _, part in parts]
        found.append(Series(label, values, figure.unit))
    return found
