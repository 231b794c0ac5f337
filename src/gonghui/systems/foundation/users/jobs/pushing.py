"""Delivering what waits, listening for changes, and comparing with what a target has."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.bus.subscribers import subscriber
from gonghui.kernel.jobs.loops import loop
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import defer, job
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.foundation.users.actions import pushing
from gonghui.systems.foundation.users.jobs.scim_client import Remote
from gonghui.systems.foundation.users.models import Reconciliation, RunState
from gonghui.systems.foundation.users.queries import provisioning as queries

HEARD = (
    "cn.gonghui.rights",
    "cn.gonghui.users",
    "cn.gonghui.security.rights_changed",
    "cn.gonghui.security.credential_changed",
)
"""Events after which a user may be another for a target; each names the user in its data."""


def _hear(event: Outbox) -> None:
    user = event.data.get("user")
    if isinstance(user, int):
        raise_wall(Scope.everything())
        pushing.mark([user])


for prefix in HEARD:
    subscriber(prefix, name=f"users.push:{prefix}")(_hear)


@loop("users.push", seconds=1.0)
def push_next() -> bool:
    """Deliver one waiting item; True while there may be more."""
    taken = pushing.claim(timezone.now())
    if taken is None:
        return False
    result = Remote(taken.target).deliver(taken)
    pushing.settle(taken, result, timezone.now())
    return True


@every("25 0 * * *")
@job("users.push_terms", "推送今天生效和到期的权限", retry=3, lock="users.push_terms", once=True)
def push_terms() -> int:
    """Terms begin and end without an event: note whoever is another than the target knows."""
    with transaction.atomic():
        raise_wall(Scope.everything())
        return sum(pushing.mark_outdated(target) for target in queries.targets_on())


@every("40 4 * * *")
@job("users.forget_receipts", "清理过期推送回执", retry=3, once=True)
def forget_receipts() -> int:
    with transaction.atomic():
        return pushing.forget_receipts(timezone.now())


@job("users.reconcile", "与推送目标全量核对", retry=3)
def compare(run: int) -> None:
    """Read all users of a target and write the differences; a second run replaces the first."""
    rows = Reconciliation.objects.unscoped(queries.PLATFORM).select_related("target__union")
    found = rows.filter(pk=run, state=RunState.RUNNING).first()
    if found is None:
        return
    try:
        theirs = Remote(found.target).all_users()
    except Refusal as refusal:
        pushing.give_up(found, str(refusal), timezone.now())
        return
    with transaction.atomic():
        raise_wall(Scope.everything())
        pushing.conclude(found, theirs, timezone.now())


@subscriber(pushing.ASKED, name="users.push.reconcile")
def queue_comparison(event: Outbox) -> None:
    """A comparison was asked for."""
    defer(compare, run=event.data["run"])
