"""One message to one phone; sending again and taking back by a person."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.notify import todos
from gonghui.kernel.org.models import Union
from gonghui.systems.media.short_messages.actions import kinds, looking, money
from gonghui.systems.media.short_messages.actions.queueing import Order, enqueue_fresh
from gonghui.systems.media.short_messages.models import Budget, Message, Signature
from gonghui.systems.media.short_messages.models.sending import MessageState
from gonghui.systems.media.short_messages.permissions import COMPOSE, RESEND, REVEAL
from gonghui.systems.media.short_messages.queries.places import person_with
from gonghui.systems.media.short_messages.queries.wording import budgets, signatures, words_in
from gonghui.systems.media.short_messages.rules import categories, filtering, wording

ONCE = "结果待查的短信可能已经送达，自动重发会使同一个人收到两次"


@action("short-messages.send", "发送一条短信", COMPOSE, creates=True)
def send(
    union: Union,
    *,
    by: Actor,
    mobile: str,
    category: str,
    signature: Signature,
    budget: Budget,
    text: str,
    at: datetime | None = None,
) -> Message:
    """A message to one number, in the name of a union and out of a department's budget."""
    body = wording.check_body(text)
    if wording.variables(body):
        raise Refusal("单条短信里不用变量。", field="text", code="variables")
    if stopped := filtering.stopped(words_in(union, body)):
        raise Refusal(
            f"内容含有禁止发送的词：{'、'.join(hit.word for hit in stopped)}。",
            rule="短信关键词管理",
            remedy="请改写后再发送。",
            field="text",
            code="keyword",
        )
    if not signatures(union).filter(pk=signature.pk).exists():
        raise Refusal(
            "签名没有通过审核，或不属于本工会。",
            rule=wording.SIGN_RULE,
            field="signature",
            code="signature",
        )
    if not budgets(union).filter(pk=budget.pk).exists():
        raise Refusal(
            "请选择本工会在用的短信预算。", rule=money.RULE, field="budget", code="budget"
        )
    refusable = categories.CATEGORIES[category].consent != "none"
    order = Order(
        mobile,
        wording.signed(signature.text, body, refusable=refusable),
        category,
        f"one:{uuid.uuid4().hex}",
        purpose="单条",
        person_id=person_with(mobile),
        at=at,
        sender=by.name,
    )
    return enqueue_fresh(order, union, budget=budget, field="text")


@action("short-messages.resend", "重发短信", RESEND)
def resend(message: Message, *, by: Actor, reason: str) -> Message:
    """A new message of the same content, for one that failed or was never confirmed."""
    if message.state not in {MessageState.FAILED, MessageState.UNCONFIRMED}:
        raise Conflict(
            f"这条短信现在是“{message.get_state_display()}”，不能重发。",
            rule=ONCE if message.state == MessageState.UNKNOWN else "",
            remedy="未送达和未确认的短信可以重发。",
            code="state",
        )
    if message.text is None:
        raise Refusal("短信内容已过保留期。", remedy="请重新编写一条。", code="forgotten")
    order = Order(
        message.mobile.reveal(),
        message.text.reveal(),
        message.category,
        f"again:{message.pk}:{message.version}",
        purpose=message.purpose,
        payload=message.payload,
        link=message.link,
        picture=message.picture,
        person_id=message.person_id,
        rank=message.rank,
        sender=by.name,
    )
    made = enqueue_fresh(order, message.union, budget=message.budget)
    message.version += 1
    message.save(update_fields=["version"])
    note(again={"label": "重发为", "before": None, "after": made.pk})
    todos.close_todo(
        target_type="short_messages.message",
        target_id=message.pk,
        kind=kinds.UNCONFIRMED,
        by=by.user_id,
    )
    return made


@action("short-messages.cancel", "撤回短信", RESEND)
def cancel(message: Message, *, by: Actor, reason: str) -> Message:
    """Take back what has not left yet."""
    if message.state != MessageState.WAITING or message.tries:
        raise Conflict("短信已经提交给运营商，不能撤回。", code="left")
    if message.budget_id is not None and message.month is not None:
        money.give_back(message.budget_id, message.month, message.committed)
    message.state = MessageState.CANCELLED
    message.fault, message.committed, message.text = "已撤回", 0, None
    message.settled_at = timezone.now()
    message.version += 1
    message.save()
    return message


@action("short-messages.reveal", "查看短信号码和内容", REVEAL, step_up=True)
def reveal(message: Message, *, by: Actor, reason: str) -> dict[str, str]:
    """Number and text in plain, for a reason that is kept; codes are never shown."""
    looking.look(message.person_id, reason, by)
    shown = message.text is not None and message.category != "code"
    return {
        "手机号码": message.mobile.reveal(),
        "内容": message.text.reveal() if shown and message.text else "（不再保留）",
    }
