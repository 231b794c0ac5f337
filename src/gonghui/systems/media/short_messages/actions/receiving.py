"""Texts of people: kept before they are acknowledged, looked at at once, then handled by a job."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify import messages, replies, todos
from gonghui.kernel.notify.channels import IN_APP, Recipient
from gonghui.kernel.notify.templates import Category, Template
from gonghui.systems.media.short_messages.actions import kinds, looking, people
from gonghui.systems.media.short_messages.actions.queueing import (
    Order,
    enqueue,
    fingerprint,
)
from gonghui.systems.media.short_messages.models import Incoming, IncomingPart, Message, Route
from gonghui.systems.media.short_messages.models.incoming import IncomingState
from gonghui.systems.media.short_messages.models.phones import indexes_of
from gonghui.systems.media.short_messages.permissions import ALARM, ANSWER, REVEAL
from gonghui.systems.media.short_messages.queries import tuning
from gonghui.systems.media.short_messages.queries.places import person_with, province
from gonghui.systems.media.short_messages.queries.walls import for_all_unions
from gonghui.systems.media.short_messages.rules import commands, crisis, matching, wording
from gonghui.systems.media.short_messages.rules.commands import Command
from gonghui.systems.media.short_messages.rules.segments import Header

logger = logging.getLogger(__name__)

OWN = "a text of our numbers, whoever sent it"
RECENT = timedelta(days=3)
"""So long a text counts as the answer to our latest message to the phone."""
WHOLE_AFTER = timedelta(minutes=10)
"""Parts that have waited so long are put together without the missing ones."""
REFUSED = "已为您退订工会通知类短信，回复HF可恢复接收。办事进展和验证码不受影响。"
AGREED = "已恢复向您发送工会通知类短信，回复T可随时退订。"
SIGNATURE = "安徽工会"
URGENT = Category("short-alarm", "危急来信", may_mute=False)
ALARMED = Template(
    "short-replies.alarm",
    "危急来信：请立即联系来信人",
    "{mobile} 的来信提到“{why}”。请马上打开来信，按预案联系本人；已自动回复求助电话。",
    URGENT,
    "{link}",
)


@dataclass(frozen=True)
class Arrived:
    """A text, or a part of one, as it came. carrier_key: the carrier's own number for it."""

    mobile: str
    number: str
    text: str
    carrier_key: str = ""
    header: Header | None = None


@for_all_unions
def take_in(route: Route, arrived: Sequence[Arrived]) -> list[int]:
    """Keep what came, each once; returns the ids of new texts, which `handle` goes on with.

    A person is alarmed in this same transaction, so before the carrier is told that we have it.
    """
    made = []
    for item in arrived:
        if item.header is not None and item.header.total > 1:
            _keep_part(route, item, item.header)
            whole = _joined(route, item.mobile, item.header)
            if whole is None:
                continue
            found = _keep(route, *whole)
        else:
            key = f"{route.code}:{item.carrier_key}" if item.carrier_key else ""
            found = _keep(route, item, key)
        if found is not None:
            made.append(found.pk)
    return made


def _keep(
    route: Route | None, item: Arrived, key: str, *, incomplete: bool = False
) -> Incoming | None:
    now = timezone.now()
    mark = fingerprint(item.mobile, f"{item.number}|{item.text}")
    if key:
        rows = Incoming.objects.unscoped(OWN).filter(Q(key=key) | Q(key__startswith=f"{key}@"))
        if rows.filter(received_at__gt=now - matching.PERIOD).exists():
            return None
        if rows.exists():
            # The carrier gives its numbers again.
            key = f"{key[:60]}@{now:%Y%m%d%H%M%S}"
    elif _is_repeat(mark, now):
        return None
    made = Incoming(
        key=key or f"in:{uuid.uuid4().hex}",
        route=route,
        number=item.number[:21],
        person_id=person_with(item.mobile),
        text=item.text,
        fingerprint=mark,
        incomplete=incomplete,
        received_at=now,
    )
    made.put_mobile(item.mobile)
    made.answers = _latest_to(item.mobile, now)
    # TD and the like say what they mean; everything else is looked at.
    if commands.command_of(item.text) is Command.NONE:
        made.alarm = danger_in(item.text)[:60]
    # An answer is for whoever asked; for a life in danger the province has people at any hour.
    asked = made.answers if not made.alarm else None
    made.place_at(asked.union if asked else province())
    made.save()
    if made.alarm:
        _alarm(made, item)
    publish(
        "cn.gonghui.short-message.received", made.pk, {"alarm": bool(made.alarm)}, made.org_path
    )
    return made


def _is_repeat(mark: bytes, now: datetime) -> bool:
    rows = Incoming.objects.unscoped(OWN).filter(fingerprint=mark).order_by("-id")
    before = rows.values_list("received_at", "acknowledged_at").first()
    if before is None:
        return False
    return commands.is_repeat(before[0], before[1] is not None, now)


def _latest_to(mobile: str, now: datetime) -> Message | None:
    rows = Message.objects.unscoped(OWN).filter(
        mobile_index__in=indexes_of(mobile), created_at__gt=now - RECENT
    )
    rows = rows.exclude(category__in=["code", "reply"]).select_related("union")
    return rows.order_by("-id").first()


def _keep_part(route: Route, item: Arrived, header: Header) -> None:
    row = IncomingPart(
        route=route,
        reference=header.reference,
        total=header.total,
        part=header.number,
        number=item.number[:21],
        text=item.text,
        key=item.carrier_key[:80],
        received_at=timezone.now(),
    )
    row.put_mobile(item.mobile)
    IncomingPart.objects.bulk_create([row], ignore_conflicts=True)


def _joined(route: Route, mobile: str, header: Header) -> tuple[Arrived, str] | None:
    """The whole text if all its parts are here; they are forgotten then."""
    rows = IncomingPart.objects.select_for_update().filter(
        route=route,
        mobile_index__in=indexes_of(mobile),
        reference=header.reference,
        total=header.total,
    )
    parts = list(rows.order_by("part"))
    if len(parts) < header.total:
        return None
    return _put_together(route, parts)


def _put_together(route: Route, parts: list[IncomingPart]) -> tuple[Arrived, str]:
    text = "".join(part.text.reveal() for part in parts)
    first = parts[0]
    keys = "+".join(part.key for part in parts if part.key)
    IncomingPart.objects.filter(pk__in=[part.pk for part in parts]).delete()
    item = Arrived(first.mobile.reveal(), first.number, text)
    return item, f"{route.code}:{keys}"[:80] if keys else ""


@transaction.atomic
def give_up_parts() -> list[int]:
    """Texts whose missing parts do not come any more, put together as they are.

    Those that already mean danger do not wait; their further parts are a text of their own.
    """
    before = timezone.now() - WHOLE_AFTER
    waiting: dict[tuple, list[IncomingPart]] = {}
    rows = IncomingPart.objects.select_for_update(of=("self",)).select_related("route")
    for part in rows.order_by("part"):
        key = (part.route_id, bytes(part.mobile_index), part.reference, part.total)
        waiting.setdefault(key, []).append(part)
    made = []
    for parts in waiting.values():
        if max(part.received_at for part in parts) < before or _is_dangerous(parts):
            route = parts[0].route
            item, key = _put_together(route, parts)
            if _is_of_known(item):
                continue
            found = _keep(route, item, key, incomplete=True)
            if found is not None:
                made.append(found.pk)
    return made


def _is_of_known(item: Arrived) -> bool:
    """Whether parts are of a text that is kept and was not acknowledged: the carrier repeats the
    part that made it whole, and the others do not come again."""
    rows = Incoming.objects.unscoped(OWN).filter(
        mobile_index__in=indexes_of(item.mobile),
        number=item.number,
        acknowledged_at=None,
        incomplete=False,
        received_at__gt=timezone.now() - timedelta(days=1),
    )
    known = [row.text.reveal() for row in rows.order_by("-id")[:20] if row.text]
    return any(item.text in text and item.text != text for text in known)


def _is_dangerous(parts: list[IncomingPart]) -> bool:
    """Whether what has come of a text already means that a person must be reached."""
    return bool(danger_in("".join(part.text.reveal() for part in parts)))


@for_all_unions
def acknowledged(pks: Sequence[int]) -> None:
    """The carrier has been told that we have these."""
    Incoming.objects.unscoped(OWN).filter(pk__in=pks).update(acknowledged_at=timezone.now())


def danger_in(text: str) -> str:
    """Why a life may be in danger behind a text; empty for nothing.

    A watch that fails is logged and the others are asked; our own words always are.
    """
    if why := crisis.found(text):
        return why
    for code, watch in replies.watches().items():
        try:
            if why := watch(text):
                return why
        except Exception:
            logger.exception("watch %s over texts failed", code)
    return ""


def _alarm(incoming: Incoming, item: Arrived) -> None:
    """Reach people now: a to-do and a message for everybody on duty, every registered path, and
    fixed words to the sender."""
    link = reverse("resource:short-replies:record", args=[incoming.pk])
    todos.open_todo(
        kind=kinds.ALARM,
        target_type="short_messages.incoming",
        target_id=incoming.pk,
        title=f"危急来信：{incoming.mobile_mask} 提到“{incoming.alarm}”",
        link=link,
        org_path=incoming.org_path,
        union_id=incoming.union_id,
        permission=ALARM.code,
        due_at=incoming.received_at + tuning.FIRST_ALARM,
    )
    codes = [role.code for role in ALARM.roles]
    rows = Grant.objects.unscoped("everybody on duty is told of a life in danger")
    holders = rows.filter(union=incoming.union, role__in=codes, ended_at=None)
    messages.send(
        [Recipient(user_id=pk) for pk in set(holders.values_list("user_id", flat=True))],
        ALARMED,
        {"mobile": incoming.mobile_mask, "why": incoming.alarm, "link": link},
        channels=[IN_APP],
        key=f"short-alarm:{incoming.pk}",
        org_path=incoming.org_path,
    )
    reply = reply_of(incoming, item.mobile, item.text)
    for code, path in replies.paths().items():
        try:
            with transaction.atomic():
                path(reply, incoming.alarm)
        except Exception:
            logger.exception("path %s of alarms failed", code)
    _answer(incoming, item.mobile, crisis.ANSWER, "alarm")


def reply_of(incoming: Incoming, mobile: str, text: str) -> replies.Reply:
    """A kept text as takers get it."""
    asked = incoming.answers
    return replies.Reply(
        incoming.key,
        mobile,
        text,
        incoming.number,
        incoming.received_at,
        asked.purpose if asked else "",
        asked.key if asked else "",
        incoming.person_id,
    )


def _answer(incoming: Incoming, mobile: str, text: str, use: str) -> None:
    order = Order(
        mobile,
        wording.signed(SIGNATURE, text, refusable=False),
        "reply",
        f"answer:{incoming.pk}:{use}",
        purpose="short-replies",
        person_id=incoming.person_id,
        sender="自动回复",
    )
    try:
        enqueue(order, incoming.union)
    except Refusal:
        # A number in the blacklist gets no answer; what it wrote is handled all the same.
        logger.info("no answer to incoming %s", incoming.pk)


@for_all_unions
def handle(pk: int) -> None:
    """Carry out a command, or offer a text to whoever takes it; a person has it else."""
    rows = Incoming.objects.unscoped(OWN).select_for_update(of=("self",))
    incoming = rows.select_related("union", "answers").filter(pk=pk).first()
    if incoming is None or incoming.state != IncomingState.NEW or incoming.text is None:
        return
    mobile, text = incoming.mobile.reveal(), incoming.text.reveal()
    command = Command.NONE if incoming.alarm else commands.command_of(text)
    if command is not Command.NONE:
        given = command is Command.AGREE
        people.ledger(
            incoming.union,
            mobile,
            given=given,
            channel="sms",
            evidence=f"短信回复“{commands.normalised(text)}”",
            by="本人",
            person_id=incoming.person_id,
        )
        incoming.state, incoming.handled_at = IncomingState.COMMAND, timezone.now()
        _answer(incoming, mobile, AGREED if given else REFUSED, "command")
    elif found := _offered(incoming, mobile, text):
        taker, taken = found
        incoming.state, incoming.handled_at = IncomingState.TAKEN, timezone.now()
        incoming.taken_by, incoming.reference = taker.title[:60], taken.reference[:80]
        if taken.answer and not incoming.alarm:
            _answer(incoming, mobile, taken.answer, "taken")
    else:
        incoming.state = IncomingState.OPEN
        todos.open_todo(
            kind=kinds.REPLY,
            target_type="short_messages.incoming",
            target_id=incoming.pk,
            title=f"{incoming.mobile_mask} 的短信来信",
            link=reverse("resource:short-replies:record", args=[incoming.pk]),
            org_path=incoming.org_path,
            union_id=incoming.union_id,
            permission=ANSWER.code,
        )
    incoming.save()


def _offered(
    incoming: Incoming, mobile: str, text: str
) -> tuple[replies.Taker, replies.Taken] | None:
    """Whoever takes a text; where a taker refuses it or fails, a person has it."""
    try:
        with transaction.atomic():
            return replies.offer(reply_of(incoming, mobile, text))
    except OperationalError:
        # A lost connection or a deadlock: the job tries again.
        raise
    except Exception:
        logger.exception("incoming %s is left to a person", incoming.pk)
        return None


@action("short-replies.answer", "答复短信来信", ANSWER)
def answer(incoming: Incoming, *, by: Actor, text: str) -> Incoming:
    """A person's own answer; the text is then done with."""
    if incoming.state == IncomingState.DONE:
        raise Conflict("这条来信已经办理。", code="done")
    body = wording.check_body(text)
    order = Order(
        incoming.mobile.reveal(),
        wording.signed(SIGNATURE, body, refusable=False),
        "reply",
        f"answer:{incoming.pk}:{incoming.version}",
        purpose="short-replies",
        person_id=incoming.person_id,
        sender=by.name,
    )
    enqueue(order, incoming.union)
    return _done(incoming, by)


@action("short-replies.close", "办结短信来信", ANSWER)
def close(incoming: Incoming, *, by: Actor, reason: str) -> Incoming:
    """No answer is needed, or it was given otherwise; the reason is kept in the log."""
    if incoming.state == IncomingState.DONE:
        raise Conflict("这条来信已经办理。", code="done")
    return _done(incoming, by)


def _done(incoming: Incoming, by: Actor) -> Incoming:
    incoming.state = IncomingState.DONE
    incoming.handled_by, incoming.handled_at = by.name, timezone.now()
    incoming.version += 1
    incoming.save()
    todos.close_todo(
        target_type="short_messages.incoming",
        target_id=incoming.pk,
        kind=kinds.REPLY,
        by=by.user_id,
    )
    return incoming


@action("short-replies.alarm", "处置危急来信", ALARM)
def settle_alarm(incoming: Incoming, *, by: Actor, reached: bool, text: str) -> Incoming:
    """Keep that somebody spoke with the sender, or handed it to the police or a doctor."""
    if not incoming.alarm:
        raise Conflict("这条来信没有危急情形。", code="no_alarm")
    if incoming.alarm_at is not None:
        raise Conflict(f"已由{incoming.alarm_by}处置。", code="settled")
    if len(text.strip()) < 6:
        raise Refusal(
            "请写明怎样联系、情况如何、转给了谁。",
            rule="危急来信须由人联系并留下记录",
            remedy="至少六个字。",
            field="text",
            code="short",
        )
    incoming.alarm_by, incoming.alarm_at = by.name, timezone.now()
    incoming.alarm_note = text.strip()
    incoming.version += 1
    incoming.save()
    note(reached={"label": "已联系到本人", "before": None, "after": "是" if reached else "否"})
    todos.close_todo(
        target_type="short_messages.incoming",
        target_id=incoming.pk,
        kind=kinds.ALARM,
        by=by.user_id,
    )
    return incoming


@action("short-replies.reveal", "查看来信号码和内容", REVEAL, step_up=True)
def reveal(incoming: Incoming, *, by: Actor, reason: str) -> dict[str, str]:
    """Number and text in plain; the look is logged with its reason."""
    looking.look(incoming.person_id, reason, by)
    return {
        "手机号码": incoming.mobile.reveal(),
        "内容": incoming.text.reveal() if incoming.text else "（已过保留期）",
    }
