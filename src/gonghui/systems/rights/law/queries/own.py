"""What a worker keeps: calculations, terms; the unions whose figures apply to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.notify.calendar import CalendarEntry, register_calendar
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.kernel.people.persons import membership_of
from gonghui.systems.rights.law.models import Calculation, Term

TOP = "the province's federation, for whoever has no union"
OWN_UNION = "the union of who is asking"
DESK_ABOVE = "the desk of legal work above the union a question was handed in at"
DESKS = (
    UnionKind.PROVINCE,
    UnionKind.CITY,
    UnionKind.COUNTY,
    UnionKind.INDUSTRY,
    UnionKind.PROVINCE_DIRECT,
)


def home_union(actor: Actor) -> Union:
    """The union of the actor's membership, else of the post, else the province's."""
    if actor.person_id is not None:
        membership = membership_of(actor.person_id)
        if membership is not None:
            return membership.union
    if actor.union_id is not None:
        return Union.objects.unscoped(OWN_UNION).get(pk=actor.union_id)
    return province()


def province() -> Union:
    """The union above all others: its duty desk is there at any hour."""
    return Union.objects.unscoped(TOP).get(parent=None)


def legal_desk(union: Union) -> Union:
    """Legal work is done at county level and above, not by the asker's own enterprise."""
    if union.kind in DESKS:
        return union
    ids = [int(part) for part in union.path.rstrip(".").split(".")]
    rows = Union.objects.unscoped(DESK_ABOVE).filter(pk__in=ids, kind__in=DESKS)
    return rows.order_by("-path").first() or union


def unions_of(actor: Actor) -> list[int]:
    """Ids of the unions on the actor's path, the nearest first, for figures set by place."""
    if actor.user_id is None:
        return []
    return [int(part) for part in reversed(home_union(actor).path.rstrip(".").split("."))]


def calculations(actor: Actor) -> QuerySet[Calculation]:
    return Calculation.objects.filter(user_id=actor.user_id).order_by("-pk")


def terms(actor: Actor, *, settled: bool = False) -> QuerySet[Term]:
    """The actor's terms, the nearest first."""
    rows = Term.objects.filter(user_id=actor.user_id)
    rows = rows.exclude(settled_at=None) if settled else rows.filter(settled_at=None)
    return rows.order_by("due_on", "pk")


def on_calendar(actor: Actor, first: date, last: date) -> Iterable[CalendarEntry]:
    """The actor's own terms in the desk's calendar."""
    if actor.user_id is None:
        return []
    rows = terms(actor).filter(due_on__gte=first, due_on__lte=last)[:50]
    return [CalendarEntry(row.due_on, row.title.reveal(), reverse("law-terms")) for row in rows]


register_calendar("law.terms", "我的时效和期限", on_calendar)


def to_remind(day: date) -> list[Term]:
    """Open terms with a reminder due by a day that has not been sent."""
    rows = Term.objects.filter(settled_at=None, due_on__gte=day).order_by("pk")
    return [row for row in rows if due_reminder(row, day) is not None]


def due_reminder(term: Term, day: date) -> int | None:
    """The nearest reminder that is due and not sent, in days before; None if there is none."""
    left = (term.due_on - day).days
    due = [days for days in term.remind if days >= left and days not in term.reminded]
    return min(due) if due else None
