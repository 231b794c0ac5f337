"""What a user owes before anything else: a new password, or a second factor."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import ADMINISTRATORS
from gonghui.kernel.identity import factors, passwords
from gonghui.kernel.identity.models import User

COUNTY_DEPTH = 3


def owed(user: User, actor: Actor) -> str:
    """ "password", "factor", or nothing. Starts the term for a second factor when it is due."""
    if user.must_change_password:
        return "password"
    if (
        actor.is_cadre
        and user.has_usable_password()
        and passwords.has_expired(user, timezone.now())
    ):
        return "password"
    if not needs_factor(actor) or factors.kept_by(user).any:
        return ""
    today = timezone.localdate()
    if user.factor_due_on is None:
        user.factor_due_on = today + timedelta(days=factors.GRACE_DAYS.value())
        User.objects.filter(pk=user.pk).update(factor_due_on=user.factor_due_on)
    return "factor" if today > user.factor_due_on else ""


def needs_factor(actor: Actor) -> bool:
    """Whether the setting makes a second factor a duty of somebody with these grants."""
    of = factors.REQUIRED_OF.value()
    if of == "nobody" or not actor.is_cadre:
        return False
    administrators = {role.code for role in ADMINISTRATORS}
    if any(held.role in administrators for held in actor.grants) or of == "cadres":
        return True
    return of == "county" and any(depth(held.path) <= COUNTY_DEPTH for held in actor.grants)


def depth(path: str) -> int:
    """The level of a path in the tree: 1 the province, 2 a city, 3 a county."""
    return path.count(".")
