"""A text nobody took, turned over by a person to whoever makes something of it."""

from __future__ import annotations

import logging

from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.notify import replies, todos
from gonghui.systems.media.short_messages.actions import kinds, receiving
from gonghui.systems.media.short_messages.actions.queueing import Order, enqueue
from gonghui.systems.media.short_messages.models import Incoming
from gonghui.systems.media.short_messages.models.incoming import IncomingState
from gonghui.systems.media.short_messages.permissions import ANSWER
from gonghui.systems.media.short_messages.rules import wording

logger = logging.getLogger(__name__)


@action("short-replies.turn", "短信来信转为来件", ANSWER)
def turn(incoming: Incoming, *, by: Actor) -> Incoming:
    """Hand a text over as it came, with the time it came at; the sender is told its number."""
    if incoming.state != IncomingState.OPEN:
        raise Conflict("这条来信已经办理。", code="done")
    if incoming.text is None:
        raise Refusal("来信内容已过保留期，不能转办。", code="gone")
    to = next(iter(replies.turns()), None)
    if to is None:
        raise Refusal("没有可以转到的业务。", code="nobody")
    mobile, text = incoming.mobile.reveal(), incoming.text.reveal()
    taken = to.take(receiving.reply_of(incoming, mobile, text))
    incoming.state, incoming.handled_at = IncomingState.TAKEN, timezone.now()
    incoming.taken_by, incoming.reference = to.title[:60], taken.reference[:80]
    incoming.handled_by = by.name
    incoming.version += 1
    incoming.save()
    _tell(incoming, mobile, taken.answer, by)
    todos.close_todo(
        target_type="short_messages.incoming",
        target_id=incoming.pk,
        kind=kinds.REPLY,
        by=by.user_id,
    )
    note(turned={"label": "转给", "after": f"{to.title} {taken.reference}"})
    return incoming


def _tell(incoming: Incoming, mobile: str, answer: str, by: Actor) -> None:
    order = Order(
        mobile,
        wording.signed(receiving.SIGNATURE, answer, refusable=False),
        "reply",
        f"answer:{incoming.pk}:turned",
        purpose="short-replies",
        person_id=incoming.person_id,
        sender=by.name,
    )
    try:
        enqueue(order, incoming.union)
    except Refusal:
        # A number in the blacklist gets no answer; what it wrote is handled all the same.
        logger.info("no answer to incoming %s", incoming.pk)
