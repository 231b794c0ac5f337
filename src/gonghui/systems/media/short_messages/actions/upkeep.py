"""What is done every minute, night and month: ends of validity, unconfirmed ones, forgetting."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import LOCKING
from gonghui.kernel.notify import todos
from gonghui.systems.media.short_messages.actions import carrying, kinds, money
from gonghui.systems.media.short_messages.models import Batch, Message, Route, Submit
from gonghui.systems.media.short_messages.models.routes import Protocol
from gonghui.systems.media.short_messages.models.sending import BatchState, MessageState
from gonghui.systems.media.short_messages.permissions import RESEND
from gonghui.systems.media.short_messages.queries import tuning
from gonghui.systems.media.short_messages.queries.walls import for_all_unions
from gonghui.systems.media.short_messages.rules import billing
from gonghui.systems.media.short_messages.rules.states import Part

EVERYWHERE = "upkeep looks after the messages of all unions"
REPORTS_LATE = timedelta(hours=2)
"""Carriers report at the end of a message's validity; so long after it none comes any more."""

LEFT_AFTER = timedelta(minutes=10)
"""A link of a route out of use has long ended by then, whichever way."""


@transaction.atomic
def expire(limit: int = 1000) -> int:
    """End what could not leave in time; nothing of it is with a carrier."""
    now = timezone.now()
    rows = Message.objects.unscoped(EVERYWHERE).select_for_update(of=("self",), skip_locked=True)
    rows = rows.select_related("route").filter(state=MessageState.WAITING, expires_at__lte=now)
    due = list(rows.order_by("id")[:limit])
    for message in due:
        if message.route is not None and message.route.protocol == Protocol.GATEWAY:
            # It was put off there and may have been taken; see carrying.
            message.state, message.fault = MessageState.UNKNOWN, carrying.PERHAPS
            continue
        message.state = MessageState.FAILED
        message.fault = message.fault or "有效期内没有可用的通道"
        message.settled_at = now
        cost = 0
        if message.tries:
            held = Submit.objects.filter(message=message, state__in=billing.BILLED)
            cost = sum(held.values_list("price", flat=True))
        if message.budget_id is not None and message.month is not None:
            money.give_back(message.budget_id, message.month, message.committed - cost)
        message.committed = cost
        if message.category == "code":
            message.text = None
    Message.objects.unscoped(LOCKING).bulk_update(
        due, ["state", "fault", "settled_at", "committed", "text"], batch_size=500
    )
    return len(due)


@transaction.atomic
def leave_unconfirmed(limit: int = 1000) -> int:
    """Messages of unknown outcome whose report can no longer come wait for a person."""
    now = timezone.now()
    rows = Message.objects.unscoped(EVERYWHERE).select_for_update(of=("self",), skip_locked=True)
    due = list(
        rows.filter(state=MessageState.UNKNOWN, expires_at__lt=now - REPORTS_LATE).order_by("id")[
            :limit
        ]
    )
    for message in due:
        message.state = MessageState.UNCONFIRMED
        message.settled_at = now
        if message.batch_id is None:
            todos.open_todo(
                kind=kinds.UNCONFIRMED,
                target_type="short_messages.message",
                target_id=message.pk,
                title=f"发给 {message.mobile_mask} 的短信未确认是否送达",
                link=reverse("resource:short-messages:record", args=[message.pk]),
                org_path=message.org_path,
                union_id=message.union_id,
                permission=RESEND.code,
            )
    Message.objects.unscoped(LOCKING).bulk_update(due, ["state", "settled_at"], batch_size=500)
    return len(due)


@transaction.atomic
def end_batches() -> int:
    """A batch is done when none of its messages is under way."""
    open_states = [
        MessageState.WAITING,
        MessageState.SENDING,
        MessageState.UNKNOWN,
    ]
    ended = 0
    rows = Batch.objects.unscoped(EVERYWHERE).select_for_update(of=("self",), skip_locked=True)
    for batch in rows.filter(state=BatchState.SENDING):
        messages = Message.objects.unscoped(EVERYWHERE).filter(batch=batch)
        if not messages.filter(state__in=open_states).exists():
            batch.state, batch.ended_at = BatchState.DONE, timezone.now()
            batch.numbers = None
            batch.version = F("version") + 1
            batch.save()
            ended += 1
    return ended


def give_up_left(limit: int = 1000) -> int:
    """Parts a killed process left recorded on a route out of use: no link comes to say what became
    of them, so their outcome is unknown."""
    before = timezone.now() - LEFT_AFTER
    given_up = 0
    for route in Route.objects.unscoped(EVERYWHERE).filter(enabled=False):
        rows = Submit.objects.filter(route=route, state=Part.RECORDED, recorded_at__lt=before)
        if left := list(rows.order_by("pk").values_list("pk", flat=True)[:limit]):
            carrying.lost(route, left)
            given_up += len(left)
    return given_up


@for_all_unions
def forget(limit: int = 5000) -> int:
    """Forget texts some days after their end; numbers and states stay for the bill.

    What was sent and never reported on has its end with its validity.
    """
    before = timezone.now() - timedelta(days=tuning.KEPT_DAYS.value())
    ended = Q(settled_at__lt=before) | Q(state=MessageState.SENT, expires_at__lt=before)
    rows = Message.objects.unscoped(EVERYWHERE).filter(ended, text__isnull=False)
    ids = list(rows.order_by("id").values_list("pk", flat=True)[:limit])
    return Message.objects.unscoped(LOCKING).filter(pk__in=ids).update(text=None)


@for_all_unions
def minute() -> dict[str, int]:
    """The round of every minute."""
    return {
        "left": give_up_left(),
        "expired": expire(),
        "unconfirmed": leave_unconfirmed(),
        "ended": end_batches(),
    }
