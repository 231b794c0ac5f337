"""How many applications came in by each way, and how services were rated."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, Count, Q

from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.systems.service.hall.models import Handing, Rating
from gonghui.systems.service.hall.models.applying import Channel

DAYS = 30


def by_service(scope: Scope, today: date) -> dict[str, dict[str, Any]]:
    """Of each service: applications by channel in the last thirty days, and its mean score."""
    rows = Handing.objects.within(scope).filter(handed_at__date__gt=today - timedelta(days=DAYS))
    counts = {str(item): Count("pk", filter=Q(channel=item)) for item in Channel}
    # Private applications are counted at the top of the tree, and shown to nobody.
    with wall_at(Scope.everything()):
        found: dict[str, dict[str, Any]] = {
            row.pop("service"): row for row in rows.values("service").annotate(**counts)
        }
    scores = Rating.objects.within(scope).values("service").annotate(score=Avg("score"))
    for row in scores:
        found.setdefault(row["service"], {})["score"] = round(row["score"], 1)
    return found


def totals(figures: dict[str, dict[str, Any]]) -> dict[str, int]:
    """The sums over all services."""
    return {
        str(item): sum(figure.get(str(item), 0) for figure in figures.values()) for item in Channel
    }
