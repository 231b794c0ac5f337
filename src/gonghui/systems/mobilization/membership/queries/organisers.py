"""Reads about professional union workers (社会化工会工作者)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people.models import Person
from gonghui.systems.mobilization.membership.models.organisers import (
    Organiser,
    OrganiserState,
    Training,
)
from gonghui.systems.mobilization.membership.rules.organisers import NOTICE_DAYS

CHECKED = "a worker whose place the caller has checked"


def document_mask(organiser: Organiser) -> str:
    """The masked document number of a worker, whose own record may be kept by another union."""
    with wall_at(Scope.everything()):
        rows = Person.objects.unscoped(CHECKED).filter(pk=organiser.person_id)
        return rows.values_list("document_mask", flat=True).first() or "—"


def on_duty(person_id: int) -> Organiser | None:
    """The record under which a person is on duty now, anywhere in the province."""
    rows = Organiser.objects.unscoped("one person is on duty in one place in the whole province")
    return (
        rows.select_related("union")
        .filter(person_id=person_id, state=OrganiserState.ON_DUTY)
        .first()
    )


def hours_in(organiser: Organiser, year: int) -> Decimal:
    """Training hours of a year."""
    found = organiser.trainings.filter(on__year=year).aggregate(n=Sum("hours"))["n"]
    return found or Decimal(0)


def search_organisers(rows: QuerySet, text: str, scope: Scope) -> QuerySet:
    """Workers by a part of the name, or by the beginning of the certificate's number."""
    return rows.filter(Q(name__contains=text) | Q(certificate_number__startswith=text))


@dataclass(frozen=True)
class Line:
    """The workers of one county (县级), or kept above the counties."""

    pk: int
    name: str
    on_duty: int
    women: int
    certified: int
    hours: Decimal
    served: int
    ending: int
    left: int


def by_county(scope: Scope, today: date) -> list[Line]:
    """On duty, women, certified, hours of this year, unions served, contracts ending, by county."""
    on = Q(state=OrganiserState.ON_DUTY)
    soon = today + timedelta(days=max(NOTICE_DAYS))
    rows = Organiser.objects.within(scope).values("county_id", "city_id")
    figures = rows.annotate(
        n=Count("pk", filter=on),
        women=Count("pk", filter=on & Q(sex="2")),
        certified=Count("pk", filter=on & ~Q(certificate="")),
        ending=Count("pk", filter=on & Q(contract_to__lte=soon)),
        gone=Count("pk", filter=~on & Q(left_on__year=today.year)),
        anywhere=Max("union_id"),
    ).order_by("city_id", "county_id")
    found = list(figures)
    hours = _hours(scope, today.year)
    served = _served(scope)
    names = _names(row["county_id"] or row["city_id"] or row["anywhere"] for row in found)
    lines = []
    for row in found:
        key = (row["city_id"], row["county_id"])
        pk = row["county_id"] or row["city_id"] or row["anywhere"]
        own = "" if row["county_id"] else "（本级）"
        lines.append(
            Line(
                pk,
                f"{names.get(pk, '')}{own}",
                row["n"],
                row["women"],
                row["certified"],
                hours.get(key, Decimal(0)),
                served.get(key, 0),
                row["ending"],
                row["gone"],
            )
        )
    return lines


def _hours(scope: Scope, year: int) -> dict[tuple, Decimal]:
    inside = Organiser.objects.within(scope).filter(state=OrganiserState.ON_DUTY)
    rows = Training.objects.filter(organiser__in=inside.values("pk"), on__year=year)
    counted = rows.values_list("organiser__city_id", "organiser__county_id")
    return {(city, county): n for city, county, n in counted.annotate(n=Sum("hours"))}


def _served(scope: Scope) -> dict[tuple, int]:
    rows = Organiser.objects.within(scope).filter(state=OrganiserState.ON_DUTY)
    counted = rows.values_list("city_id", "county_id").annotate(n=Count("serves", distinct=True))
    return {(city, county): n for city, county, n in counted}


def _names(ids: Iterable[Any]) -> dict[int, str]:
    rows = Union.objects.unscoped("names of the counties whose workers are counted")
    return dict(rows.filter(pk__in=set(ids)).values_list("pk", "name"))


def to_remind(today: date) -> QuerySet[Organiser]:
    """Workers on duty whose contract ends soon or has ended, not yet reminded of at last."""
    rows = Organiser.objects.unscoped("the platform itself looks after every contract")
    return (
        rows.filter(
            state=OrganiserState.ON_DUTY, contract_to__lte=today + timedelta(days=max(NOTICE_DAYS))
        )
        .exclude(reminded=0)
        .order_by("pk")
    )
