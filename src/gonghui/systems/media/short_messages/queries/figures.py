"""Figures: a batch's states, the desk, a month by state, carrier, route and category."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Avg, Count, F, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.systems.media.short_messages.models import (
    Batch,
    Bill,
    Budget,
    BudgetMonth,
    Incoming,
    Message,
    Route,
    Submit,
)
from gonghui.systems.media.short_messages.permissions import (
    VIEW,
    VIEW_BUDGETS,
    VIEW_REPLIES,
    VIEW_ROUTES,
)
from gonghui.systems.media.short_messages.rules import billing

OWN = "figures of a record the actor has open"


def of_batch(batch: Batch) -> dict[str, int]:
    """How many messages of a batch are in each state."""
    rows = Message.objects.unscoped(OWN).filter(batch=batch).values_list("state")
    return dict(rows.annotate(many=Count("pk")).order_by("state"))


@dataclass(frozen=True)
class Desk:
    """What the desk shows. budgets: (budget, used, cap) in 厘."""

    today: dict[str, int]
    open_replies: int
    alarms: list[Incoming]
    replies: list[Incoming]
    batches: list[Batch]
    routes: list[Route]
    budgets: list[tuple[Budget, int]]
    unconfirmed: int
    waiting: int


def desk(actor: Actor) -> Desk:
    """What waits at an actor's unions."""
    start = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    mine = Message.objects.within(actor.scope(VIEW))
    today = dict(
        mine.filter(created_at__gte=start)
        .values_list("state")
        .annotate(many=Count("pk"))
        .order_by("state")
    )
    came = Incoming.objects.within(actor.scope(VIEW_REPLIES))
    batches = Batch.objects.within(actor.scope(VIEW)).select_related("union")
    month = billing.month_of(timezone.localdate())
    used = dict(BudgetMonth.objects.filter(month=month).values_list("budget_id", "committed"))
    budgets = Budget.objects.within(actor.scope(VIEW_BUDGETS)).filter(ended_at=None)
    return Desk(
        today,
        came.filter(state="open").count(),
        list(came.exclude(alarm="").filter(alarm_at=None).order_by("-id")[:10]),
        list(came.filter(state="open").order_by("-id")[:8]),
        list(batches.exclude(state__in=["done", "cancelled"]).order_by("-made_at", "-id")[:8]),
        list(Route.objects.within(actor.scope(VIEW_ROUTES)).filter(enabled=True).order_by("rank")),
        [
            (budget, used.get(budget.pk, 0))
            for budget in budgets.select_related("union").order_by("org_path", "department")[:8]
        ],
        mine.filter(state="unconfirmed").count(),
        mine.filter(state="waiting").count(),
    )


@dataclass(frozen=True)
class Line:
    """One line of a table of figures. cost: 厘."""

    name: str
    messages: int
    delivered: int
    failed: int
    unknown: int
    parts: int
    cost: int

    @property
    def rate(self) -> str:
        """Delivered of those with an end."""
        ended = self.delivered + self.failed
        return f"{self.delivered * 100 / ended:.1f}%" if ended else "—"


@dataclass(frozen=True)
class Figures:
    """A month. seconds: from submit to receipt, on average."""

    whole: Line
    by_category: list[Line]
    by_carrier: list[Line]
    by_route: list[Line]
    by_day: list[tuple[date, int, int]]
    incoming: int
    refused: int
    seconds: float | None


DELIVERED = Count("pk", filter=Q(state="delivered"))
FAILED = Count("pk", filter=Q(state="failed"))
UNKNOWN = Count("pk", filter=Q(state__in=["unknown", "unconfirmed"]))


def figures(actor: Actor, month: date) -> Figures:
    """The messages an actor may see that came up in a month."""
    start = timezone.make_aware(datetime.combine(month, time.min))
    end = timezone.make_aware(datetime.combine(billing.next_month(month), time.min))
    rows = Message.objects.within(actor.scope(VIEW)).filter(
        created_at__gte=start, created_at__lt=end
    )

    def lines(field: str) -> list[Line]:
        found = rows.values_list(field).annotate(
            many=Count("pk"),
            delivered=DELIVERED,
            failed=FAILED,
            unknown=UNKNOWN,
            parts=Sum("parts"),
            cost=Sum("committed"),
        )
        return [Line(str(row[0] or ""), *row[1:]) for row in found.order_by("-many")]

    by_category = lines("category")
    days = (
        rows.annotate(day=TruncDate("created_at"))
        .values_list("day")
        .annotate(many=Count("pk"), delivered=DELIVERED)
        .order_by("day")
    )
    came = Incoming.objects.within(actor.scope(VIEW_REPLIES)).filter(
        received_at__gte=start, received_at__lt=end
    )
    took = Submit.objects.filter(
        message__in=rows, state="delivered", settled_at__isnull=False
    ).aggregate(took=Avg(F("settled_at") - F("recorded_at")))["took"]
    return Figures(
        Line(
            "合计",
            *(
                sum(getattr(line, name) or 0 for line in by_category)
                for name in ("messages", "delivered", "failed", "unknown", "parts", "cost")
            ),
        ),
        by_category,
        lines("carrier"),
        lines("route__name"),
        list(days),
        came.count(),
        came.filter(state="command").count(),
        took.total_seconds() if isinstance(took, timedelta) else None,
    )


def bills(actor: Actor, limit: int = 12) -> list[Bill]:
    """The latest bills an actor may see."""
    rows = Bill.objects.within(actor.scope(VIEW_BUDGETS)).select_related("budget", "union")
    return list(rows.order_by("-month", "id")[:limit])
