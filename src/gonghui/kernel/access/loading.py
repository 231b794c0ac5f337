"""From a signed-in user to an actor."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from gonghui.kernel.access.actor import Actor, Held
from gonghui.kernel.access.models import Grant
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import UnionStatus

OWN_GRANTS = "an actor is made of the user's own grants"


def held_grants(user: User, today: date) -> list[Held]:
    """The grants in force today on unions that still exist. One query."""
    rows = (
        Grant.objects.unscoped(OWN_GRANTS)
        .filter(user=user, ended_at=None, valid_from__lte=today)
        .filter(Q(valid_to=None) | Q(valid_to__gte=today))
        .filter(union__status=UnionStatus.ACTIVE)
        .order_by("union__path", "role")
        .values_list("role", "union__path", "union_id", "union__name", "valid_to")
    )
    return [Held(*row) for row in rows]


def actor_of(user: User, today: date, **origin: Any) -> Actor:
    """The actor of a user; origin: ip, channel, request_id."""
    grants = held_grants(user, today)
    post = next((held for held in grants if held.union_id == user.post_union_id), None)
    post = post or next(iter(grants), None)
    return Actor(
        user_id=user.pk,
        person_id=user.person_id,
        name=user.display_name,
        union_id=post.union_id if post else None,
        union_name=post.union_name if post else "",
        grants=tuple(grants),
        **origin,
    )
