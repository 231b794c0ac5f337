"""Who may handle matters for whom."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.systems.service.hall.models import Proxy
from gonghui.systems.service.hall.models.own import ProxyState
from gonghui.systems.service.hall.rules import proxies as rules


def lapsed(today: date) -> Q:
    """Requests nobody may answer any more, and consents whose last day has passed."""
    asked = Q(state=ProxyState.ASKED, asked_on__lt=today - timedelta(days=rules.ASKED_DAYS))
    return Q(state__in=rules.OPEN) & (Q(until__lt=today) | asked)


def of_person(person_id: int) -> QuerySet[Proxy]:
    """What a person was asked for, and what they were granted, the newest first.

    What an agent asked for and has no answer to is left out: it would tell who is known here.
    """
    today = timezone.localdate()
    mine = Q(principal_person_id=person_id)
    granted = Q(agent_person_id=person_id, answered_at__isnull=False) & ~Q(state=ProxyState.REFUSED)
    gone = lapsed(today) & Q(state=ProxyState.ASKED)
    return Proxy.objects.filter(mine | granted).exclude(gone).order_by("-pk")


def open_of(principal_person_id: int) -> list[Proxy]:
    """The consents a person has given or is asked for, also when they stand at a counter."""
    rows = Proxy.objects.filter(
        principal_person_id=principal_person_id, state__in=(ProxyState.ASKED, ProxyState.GRANTED)
    ).exclude(lapsed(timezone.localdate()))
    with wall_at(Scope((), principal_person_id)):
        return list(rows.order_by("-pk"))


def waiting(person_id: int) -> int:
    """How many wait for this person's consent."""
    rows = Proxy.objects.filter(principal_person_id=person_id, state=ProxyState.ASKED)
    return rows.exclude(lapsed(timezone.localdate())).count()


def consents(agent_person_id: int, service: str) -> list[Proxy]:
    """The consents under which somebody may hand in a service today."""
    today = timezone.localdate()
    rows = Proxy.objects.filter(
        agent_person_id=agent_person_id, state=ProxyState.GRANTED, until__gte=today
    )
    # A private application is handed in under nobody's name; the agent is somebody all the same.
    with wall_at(Scope((), agent_person_id)):
        return [
            item
            for item in rows.order_by("pk")
            if rules.holds(item.state, item.services, item.until, service, today)
        ]


def consent(agent_person_id: int, principal_person_id: int, service: str) -> Proxy | None:
    return next(
        (
            item
            for item in consents(agent_person_id, service)
            if item.principal_person_id == principal_person_id
        ),
        None,
    )
