"""Words that come in over other people's channels: text messages, WeChat, Weibo, the app.

The seam: an adapter that speaks a channel's protocol makes a Message of each and calls `take`;
one delivered twice is one complaint. Text messages come through the kernel's takers of replies.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from gonghui.engines.casework.actions import intake
from gonghui.engines.casework.models import Intake
from gonghui.engines.casework.models.intakes import MOBILE
from gonghui.engines.casework.rules.phases import ALLOWED
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import platform
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.notify import replies
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE, KINDS
from gonghui.systems.rights.feedback.actions.matters import SOURCE
from gonghui.systems.rights.feedback.queries import duty, texts
from gonghui.systems.rights.feedback.rules import crisis, incoming
from gonghui.systems.rights.feedback.rules.incoming import Lot

SOURCES = {"wechat": "微信公众号", "weibo": "微博", "app": "手机应用"}
"""By the channel the engine counts them as."""
SMS = platform("短信")
NUMBERS = Setting(
    "feedback.text_numbers",
    "12351 短信接入号",
    str,
    "12351",
    "发到这些号码、又不是回复平台短信的，登记为来件；按号码结尾比对，逗号分隔。",
    maximum=200,
)
STEPS = "casework."
"""How the purpose of our messages about the steps of a case begins."""
FOLLOWS_WITHIN = timedelta(hours=24)
"""So long a further text without a question of ours belongs to the case the phone wrote before."""
OWN_TEXTS = "whose phone it is wrote or left its number with the complaint"


@dataclass(frozen=True)
class Message:
    """key: the channel's own number. sender: how to answer there; kept sealed."""

    source: str
    key: str
    sender: str
    text: str
    person_id: int | None = None


def take(message: Message) -> intake.Received:
    """A message as a complaint; Refusal without a number, and for a source not connected."""
    if message.source not in SOURCES:
        raise Refusal("没有接通这个渠道。", field="source", code="source")
    if not message.key:
        raise Refusal("消息没有编号，重复送达时认不出来。", field="key", code="key")
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
    """A text message to 12351 as a case, or more to one; None for what is not the hotline's.

    One that tells of danger is a case whatever it answers and wherever it was sent.
    """
    if texts.alarm(reply.text):
        return replies.Taken(_received(reply).intake.number, crisis.SMS_WORDS)
    about_a_case = reply.purpose.startswith(STEPS)
    earlier = _earlier(reply.mobile, answered=bool(reply.answers) and about_a_case)
    found = incoming.lot(
        reply.text,
        own_number=incoming.is_own(reply.number, numbers()),
        answers=bool(reply.answers),
        about_a_case=about_a_case,
        earlier=earlier is not None,
    )
    if found is Lot.MORE and earlier is not None:
        intake.tell(earlier, by=intake.CODE_HOLDER, text=reply.text)
        return replies.Taken(earlier.number, f"您的补充已收到，编号 {earlier.number}。")
    return turned(reply) if found is Lot.CASE else None


def turned(reply: replies.Reply) -> replies.Taken:
    """A text as a case, because of what it is or because a person of the desk says so."""
    got = _received(reply)
    code = f"，查询码 {got.code}" if got.code else ""
    return replies.Taken(
        got.intake.number,
        f"您的来件已收到，编号 {got.intake.number}{code}。工会会尽快答复您。",
    )


def _received(reply: replies.Reply) -> intake.Received:
    said = intake.Said(
        title="",
        text=reply.text,
        channel="sms",
        person_id=reply.person_id,
        mobile=reply.mobile,
        key=f"sms:{reply.key}"[:80],
        received_at=reply.received_at,
    )
    return intake.submit(HOTLINE, duty.desk(), said, by=SMS)


def numbers() -> list[str]:
    """The numbers of the hotline, as carriers' access numbers end."""
    return [part.strip() for part in NUMBERS.value().replace("，", ",").split(",") if part.strip()]


def _earlier(mobile: str, *, answered: bool) -> Intake | None:
    """The complaint under way a further text of this phone belongs to.

    answered: it answers a message about a case, so the only one of the phone is meant; else the
    last the phone itself wrote a short while ago.
    """
    indexes = keyring().blind_indexes(mobile, context=MOBILE)
    with everywhere():
        rows = Intake.objects.unscoped(OWN_TEXTS).filter(
            mobile_index__in=indexes,
            withdrawn_at=None,
            case__kind__in=[kind.code for kind in KINDS],
            case__phase__in=ALLOWED["tell"],
        )
        rows = rows.select_related("case__union").order_by("-received_at", "-pk")
        if answered:
            found = list(rows[:2])
            return found[0] if len(found) == 1 else None
        since = timezone.now() - FOLLOWS_WITHIN
        return rows.filter(channel="sms", received_at__gt=since).first()


def alarmed(reply: replies.Reply, why: str) -> None:
    """A text in which a life may be in danger, whoever else takes it: it becomes a case at once."""
    take_text(reply)


replies.register("feedback", "12351 来件", take_text, order=60)
replies.register_path("feedback", alarmed)
replies.register_turn("feedback", "12351 来件", turned)
