"""The human path of a text in which a life may be in danger: to people, at once, at any hour.

A to-do that is due now stands with the nearest union up the tree where somebody has the duty, and
everybody who has it there is told. It stays open until somebody writes down how the person was
reached. Nothing here waits for a job, and no machine writes a word to the person.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from gonghui.engines.language.actions.recording import remember
from gonghui.engines.language.models import Record, Source
from gonghui.engines.language.permissions import WATCH_CRISIS
from gonghui.engines.language.queries import duty
from gonghui.engines.language.queries.judging import judge
from gonghui.engines.language.rules.crisis import KINDS, Crisis
from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify import messages
from gonghui.kernel.notify.channels import IN_APP, Recipient
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at

EVENT = "cn.gonghui.language.crisis"
TODO = register_kind("language.crisis", "危机来文").code
URGENT = Category("language-crisis", "危机来文", may_mute=False)
ALARMED = Template(
    "language.crisis",
    "危机来文：请立即联系对方",
    "{channel}来文有{kind}的话。请马上打开，按预案联系本人；已向对方显示求助电话。",
    URGENT,
    "{link}",
)
UNSEEN = Crisis("unclear")
"""What another watch than ours found."""
CHANNELS = {"web": "网上", "sms": "短信", "wechat": "微信", "bot": "答复机器人", "app": "手机应用"}
HOOKS: dict[str, Callable[[Union, str, str, Crisis], None]] = {}
"""Further ways to a person, by name: called with union, text, channel, what was found."""
SHORTEST = 6
ONCE = "the same words of a case call people once"


def on_crisis(name: str, hook: Callable[[Union, str, str, Crisis], None]) -> None:
    """Let a system lead crisis texts to a person in its own way as well (a case, a call)."""
    if HOOKS.setdefault(name, hook) is not hook:
        raise ValueError(f"{name!r} listens for crises twice")


def hand_over(record: Record, text: str, *, found: Crisis) -> None:
    """Lead a judged text to people; in the caller's transaction, under a wall open to all.

    To-do and message name kind and channel alone. Hooks are given the text.
    """
    desk = duty.nearest(record.union)
    link = f"/w/language-records/{record.pk}/"
    open_todo(
        kind=TODO,
        target_type="language.record",
        target_id=record.pk,
        title=f"危机来文（{found.title}），请立即联系对方",
        link=link,
        org_path=desk.path,
        union_id=desk.pk,
        permission=WATCH_CRISIS.code,
        due_at=timezone.now(),
    )
    messages.send(
        [Recipient(user_id=pk) for pk in duty.holders(desk)],
        ALARMED,
        {
            "channel": CHANNELS.get(record.channel, "职工"),
            "kind": KINDS[found.kind],
            "link": link,
        },
        channels=[IN_APP],
        key=f"language-crisis:{record.pk}",
        org_path=desk.path,
    )
    publish(
        EVENT,
        f"crisis/{record.pk}",
        {
            "kind": found.kind,
            "channel": record.channel,
            "union": record.union_id,
            "ref": str(record.pk),
        },
        record.org_path,
    )
    for hook in HOOKS.values():
        hook(record.union, text, record.channel, found)


def lead(
    union: Union, text: str, *, ref: str, channel: str = "", at: datetime | None = None
) -> Record:
    """Lead a text of a case that a watch found dangerous to people, in the caller's transaction.

    ref: what of the case it is ("intake/17", "line/4"), led once. The text stays with the case.
    """
    found = judge(text, union.path)
    crisis = found.crisis or UNSEEN
    with wall_at(Scope.everything()):
        rows = Record.objects.unscoped(ONCE).filter(source=Source.CASE, ref=ref)
        if (known := rows.exclude(crisis="").first()) is not None:
            return known
        record = remember(
            union,
            source=Source.CASE,
            ref=ref,
            text=text,
            channel=channel,
            at=at,
            found=found,
            crisis=crisis.kind,
        )
        hand_over(record, text, found=crisis)
    return record


@action("language.crisis.settle", "记录危机处置", WATCH_CRISIS)
def settle(record: Record, *, by: Actor, text: str) -> Record:
    """Write down how the person was reached; closes the to-do."""
    if not record.crisis:
        raise Conflict("这条来文没有危急情形。", code="no_crisis")
    if record.settled_at is not None:
        raise Conflict(f"已由{record.settled_by}记录处置。", code="settled")
    text = text.strip()
    if len(text) < SHORTEST:
        raise Refusal(
            "请写明怎样联系到本人、情况如何。",
            rule="危急情形须有人联系本人并留下记录",
            field="text",
            code="short",
        )
    record.settled_by, record.settled_at, record.settled_note = by.name, timezone.now(), text
    record.save(update_fields=["settled_by", "settled_at", "settled_note"])
    close_todo(target_type="language.record", target_id=record.pk, kind=TODO, by=by.user_id)
    return record
