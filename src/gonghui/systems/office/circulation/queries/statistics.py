"""Figures of an actor's organs: documents, receipts, incoming, supervision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.workdays import workdays_between
from gonghui.systems.office.circulation import permissions
from gonghui.systems.office.circulation.models import Delivery, Incoming, Outgoing, Task
from gonghui.systems.office.circulation.rules import chain, handling
from gonghui.systems.office.circulation.rules.kinds import KINDS

SAMPLE = 2_000


@dataclass(frozen=True)
class ByKind:
    """Outgoing documents of one kind in a year."""

    title: str
    drafted: int
    signed: int
    issued: int


@dataclass(frozen=True)
class Figures:
    """A year's figures; percentages None where there is nothing to divide by."""

    kinds: list[ByKind]
    drafted: int
    signed: int
    signing_days: float | None
    sent: int
    received: int
    received_in_time: int | None
    incoming: int
    done_in_time: int | None
    open_tasks: int
    late_tasks: int
    closed_in_time: int | None


def percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def figures(actor: Actor, year: int, today: date) -> Figures:
    """Everything the actor may see of a year."""
    out = Outgoing.objects.within(actor.scope(permissions.VIEW_OUTGOING)).filter(
        drafted_at__year=year
    )
    numbered = Q(number__isnull=False) & ~Q(state=chain.VOID)
    by_kind = {
        row["kind"]: row
        for row in out.values("kind").annotate(
            drafted=Count("id"),
            signed=Count("id", filter=numbered),
            issued=Count("id", filter=Q(issued_at__isnull=False)),
        )
    }
    kinds = [
        ByKind(kind.title, row["drafted"], row["signed"], row["issued"])
        for kind in KINDS.values()
        if (row := by_kind.get(kind.code))
    ]
    spans = [
        workdays_between(start.date(), end.date())
        for start, end in out.filter(signed_at__isnull=False).values_list(
            "submitted_at", "signed_at"
        )[:SAMPLE]
        if start
    ]
    sent = Delivery.objects.within(actor.scope(permissions.VIEW_DELIVERIES)).filter(
        sent_at__year=year
    )
    receipts = sent.exclude(state="recalled").aggregate(
        all=Count("id"),
        received=Count("id", filter=Q(state="received")),
        timely=Count("id", filter=Q(received_at__date__lte=F("due_on"))),
    )
    came = Incoming.objects.within(actor.scope(permissions.VIEW_INCOMING)).filter(year=year)
    done = came.aggregate(
        all=Count("id"),
        finished=Count("id", filter=Q(finished_on__isnull=False, due_on__isnull=False)),
        timely=Count("id", filter=Q(finished_on__lte=F("due_on"))),
    )
    tasks = Task.objects.within(actor.scope(permissions.VIEW_TASKS)).aggregate(
        open=Count("id", filter=Q(state=handling.TASK_OPEN)),
        late=Count("id", filter=Q(state=handling.TASK_OPEN, due_on__lt=today)),
        closed=Count("id", filter=Q(state=handling.TASK_CLOSED)),
        timely=Count(
            "id", filter=Q(state=handling.TASK_CLOSED, reported_at__date__lte=F("due_on"))
        ),
    )
    return Figures(
        kinds=kinds,
        drafted=sum(item.drafted for item in kinds),
        signed=sum(item.signed for item in kinds),
        signing_days=round(sum(spans) / len(spans), 1) if spans else None,
        sent=receipts["all"],
        received=receipts["received"],
        received_in_time=percent(receipts["timely"], receipts["received"]),
        incoming=done["all"],
        done_in_time=percent(done["timely"], done["finished"]),
        open_tasks=tasks["open"],
        late_tasks=tasks["late"],
        closed_in_time=percent(tasks["timely"], tasks["closed"]),
    )
