"""An approved batch becomes messages: in chunks, each with its place in the audience kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import LOCKING
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify import todos
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people.models import MOBILE
from gonghui.systems.media.short_messages.actions import kinds, money
from gonghui.systems.media.short_messages.actions.queueing import (
    NOT_SENT,
    SAME,
    Order,
    prepared,
)
from gonghui.systems.media.short_messages.models import Batch, Message
from gonghui.systems.media.short_messages.models.sending import BatchState
from gonghui.systems.media.short_messages.permissions import COMPOSE
from gonghui.systems.media.short_messages.queries import reach, routes, tuning
from gonghui.systems.media.short_messages.queries.reach import Recipient
from gonghui.systems.media.short_messages.rules import categories, segments, wording

CHUNK = 500


def expand(pk: int) -> bool:
    """Make the next chunk of messages of a batch; True while there are more.

    Killed anywhere it goes on behind the last whole chunk: messages, promise and place are one
    transaction, and a phone has one key in a batch.
    """
    with transaction.atomic():
        raise_wall(Scope.everything())
        rows = Batch.objects.unscoped(LOCKING).select_for_update(of=("self",))
        batch = rows.select_related("union", "budget", "signature").filter(pk=pk).first()
        if batch is None or batch.state != BatchState.EXPANDING:
            return False
        excluded = dict(batch.excluded)
        try:
            people, place = _next(batch)
            with transaction.atomic():
                batch.made += _make(batch, people)
        except Refusal as refusal:
            # Nothing of this chunk is made: over budget, or the writer may not read the list.
            batch.excluded = excluded
            _hold(batch, refusal)
            return False
        if place == DONE:
            batch.state = BatchState.SENDING
        else:
            batch.expanded_to = place
        batch.save()
        return place != DONE


DONE = -1


def _next(batch: Batch) -> tuple[list[Recipient], int]:
    """The next people of a batch and the place behind them; DONE after the last."""
    if batch.audience is None:
        numbers = (batch.numbers.reveal() if batch.numbers else "").split()
        chunk = numbers[batch.expanded_to : batch.expanded_to + CHUNK]
        marks = keyring().blind_index_many(chunk, context=MOBILE)
        found = [
            Recipient(0, None, mobile, bytes(mark or b""))
            for mobile, mark in zip(chunk, marks, strict=True)
        ]
        return found, batch.expanded_to + len(chunk) if chunk else DONE
    actor = author(batch)
    resource = reach.list_named(batch.audience.resource, actor)
    wanted = wording.variables(batch.text)
    for chunk in reach.recipients(
        resource, batch.audience.query, actor, batch.expanded_to, wanted=wanted
    ):
        if chunk:
            return chunk, chunk[-1].row
    return [], DONE


def author(batch: Batch) -> Actor:
    """Whoever wrote a batch, with the rights they hold today: it reaches nobody else's people."""
    user = User.objects.get(pk=batch.made_by_id)
    actor = actor_of(user, timezone.localdate(), channel="job")
    actor.require(COMPOSE, batch.org_path)
    return actor


def _make(batch: Batch, people: Sequence[Recipient]) -> int:
    """Messages of a chunk; returns how many."""
    now = timezone.now()
    ways = routes.ways()
    known = reach.standings([one.index for one in people], batch.category)
    refusable = categories.CATEGORIES[batch.category].consent != "none"
    made: dict[str, Message] = {}
    for one in people:
        if reach.why_not(batch.category, known.get(one.index, reach.NOTHING)):
            continue
        key = f"batch:{batch.pk}:{one.index.hex()}"
        if key in made:
            continue
        if not one.mobile:
            _leave_out(batch, "wrong")
            continue
        try:
            body = wording.fill(batch.text, one.values)
        except Refusal:
            _leave_out(batch, "no_value")
            continue
        text = wording.signed(batch.signature.text, body, refusable=refusable)
        order = Order(
            one.mobile,
            text,
            batch.category,
            key,
            purpose=f"batch:{batch.pk}",
            payload=batch.payload,
            link=batch.link,
            picture=batch.picture,
            person_id=one.person_id,
            rank=batch.rank,
            at=batch.scheduled_at,
            sender=batch.made_by,
        )
        try:
            made[key] = prepared(
                order, one.mobile, one.index, batch.union, batch.budget, now, ways, batch
            )
        except Refusal:
            _leave_out(batch, "too_long")
    return _save(batch, list(made.values()))


def _leave_out(batch: Batch, why: str) -> None:
    batch.excluded[why] = batch.excluded.get(why, 0) + 1


def _save(batch: Batch, made: list[Message]) -> int:
    """Keep those not there yet, and promise what they cost, by month."""
    keys = [one.key for one in made]
    there = set(Message.objects.unscoped(SAME).filter(key__in=keys).values_list("key", flat=True))
    since = timezone.now() - timedelta(minutes=tuning.DEDUP_MINUTES.value())
    doubled = {
        bytes(mark)
        for mark in Message.objects.unscoped(SAME)
        .filter(fingerprint__in=[one.fingerprint for one in made], created_at__gt=since)
        .exclude(state__in=NOT_SENT)
        .values_list("fingerprint", flat=True)
    }
    fresh = [one for one in made if one.key not in there and bytes(one.fingerprint) not in doubled]
    by_month: dict = {}
    for one in fresh:
        by_month[one.month] = by_month.get(one.month, 0) + one.committed
    for month, amount in sorted(by_month.items()):
        money.commit(batch.budget, month, amount)
    Message.objects.bulk_create(fresh, batch_size=CHUNK)
    return len(fresh)


def _hold(batch: Batch, refusal: Refusal) -> None:
    """Stop where the money or the rights end; somebody decides."""
    batch.state = BatchState.HELD
    batch.opinion = refusal.message[:200]
    batch.save()
    todos.open_todo(
        kind=kinds.HELD,
        target_type="short_messages.batch",
        target_id=batch.pk,
        title=f"“{batch.title}”因预算不足暂停"
        if isinstance(refusal, money.OverBudget)
        else f"“{batch.title}”暂停：{refusal.message}",
        link=reverse("resource:short-batches:record", args=[batch.pk]),
        org_path=batch.org_path,
        union_id=batch.union_id,
        permission=COMPOSE.code,
    )


def parts_of(batch: Batch) -> int:
    """How many parts a person's message takes, the variables counted as they stand."""
    if batch.payload != "sms":
        return 1
    refusable = categories.CATEGORIES[batch.category].consent != "none"
    return segments.cut(wording.signed(batch.signature.text, batch.text, refusable=refusable)).count
