"""Words that come in over other people's channels: text messages, WeChat, Weibo, the app.

The seam: an adapter that speaks a channel's protocol makes a Message of each and calls `take`;
one delivered twice is one complaint. Text messages come through the kernel's takers of replies.
"""

from __future__ import annotations

from dataclasses import dataclass

from gonghui.engines.casework.actions import intake
from gonghui.kernel.access.actor import platform
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.notify import replies
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE
from gonghui.systems.rights.feedback.actions.matters import SOURCE
from gonghui.systems.rights.feedback.queries import duty, texts
from gonghui.systems.rights.feedback.rules import crisis

SOURCES = {"wechat": "微信公众号", "weibo": "微博", "app": "手机应用"}
"""By the channel the engine counts them as."""
SHORTEST = 4
"""A text of fewer characters says nothing that could be dealt with, unless it says danger."""


@dataclass(frozen=True)
class Message:
    """key: the channel's own number. sender: how to answer there; kept sealed."""

    source: str
    key: str
    sender: str
    text: str
    person_id: int | None = None


def take(message: Message) -> intake.Received:
    """A message as a complaint; Refusal for a source that is not connected."""
    if message.source not in SOURCES:
        raise Refusal("没有接通这个渠道。", field="source", code="source")
    said = intake.Said(
        title="",
        text=message.text,
        channel=message.source,
        secrecy="named" if message.person_id else "confidential",
        person_id=message.person_id,
        contact=f"{SOURCES[message.source]} {message.sender}"[:200],
        details={SOURCE: SOURCES[message.source]},
        key=f"{message.source}:{message.key}"[:80],
    )
    return intake.submit(HOTLINE, duty.desk(), said, by=platform(SOURCES[message.source]))


def take_text(reply: replies.Reply) -> replies.Taken | None:
    """A text message to 12351; None for what is too short to mean anything."""
    danger = texts.alarm(reply.text)
    if len(reply.text.strip()) < SHORTEST and not danger:
        return None
    said = intake.Said(
        title="",
        text=reply.text,
        channel="sms",
        person_id=reply.person_id,
        mobile=reply.mobile,
        key=f"sms:{reply.key}"[:80],
    )
    got = intake.submit(HOTLINE, duty.desk(), said, by=platform("短信"))
    if danger:
        return replies.Taken(got.intake.number, crisis.SMS_WORDS)
    code = f"，查询码 {got.code}" if got.code else ""
    return replies.Taken(
        got.intake.number,
        f"您的来件已收到，编号 {got.intake.number}{code}。工会会尽快答复您。",
    )


def alarmed(reply: replies.Reply, why: str) -> None:
    """A text in which a life may be in danger, whoever else takes it: it becomes a case at once."""
    take_text(reply)


replies.register("feedback", "12351 来件", take_text, order=60)
replies.register_path("feedback", alarmed)
