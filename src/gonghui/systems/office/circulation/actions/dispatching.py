"""Errands to many unions in batches: each batch one transaction, none dealt with twice.

A batch locks the document, then its errand; what was done and how far is written with it, so after
a kill the next batch begins where the last one ended. The first batch runs with the action that
gives the errand: with few unions nothing is left for the worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import LOCKING, action
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.notify.todos import Waiting, close_todos, open_todos
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.office.circulation.models import Delivery, Dispatch, Outgoing
from gonghui.systems.office.circulation.models.outgoing import (
    DeliveryState,
    DispatchState,
    Errand,
)
from gonghui.systems.office.circulation.permissions import DISTRIBUTE, RECEIVE
from gonghui.systems.office.circulation.queries import outgoing as queries

TARGET = "circulation.delivery"
RECEIPT = "deliveries.receive"
BATCH = 500
"""Receipts of one transaction: below a second, so that nobody waits long for the document."""


def begin(
    document: Outgoing,
    what: str,
    *,
    by: Actor,
    group: str = "",
    unions: Iterable[Union] = (),
    copy: bool = False,
    due_on: date | None = None,
    before: date | None = None,
    reason: str = "",
) -> Dispatch:
    """Give an errand and run its first batch, in the caller's action, which holds the document."""
    found = Dispatch(
        document=document,
        what=what,
        group=group,
        unions=sorted({union.pk for union in unions}),
        copy=copy,
        due_on=due_on,
        before=before,
        reason=reason,
        begun_at=timezone.now(),
        by_name=by.name,
    )
    found.place_at(document.union)
    found.total = _left(found).count()
    if found.total:
        found.save()
        _batch(found)
    return found


@action("dispatches.next", "办理一批分发、催收或撤回", DISTRIBUTE)
def next_batch(dispatch: Dispatch, *, by: Actor) -> Dispatch:
    """The next batch of an errand; nothing for one that is over."""
    if dispatch.state == DispatchState.RUNNING:
        _batch(dispatch)
    return dispatch


def run_next() -> bool:
    """Run a batch of the errand that waits longest and nobody is at; True when there was one."""
    with transaction.atomic():
        raise_wall(Scope.everything())
        waiting = Dispatch.objects.unscoped(queries.ERRANDS).filter(state=DispatchState.RUNNING)
        # The document first, as every action on it does; one that is being worked on is left out.
        document = (
            Outgoing.objects.unscoped(LOCKING)
            .filter(pk__in=waiting.values("document_id"))
            .select_for_update(skip_locked=True)
            .order_by("id")
            .first()
        )
        if document is None:
            return False
        found = waiting.filter(document=document).order_by("id").first()
        if found is None:
            return True
        next_batch(found, by=platform("公文分发"))
    return True


def stop(document: Outgoing) -> None:
    """Send and urge no further, in the caller's action, which holds the document."""
    rows = Dispatch.objects.unscoped(queries.ERRANDS)
    rows.filter(document=document, state=DispatchState.RUNNING).update(
        state=DispatchState.STOPPED, ended_at=timezone.now()
    )


def _left(errand: Dispatch):  # type: ignore[no-untyped-def]
    """What an errand has still to deal with: unions to send to, or deliveries."""
    if errand.what == Errand.SEND:
        return queries.recipients(errand)
    rows = Delivery.objects.unscoped(LOCKING).filter(
        document_id=errand.document_id, state=DeliveryState.SENT, pk__gt=errand.after
    )
    if errand.before is not None:
        rows = rows.filter(due_on__lt=errand.before).exclude(
            urged_at__gte=timezone.make_aware(datetime.combine(errand.before, time.min))
        )
    return rows.order_by("pk")


def _batch(errand: Dispatch) -> None:
    do = {Errand.SEND: _send, Errand.URGE: _urge, Errand.RECALL: _recall}[Errand(errand.what)]
    last, met, done = do(errand)
    errand.done += done
    if met:
        errand.after = last
    if met < BATCH or not _left(errand).exists():
        errand.state, errand.ended_at = DispatchState.DONE, timezone.now()
    errand.save()


def _send(errand: Dispatch) -> tuple[int, int, int]:
    """Open a receipt for each of the next unions; (last id, how many were met, how many done)."""
    unions = list(_left(errand)[:BATCH])
    rows = []
    for union in unions:
        row = Delivery(
            document=errand.document,
            sender=errand.document.union,
            copy=errand.copy,
            sent_at=timezone.now(),
            due_on=errand.due_on,
        )
        row.place_at(union)
        rows.append(row)
    made = Delivery.objects.bulk_create(rows)
    _await_receipts(made, errand.document)
    return (unions[-1].pk if unions else 0), len(unions), len(made)


def _urge(errand: Dispatch) -> tuple[int, int, int]:
    rows = _locked(errand)
    now = timezone.now()
    for row in rows:
        row.urged, row.urged_at = row.urged + 1, now
    found = Delivery.objects.unscoped(LOCKING).filter(pk__in=[row.pk for row in rows])
    found.update(urged=F("urged") + 1, urged_at=now, version=F("version") + 1)
    _await_receipts(rows, errand.document)
    return (rows[-1].pk if rows else 0), len(rows), len(rows)


def _recall(errand: Dispatch) -> tuple[int, int, int]:
    rows = _locked(errand)
    ids = [row.pk for row in rows]
    Delivery.objects.unscoped(LOCKING).filter(pk__in=ids).update(
        state=DeliveryState.RECALLED,
        recalled_at=timezone.now(),
        recall_reason=errand.reason,
        version=F("version") + 1,
    )
    close_todos(target_type=TARGET, target_ids=ids)
    return (rows[-1].pk if rows else 0), len(rows), len(rows)


def _locked(errand: Dispatch) -> list[Delivery]:
    """The next deliveries, held; one received while we waited for it is no longer among them."""
    return list(_left(errand).select_for_update(of=("self",))[:BATCH])


def _await_receipts(rows: Sequence[Delivery], document: Outgoing) -> None:
    """A to-do for each, named anew where it was urged."""
    open_todos(
        kind=RECEIPT,
        target_type=TARGET,
        permission=RECEIVE.code,
        rows=[
            Waiting(
                str(row.pk),
                f"签收{document.union.name}来文{_urged(row)}：{document.title}",
                reverse("resource:deliveries:record", args=[row.pk]),
                row.org_path,
                row.union_id,
                timezone.make_aware(datetime.combine(row.due_on, time(23, 59))),
            )
            for row in rows
        ],
    )


def _urged(row: Delivery) -> str:
    return f"（已催收 {row.urged} 次）" if row.urged else ""
