"""Pushing (权限推送): what waits to be sent, what a delivery came to, comparing and repairing.

An item is the newest wish for one user at one target. Claiming it counts as an attempt and is
leased, so a worker that dies delays it and loses nothing; a delivery first looks at what the
target has, so doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.foundation.users.models import (
    Difference,
    DifferenceKind,
    ItemState,
    Outcome,
    PushItem,
    Receipt,
    Reconciliation,
    RunState,
    Staff,
    Target,
    TargetState,
    Verb,
)
from gonghui.systems.foundation.users.permissions import MANAGE_PUSHING
from gonghui.systems.foundation.users.queries import provisioning as queries
from gonghui.systems.foundation.users.queries.staff import deciding_union
from gonghui.systems.foundation.users.rules import pushing as rules

LEASE = timedelta(minutes=2)
AT_ONCE = 500
TROUBLE, TARGETS = "users.push_trouble", "users.target"
ASKED = "cn.gonghui.pushing.reconciliation_asked"


# What waits


def mark(user_ids: Iterable[int]) -> int:
    """Note for every target that these users changed; returns how many items wait because of it.

    Called by subscribers of events in their transaction; marking twice sends once.
    """
    staff = list(
        Staff.objects.unscoped(queries.PLATFORM)
        .filter(user_id__in=list(user_ids))
        .values_list("pk", flat=True)
    )
    if not staff:
        return 0
    return sum(_mark(target, staff) for target in queries.targets_on())


def mark_all(target: Target) -> int:
    """Note that everybody a target concerns shall be sent to it."""
    return _mark(target, None)


def _mark(target: Target, staff_ids: Sequence[int] | None) -> int:
    rows = queries.concerned(target, staff_ids).values_list("pk", "name").order_by("pk")
    return sum(_put(target, part) for part in _parts(list(rows)))


def _parts(rows: list[Any]) -> Iterable[list[Any]]:
    return (rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE))


def _put(target: Target, rows: list[tuple[int, str]]) -> int:
    now = timezone.now()
    made = []
    for pk, name in rows:
        item = PushItem(target=target, staff_id=pk, name=name, wanted=0, due_at=now, changed_at=now)
        item.place_at(target.union)
        made.append(item)
    # Whoever inserts first, each mark raises `wanted` once, under the row's lock.
    PushItem.objects.bulk_create(made, ignore_conflicts=True)
    return (
        PushItem.objects.unscoped(queries.PLATFORM)
        .filter(target=target, staff_id__in=[pk for pk, _ in rows])
        .update(
            wanted=F("wanted") + 1,
            state=ItemState.WAITING,
            attempts=0,
            trouble="",
            due_at=now,
            changed_at=now,
        )
    )


def mark_outdated(target: Target) -> int:
    """Note the users of whom a target knows something else than is true today.

    Terms of grants begin and end without an event; this also finds whatever was missed.
    """
    count = 0
    rows = queries.concerned(target).select_related("user", "union").order_by("pk")
    for part in _parts(list(rows)):
        known = dict(
            PushItem.objects.unscoped(queries.PLATFORM)
            .filter(target=target, staff__in=part)
            .values_list("staff_id", "digest")
        )
        wanted = queries.documents(target, part)
        changed = [
            (staff.pk, staff.name)
            for staff in part
            if known.get(staff.pk) != queries.digest(wanted[staff.pk])
        ]
        count += _put(target, changed) if changed else 0
    return count


# One delivery


@dataclass(frozen=True)
class Claim:
    """An item taken for delivery, with what shall be sent. lease: until when it is ours."""

    item: int
    lease: datetime
    target: Target
    name: str
    remote_id: str
    sent: int
    attempt: int
    document: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """What a delivery came to. remote_id: the target's id of the user, where one was learned."""

    verb: Verb
    outcome: Outcome
    status: int | None = None
    reason: str = ""
    remote_id: str = ""
    took_ms: int = 0


def claim(now: datetime) -> Claim | None:
    """Take the item that waits longest; None when nothing is due."""
    with transaction.atomic():
        raise_wall(Scope.everything())
        rows = queries.due(now).select_for_update(skip_locked=True, of=("self",), no_key=True)
        item = rows.select_related("target__union", "staff__user", "staff__union").first()
        if item is None:
            return None
        item.leased_until = now + LEASE
        item.attempts += 1
        item.sent = item.wanted
        item.save(update_fields=["leased_until", "attempts", "sent"])
        document = queries.documents(item.target, [item.staff])[item.staff_id]
    return Claim(
        item.pk,
        item.leased_until,
        item.target,
        item.staff.name,
        item.remote_id,
        item.sent,
        item.attempts,
        document,
    )


def settle(taken: Claim, result: Result, now: datetime) -> None:
    """Write the receipt of a delivery, and what is next for its item and target."""
    with transaction.atomic():
        raise_wall(Scope.everything())
        # no_key: whoever marks an item meanwhile refers to the target and must not wait for us.
        lock: dict[str, Any] = {"of": ("self",), "no_key": True}
        targets = Target.objects.unscoped(queries.PLATFORM).select_for_update(**lock)
        target = targets.select_related("union").get(pk=taken.target.pk)
        items = PushItem.objects.unscoped(queries.PLATFORM).select_for_update(**lock)
        item = items.get(pk=taken.item)
        _write_receipt(target, item, taken, result, now)
        # A lease that ran out was taken by another worker: the item is in its hands.
        if item.leased_until == taken.lease:
            _advance(item, target, taken, result, now)
        _rest(target, result, now)


def _write_receipt(
    target: Target, item: PushItem, taken: Claim, result: Result, now: datetime
) -> None:
    receipt = Receipt(
        target=target,
        item=item,
        name=taken.name,
        verb=result.verb,
        outcome=result.outcome,
        status=result.status,
        reason=result.reason[:300],
        attempt=taken.attempt,
        sent=taken.sent,
        took_ms=result.took_ms,
        at=now,
    )
    receipt.place_at(target.union)
    receipt.save()


def _advance(item: PushItem, target: Target, taken: Claim, result: Result, now: datetime) -> None:
    newer = item.wanted != taken.sent
    item.leased_until, item.name = None, taken.name
    item.remote_id = result.remote_id or item.remote_id
    if result.outcome in {Outcome.ACCEPTED, Outcome.UNCHANGED}:
        item.attempts, item.trouble = 0, ""
        item.digest, item.delivered_at = queries.digest(taken.document), now
        item.state = ItemState.WAITING if newer else ItemState.DONE
    else:
        item.trouble = result.reason[:300]
        if result.outcome == Outcome.REJECTED:
            item.state = ItemState.WAITING if newer else ItemState.REJECTED
        elif item.attempts >= queries.MOST_ATTEMPTS.value(target.org_path) and not newer:
            item.state = ItemState.STOPPED
        item.due_at = now if newer else now + rules.delay(item.attempts)
        if item.state in {ItemState.REJECTED, ItemState.STOPPED}:
            _ask_to_look(target)
    item.save()


def _ask_to_look(target: Target) -> None:
    union = deciding_union(target.org_path, MANAGE_PUSHING)
    if union is not None:
        open_todo(
            kind=TROUBLE,
            target_type=TARGETS,
            target_id=target.pk,
            title=f"处理没有推送成功的用户：{target.name}",
            link=f"{reverse('resource:push-items:list')}?trouble=any&target={target.pk}",
            org_path=target.org_path,
            union_id=union.pk,
            permission=MANAGE_PUSHING.code,
        )


def _rest(target: Target, result: Result, now: datetime) -> None:
    """A target that does not answer is left alone for a while, so others are not held up."""
    if result.outcome == Outcome.SILENT:
        target.misses += 1
        target.rests_until = now + rules.delay(target.misses)
    elif target.misses:
        target.misses, target.rests_until = 0, None
    else:
        return
    target.save(update_fields=["misses", "rests_until"])


# By hand


@action("push_items.retry", "再推一次", MANAGE_PUSHING)
def retry(item: PushItem, *, by: Actor, reason: str = "") -> PushItem:
    """Send a user again, from the beginning."""
    if item.state == ItemState.WAITING:
        raise Conflict("这名用户正在等待推送。", remedy="请稍候查看回执。")
    _put(item.target, [(item.staff_id, item.name)])
    _close_trouble(item.target, by)
    return _fresh(item)


@action("targets.retry", "重推没有成功的用户", MANAGE_PUSHING)
def retry_all(target: Target, *, by: Actor) -> Target:
    """Send again whatever was refused or given up."""
    rows = list(queries.stopped(target).values_list("staff_id", "name"))
    if not rows:
        raise Conflict("没有需要重推的用户。")
    for part in _parts(rows):
        _put(target, part)
    target.rests_until, target.misses = None, 0
    target.save(update_fields=["rests_until", "misses"])
    note(users={"label": "重推的用户", "after": len(rows)})
    _close_trouble(target, by)
    return target


def _close_trouble(target: Target, by: Actor) -> None:
    if not queries.stopped(target).exists():
        close_todo(target_type=TARGETS, target_id=target.pk, kind=TROUBLE, by=by.user_id)


def _fresh(item: PushItem) -> PushItem:
    return PushItem.objects.unscoped(queries.PLATFORM).select_related("target").get(pk=item.pk)


# Comparing everything


@action("targets.reconcile", "全量核对", MANAGE_PUSHING)
def reconcile(target: Target, *, by: Actor) -> Reconciliation:
    """Begin a comparison; a job carries it out."""
    if target.state not in {TargetState.ON, TargetState.PAUSED}:
        raise Conflict(f"推送目标{target.get_state_display()}，不能核对。")
    run = Reconciliation(target=target, asked_by=by.name)
    run.place_at(target.union)
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as error:
        raise Conflict("正在核对，还没有完成。", remedy="请稍候查看结果。") from error
    publish(ASKED, f"run/{run.pk}", {"run": run.pk}, run.org_path)
    return run


def conclude(run: Reconciliation, theirs: Sequence[dict[str, Any]], now: datetime) -> None:
    """Write what a comparison of the target's users with ours found; again replaces it."""
    target = run.target
    rows = queries.concerned(target).select_related("user", "union").order_by("pk")
    staff = list(rows)
    by_user = {each.user_id: each for each in staff}
    remote: dict[int, dict[str, Any]] = {}
    strangers = 0
    found: list[Difference] = []
    for document in theirs:
        user_id = rules.user_id_of(document.get("externalId"))
        if user_id is None:
            strangers += 1
        elif user_id in by_user:
            remote[user_id] = document
        elif document.get("active") is not False:
            found.append(_extra(run, document))
    for part in _parts(staff):
        wanted = queries.documents(target, part)
        for each in part:
            found += _compared(run, each, wanted[each.pk], remote.get(each.user_id))
    with transaction.atomic():
        raise_wall(Scope.everything())
        Difference.objects.filter(run=run).delete()
        Difference.objects.bulk_create(found, batch_size=1000)
        run.ours, run.theirs, run.strangers = len(staff), len(theirs), strangers
        run.found, run.state, run.finished_at = len(found), RunState.DONE, now
        run.save()
        Target.objects.unscoped(queries.PLATFORM).filter(pk=target.pk).update(reconciled_at=now)


def _extra(run: Reconciliation, document: dict[str, Any]) -> Difference:
    return Difference(
        run=run,
        remote_id=str(document.get("id", ""))[:200],
        name=str(document.get("displayName", "")).replace("\x00", "")[:50],
        kind=DifferenceKind.EXTRA,
    )


def _compared(
    run: Reconciliation, staff: Staff, ours: dict[str, Any], theirs: dict[str, Any] | None
) -> list[Difference]:
    made = Difference(run=run, staff=staff, name=staff.name)
    if theirs is None:
        if not ours["active"]:
            return []
        made.kind = DifferenceKind.MISSING
        return [made]
    made.remote_id = str(theirs.get("id", ""))[:200]
    parts = rules.differing(ours, theirs)
    if not parts:
        return []
    gone = not ours["active"] and theirs.get("active") is not False
    made.kind = DifferenceKind.EXTRA if gone else DifferenceKind.DIFFERS
    made.parts = parts
    return [made]


def give_up(run: Reconciliation, trouble: str, now: datetime) -> None:
    """Keep that a comparison could not be carried out."""
    run.state, run.trouble, run.finished_at = RunState.FAILED, trouble[:300], now
    run.save()


@action("reconciliations.repair", "修复差异", MANAGE_PUSHING)
def repair(run: Reconciliation, *, by: Actor) -> Reconciliation:
    """Send every user again in whom we differ."""
    if run.state != RunState.DONE or run.repaired_at is not None:
        raise Conflict("这次核对不能修复。", remedy="请重新核对。")
    rows = Difference.objects.filter(run=run, staff__isnull=False)
    listed = list(rows.values_list("staff_id", "staff__name").distinct())
    if not listed:
        raise Conflict("没有可以由本平台修复的差异。", remedy="对方多出的用户请对方核对。")
    for part in _parts(listed):
        _put(run.target, part)
    run.repaired_at = timezone.now()
    run.version += 1
    run.save()
    note(users={"label": "重推的用户", "after": len(listed)})
    return run


def forget_receipts(now: datetime) -> int:
    """Delete receipts older than they are kept; returns how many."""
    before = now - timedelta(days=queries.RECEIPT_DAYS.value())
    rows = Receipt.objects.unscoped(queries.PLATFORM).filter(at__lt=before)
    return rows.delete()[0]
