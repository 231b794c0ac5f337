"""Putting one message into the queue, in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.identifiers import parse_mobile
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.org.models import Union
from gonghui.systems.media.short_messages.actions import money
from gonghui.systems.media.short_messages.models import Batch, Budget, Message
from gonghui.systems.media.short_messages.models.phones import index_of
from gonghui.systems.media.short_messages.models.sending import MessageState
from gonghui.systems.media.short_messages.queries import reach, routes, tuning
from gonghui.systems.media.short_messages.queries.walls import everywhere
from gonghui.systems.media.short_messages.rules import billing, carriers, categories, segments
from gonghui.systems.media.short_messages.rules.routing import Way

FINGERPRINT = "short_messages.fingerprint"
REPEATED = "去重窗口内同一号码、同一内容已经发过"
SAME = "a message is known by its key, wherever it was sent from"
NOT_SENT = (MessageState.CANCELLED, MessageState.FAILED)
"""A message that ended so reached nobody, and the same text is no repetition of it."""


@dataclass(frozen=True)
class Order:
    """A message somebody wants sent. key: theirs; twice the same is one message. at: not before.

    picture: the key of a stored file.
    """

    mobile: str
    text: str
    category: str
    key: str
    purpose: str = ""
    payload: str = "sms"
    link: str = ""
    picture: UUID | None = None
    person_id: int | None = None
    rank: int | None = None
    at: datetime | None = None
    sender: str = ""


def fingerprint(mobile: str, text: str) -> bytes:
    """What a repetition is known by; says nothing of number or text."""
    return keyring().blind_index(f"{mobile}|{text}", context=FINGERPRINT)


def enqueue(order: Order, union: Union, *, budget: Budget | None = None) -> Message:
    """Queue a message; the one already queued under this key if there is one.

    Refusal when the number refuses messages of this category, stands in the blacklist, the text is
    too long, or the month's budget is used up.
    """
    with everywhere():
        return _enqueued(order, union, budget)


def enqueue_fresh(
    order: Order, union: Union, *, budget: Budget | None = None, field: str = ""
) -> Message:
    """As `enqueue`, for somebody who waits to see it go: Conflict where the same text just went."""
    made = enqueue(order, union, budget=budget)
    if made.state == MessageState.CANCELLED:
        raise Conflict(
            "同样的内容刚刚已发给这个号码。",
            rule="短信去重窗口",
            remedy="请核对发送记录；确需再发请改动内容或稍后再发。",
            field=field,
            code="repeated",
        )
    return made


def _enqueued(order: Order, union: Union, budget: Budget | None) -> Message:
    known = Message.objects.unscoped(SAME).filter(key=order.key).first()
    if known is not None:
        return known
    mobile = parse_mobile(order.mobile)
    mark = index_of(mobile)
    standing = reach.standings([mark], order.category).get(mark, reach.NOTHING)
    if why := reach.why_not(order.category, standing):
        raise Refusal(
            f"这个号码{reach.WHY[why]}，不能发送“{categories.CATEGORIES[order.category].title}”短信。",
            rule=categories.CONSENT_RULE,
            remedy="紧急通知和本人申请事项的进展不受限制；其他请先征得本人同意。",
            field="mobile",
            code=why,
        )
    now = timezone.now()
    made = prepared(order, mobile, mark, union, budget, now, routes.ways())
    _hold_print(made.fingerprint)
    if is_repeated(made.fingerprint, now):
        made.state, made.fault = MessageState.CANCELLED, REPEATED
        made.settled_at, made.text, made.committed = now, None, 0
    elif budget is not None and made.committed and made.month is not None:
        money.commit(budget, made.month, made.committed)
    made.save()
    return made


def prepared(
    order: Order,
    mobile: str,
    mark: bytes,
    union: Union,
    budget: Budget | None,
    now: datetime,
    ways: list[Way],
    batch: Batch | None = None,
) -> Message:
    """The row of a message, not yet saved; its part of the budget is reckoned, not yet promised."""
    urgent = categories.is_urgent(order.category)
    wanted = max(order.at or now, now)
    send_after = tuning.open_after(wanted, exempt=urgent)
    parts = segments.cut(order.text).count if order.payload == "sms" else 1
    carrier = carriers.carrier_of(mobile)
    made = Message(
        key=order.key,
        batch=batch,
        purpose=order.purpose[:80],
        category=order.category,
        payload=order.payload,
        person_id=order.person_id,
        carrier=carrier,
        text=order.text,
        link=order.link,
        picture=order.picture,
        parts=parts,
        fingerprint=fingerprint(mobile, order.text),
        rank=categories.rank(order.category, order.rank),
        urgent=urgent,
        send_after=send_after,
        expires_at=send_after + tuning.valid_for(order.category),
        budget=budget,
        month=billing.month_of(timezone.localtime(send_after).date()),
        committed=parts * routes.price_of(ways, carrier, order.payload, now),
        sender=order.sender[:50],
        created_at=now,
    )
    made.put_mobile(mobile)
    made.mobile_index = mark
    made.place_at(union)
    return made


def is_repeated(mark: bytes, now: datetime) -> bool:
    """Whether the same text went to the same number within the window."""
    since = now - timedelta(minutes=tuning.DEDUP_MINUTES.value())
    rows = Message.objects.unscoped(SAME).filter(fingerprint=mark, created_at__gt=since)
    return rows.exclude(state__in=NOT_SENT).exists()


def _hold_print(mark: bytes) -> None:
    """Let two who send the same at once come one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(mark[:8], "big", signed=True)]
        )
