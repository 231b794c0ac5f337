"""Figures of cases received in a span: how many, how fast, how well answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from gonghui.engines.casework.declaring import KINDS, CaseKind
from gonghui.engines.casework.models import OPEN, Channel, Difficulty, Phase
from gonghui.engines.casework.queries.desk import visible
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Range

BY = {
    "kind": "业务",
    "category": "类别",
    "channel": "渠道",
    "difficulty": "难度",
    "month": "月份",
    "city": "市级工会",
    "county": "县级工会",
}
_FIELDS = {
    "kind": "kind",
    "category": "category",
    "channel": "channel",
    "difficulty": "difficulty",
    "city": "city_id",
    "county": "county_id",
}
NAMES = "the names of unions stand in the figures of what lies below them"


@dataclass(frozen=True)
class Line:
    """One line. on_time: percent of the answered ones; days: mean from receipt to answer."""

    key: str
    title: str
    received: int
    complaints: int
    open: int
    answered: int
    closed: int
    late: int
    collective: int
    on_time: Decimal | None
    days: Decimal | None
    score: Decimal | None


def table(
    actor: Actor,
    kinds: Iterable[CaseKind] | None,
    from_on: date,
    until_on: date,
    *,
    by: str = "category",
    under: Union | None = None,
) -> list[Line]:
    """The figures by one dimension, the largest first; merged cases count with their lead."""
    if by not in BY:
        raise Refusal("没有这种分组。", field="by", code="by")
    if until_on < from_on:
        raise Refusal("截止日期不能早于起始日期。", field="until_on", code="order")
    rows = visible(actor, kinds).exclude(phase__in=(Phase.MERGED, Phase.WITHDRAWN))
    rows = rows.filter(received_at__gte=start_of(from_on), received_at__lt=start_of(until_on, 1))
    if under is not None:
        span = Range.below(under.path)
        rows = rows.filter(org_path__gte=span.lo, org_path__lt=span.hi)
    rows = (
        rows.annotate(key=TruncMonth("received_at"))
        if by == "month"
        else rows.annotate(key=F(_FIELDS[by]))
    )
    answered = Q(replied_at__isnull=False)
    found = rows.values("key").annotate(
        received=Count("id"),
        complaints=Sum("intakes_count"),
        open=Count("id", filter=Q(phase__in=OPEN)),
        answered=Count("id", filter=answered),
        closed=Count("id", filter=Q(phase=Phase.CLOSED)),
        late=Count("id", filter=Q(late=True)),
        collective=Count("id", filter=Q(collective=True)),
        span=Avg(F("replied_at") - F("received_at")),
        mean=Avg("score"),
    )
    lines = list(found)
    titles = _titles(by, [line["key"] for line in lines], kinds)
    made = [_line(line, titles) for line in lines]
    if by == "month":
        return sorted(made, key=lambda line: line.key)
    return sorted(made, key=lambda line: (-line.received, line.key))


def start_of(day: date, after: int = 0) -> datetime:
    """The first moment of a day, or of the one so many days after."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=after), time()))


def _line(row: dict[str, Any], titles: dict[str, str]) -> Line:
    key = row["key"]
    name = f"{timezone.localtime(key):%Y-%m}" if isinstance(key, datetime) else str(key or "")
    answered = row["answered"]
    on_time = (
        (Decimal(100 * (answered - row["late"])) / answered).quantize(Decimal("0.1"))
        if answered
        else None
    )
    return Line(
        name,
        titles.get(name) or name or "未填",
        row["received"],
        row["complaints"] or 0,
        row["open"],
        answered,
        row["closed"],
        row["late"],
        row["collective"],
        on_time,
        _days(row["span"]),
        row["mean"].quantize(Decimal("0.01")) if row["mean"] is not None else None,
    )


def _days(span: timedelta | None) -> Decimal | None:
    if span is None:
        return None
    return (Decimal(span.total_seconds()) / 86_400).quantize(Decimal("0.1"))


def _titles(by: str, keys: list[Any], kinds: Iterable[CaseKind] | None) -> dict[str, str]:
    chosen = list(KINDS.values() if kinds is None else kinds)
    match by:
        case "kind":
            return {kind.code: kind.title for kind in chosen}
        case "category":
            return {code: words for kind in chosen for code, words in kind.categories.items()}
        case "channel":
            return {item.value: str(item.label) for item in Channel}
        case "difficulty":
            return {item.value: str(item.label) for item in Difficulty}
        case "city" | "county":
            rows = Union.objects.unscoped(NAMES).filter(pk__in=[key for key in keys if key])
            none = "省本级" if by == "city" else "省、市本级"
            return {"": none, **{str(pk): name for pk, name in rows.values_list("pk", "name")}}
    return {}


def overview(actor: Actor, kinds: Iterable[CaseKind] | None, from_on: date, until_on: date) -> Any:
    """The same figures in one line, for the head of a page."""
    rows = visible(actor, kinds).exclude(phase__in=(Phase.MERGED, Phase.WITHDRAWN))
    rows = rows.filter(received_at__gte=start_of(from_on), received_at__lt=start_of(until_on, 1))
    return rows.aggregate(
        received=Count("id"),
        open=Count("id", filter=Q(phase__in=OPEN)),
        answered=Count("id", filter=Q(replied_at__isnull=False)),
        late=Count("id", filter=Q(late=True)),
    )
