"""Reads about committee terms (届期)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractMonth
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.notify.calendar import CalendarEntry
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.mobilization.membership.models.terms import TermState, UnionTerm
from gonghui.systems.mobilization.membership.permissions import VIEW_TERMS
from gonghui.systems.mobilization.membership.rules import terms as rules
from gonghui.systems.mobilization.membership.rules.terms import Urgency

ON_CALENDAR = 60
CHECKED = "the terms of a union whose place the caller has checked"


def open_term(union: Union) -> UnionTerm | None:
    """The latest term of a union, whatever has become of it since."""
    rows = UnionTerm.objects.unscoped(CHECKED).exclude(state=TermState.SUPERSEDED)
    return rows.filter(union=union).first()


def last_term(union: Union) -> UnionTerm | None:
    """The term with the highest number, superseded ones included."""
    return UnionTerm.objects.unscoped(CHECKED).filter(union=union).order_by("-number").first()


def of_urgency(urgency: Urgency, today: date) -> Q:
    """The open terms of one urgency, as a condition."""
    still = ~Q(state=TermState.SUPERSEDED)
    if urgency is Urgency.DELAYED:
        return still & Q(delayed_to__isnull=False, deadline__gte=today)
    window = rules.windows(today)[urgency]
    found = still
    if window.first is not None:
        found &= Q(deadline__gte=window.first)
    if window.last is not None:
        found &= Q(deadline__lte=window.last)
    if urgency in (Urgency.OVERDUE_LONG, Urgency.OVERDUE):
        return found
    return found & Q(delayed_to=None)


def by_urgency(scope: Scope, today: date) -> dict[Urgency, int]:
    """How many open terms of a scope there are of each urgency. One query."""
    counted = UnionTerm.objects.within(scope).aggregate(
        **{urgency.value: Count("pk", filter=of_urgency(urgency, today)) for urgency in Urgency}
    )
    return {urgency: counted[urgency.value] for urgency in Urgency}


@dataclass
class Unit:
    """One union right below, with the open terms in its subtree by urgency."""

    pk: int
    name: str
    counts: Counter = field(default_factory=Counter)

    @property
    def due(self) -> int:
        """Terms that ask for something now: all but the later ones and the delayed."""
        return sum(
            n
            for urgency, n in self.counts.items()
            if urgency not in (Urgency.LATER, Urgency.DELAYED)
        )


def by_unit(union: Union, today: date) -> list[Unit]:
    """Open terms below a union by its next level and urgency, most due first."""
    depth = union.path.count(".")
    rows = UnionTerm.objects.unscoped(CHECKED).filter(
        ~Q(state=TermState.SUPERSEDED), Scope.of([union.path]).condition(UnionTerm)
    )
    units: dict[int, Unit] = {}
    below = Union.objects.unscoped(CHECKED).filter(parent=union, status=UnionStatus.ACTIVE)
    for pk, name in below.values_list("pk", "name"):
        units[pk] = Unit(pk, name)
    found = rows.values_list("org_path", "deadline", "delayed_to").iterator(chunk_size=5000)
    for path, deadline, delayed_to in found:
        parts = path.split(".", depth + 1)
        unit = units.get(int(parts[depth])) if len(parts) > depth + 1 else None
        if unit is not None:
            unit.counts[rules.urgency(deadline, today, delayed=delayed_to is not None)] += 1
    return sorted(units.values(), key=lambda unit: (-unit.due, unit.name))


def by_month(scope: Scope, year: int) -> dict[int, int]:
    """How many open terms of a scope are due in each month of a year. One query."""
    rows = UnionTerm.objects.within(scope).exclude(state=TermState.SUPERSEDED)
    rows = rows.filter(deadline__gte=date(year, 1, 1), deadline__lte=date(year, 12, 31))
    counted = rows.annotate(month=ExtractMonth("deadline")).values_list("month")
    return dict(counted.annotate(n=Count("pk")).order_by("month"))


def due_in(scope: Scope, year: int, month: int) -> QuerySet[UnionTerm]:
    """The open terms of a scope that are due in a month, by day."""
    first = date(year, month, 1)
    last = rules.add_months(first, 1) - date.resolution
    rows = UnionTerm.objects.within(scope).exclude(state=TermState.SUPERSEDED)
    rows = rows.filter(deadline__gte=first, deadline__lte=last).select_related("union")
    return rows.order_by("deadline", "pk")


def to_remind(today: date, months: Iterable[int]) -> QuerySet[UnionTerm]:
    """Open terms of active unions for which a reminder may be due, for the daily job."""
    horizon = rules.add_months(today, max(months, default=0))
    rows = UnionTerm.objects.unscoped("the platform itself looks after every term")
    return (
        rows.filter(deadline__lte=horizon, union__status=UnionStatus.ACTIVE)
        .exclude(state=TermState.SUPERSEDED)
        .exclude(reminded=0)
        .order_by("pk")
    )


def on_calendar(actor: Actor, first: date, last: date) -> Iterable[CalendarEntry]:
    """The terms an actor has to look after that end between two days, for the calendar.

    Of a wide subtree only the unions at and right below the actor's own: the others are their
    superiors' to watch.
    """
    posts = [held.union_id for held in actor.grants]
    rows = UnionTerm.objects.within(actor.scope(VIEW_TERMS)).exclude(state=TermState.SUPERSEDED)
    rows = rows.filter(Q(union__in=posts) | Q(union__parent__in=posts))
    rows = rows.filter(deadline__gte=first, deadline__lte=last).order_by("deadline", "pk")
    today = timezone.localdate()
    for pk, day, name in rows.values_list("pk", "deadline", "union__name")[:ON_CALENDAR]:
        url = reverse("resource:terms:record", args=[pk])
        yield CalendarEntry(day, f"届满：{name}", url, late=day < today)
