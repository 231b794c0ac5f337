"""Figures of aid, mediation and supervision: by unit, matter, result and amount."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.rights.legal_aid.models import Aid, Mediation, Practitioner, Watch
from gonghui.systems.rights.legal_aid.rules import aid, mediation, registers, supervision

BELOW = "the unions below whose figures are shown"
ACCEPTED = (aid.CLOSED, aid.ARCHIVED)
"""An approver has accepted the result."""


def _span(rows: QuerySet, from_on: date, until_on: date) -> QuerySet:
    return rows.filter(case__received_at__date__gte=from_on, case__received_at__date__lte=until_on)


def _aid() -> dict[str, Any]:
    return {
        "received": Count("pk"),
        "granted": Count("pk", filter=~Q(form="")),
        "refused": Count("pk", filter=Q(state=aid.REFUSED)),
        "closed": Count("pk", filter=Q(closed_on__isnull=False)),
        "people": Sum("people", filter=~Q(form="")),
        "recovered": Sum("recovered", filter=Q(state__in=ACCEPTED)),
    }


def _mediation() -> dict[str, Any]:
    return {
        "received": Count("pk"),
        "agreed": Count("pk", filter=Q(effective_on__isnull=False)),
        "performed": Count("pk", filter=Q(state=mediation.PERFORMED)),
        "failed": Count("pk", filter=Q(state=mediation.FAILED)),
        "amount": Sum("amount", filter=Q(effective_on__isnull=False)),
    }


def _watch() -> dict[str, Any]:
    return {
        "received": Count("pk"),
        "found": Count("pk", filter=Q(violation=True)),
        "corrected": Count("pk", filter=Q(corrected_on__isnull=False)),
        "escalated": Count("pk", filter=Q(state=supervision.ESCALATED)),
        "closed": Count("pk", filter=Q(state=supervision.CLOSED)),
        "recovered": Sum("recovered"),
    }


KINDS: dict[str, tuple[Any, Any]] = {
    "aid": (Aid, _aid),
    "mediation": (Mediation, _mediation),
    "watch": (Watch, _watch),
}


def totals(scope: Scope, from_on: date, until_on: date) -> dict[str, dict[str, Any]]:
    """The figures of each kind in a scope and span."""
    return {
        name: _span(model.objects.within(scope), from_on, until_on).aggregate(**figures())
        for name, (model, figures) in KINDS.items()
    }


def by_matter(kind: str, scope: Scope, from_on: date, until_on: date) -> list[dict[str, Any]]:
    model, figures = KINDS[kind]
    rows = _span(model.objects.within(scope), from_on, until_on)
    return list(rows.order_by().values("matter").annotate(**figures()).order_by("-received"))


def by_result(scope: Scope, from_on: date, until_on: date) -> list[dict[str, Any]]:
    """Aid cases with a result: how many, for how many people, how much was recovered."""
    rows = _span(Aid.objects.within(scope), from_on, until_on).filter(state__in=ACCEPTED)
    return list(
        rows.order_by()
        .values("result")
        .annotate(count=Count("pk"), people=Sum("people"), recovered=Sum("recovered"))
        .order_by("-count")
    )


def by_unit(union: Union, from_on: date, until_on: date) -> list[dict[str, Any]]:
    """The unions right below with their figures, in the order of the tree."""
    units = list(
        Union.objects.unscoped(BELOW).filter(parent=union, status="active").order_by("path")
    )
    found = {name: _grouped(name, union, units, from_on, until_on) for name in KINDS}
    return [
        {"unit": unit, **{name: found[name].get(unit.pk, {}) for name in KINDS}}
        for unit in units
        if any(found[name].get(unit.pk) for name in KINDS)
    ]


def _grouped(
    kind: str, union: Union, units: Iterable[Union], from_on: date, until_on: date
) -> dict[int, dict[str, Any]]:
    model, figures = KINDS[kind]
    depth = len(union.path.rstrip(".").split("."))
    rows = _span(model.objects.within(Scope.of([union.path])), from_on, until_on).order_by()
    if anchor := {1: "city_id", 2: "county_id"}.get(depth):
        lines = rows.exclude(**{anchor: None}).values(anchor).annotate(**figures())
        return {line[anchor]: line for line in lines}
    paths = set(rows.values_list("org_path", flat=True).distinct())
    return {
        unit.pk: line
        for unit in units
        if any(path.startswith(unit.path) for path in paths)
        for line in [rows.filter(org_path__startswith=unit.path).aggregate(**figures())]
        if line["received"]
    }


def people(scope: Scope) -> dict[str, dict[str, int]]:
    """How many stand on each register, and are suspended."""
    lines = (
        Practitioner.objects.within(scope)
        .order_by()
        .values("role")
        .annotate(
            active=Count("pk", filter=Q(state=registers.ACTIVE)),
            suspended=Count("pk", filter=Q(state=registers.SUSPENDED)),
        )
    )
    return {line["role"]: line for line in lines}
