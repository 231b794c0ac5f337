"""One record of each resource of B5.0, for the generated suite and the tests here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.office.circulation.models import (
    Delivery,
    Exchange,
    Handover,
    Incoming,
    Meeting,
    Number,
    Outgoing,
    PaperTemplate,
    Piece,
    Series,
    Task,
)

AT = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = date(2026, 11, 20)


def _placed(row: Any, union: Union) -> Any:
    row.place_at(union)
    row.save()
    return row


def clerk(world: World) -> User:
    """Somebody a record names; without any role."""
    found = User.objects.filter(display_name="公文经办").first()
    return found or world.user("公文经办")


def series(world: World, union: Union, prefix: str = "") -> Series:
    signs = "甲乙丙丁戊己庚辛壬癸"
    prefix = prefix or "工" + "".join(signs[int(sign)] for sign in f"{union.pk}") + "发"
    found = Series.objects.unscoped("a maker").filter(union=union, prefix=prefix).first()
    return found or _placed(Series(prefix=prefix), union)


def number(world: World, union: Union, serial: int = 0, **facts: Any) -> Number:
    mark = series(world, union)
    serial = serial or mark.numbers.unscoped("a maker").count() + 1
    made = Number(
        series=mark,
        year=2026,
        serial=serial,
        text=f"{mark.prefix}〔2026〕{serial}号",
        title="关于做好普查的通知",
        taken_at=AT,
        taken_by="程立新",
        **facts,
    )
    return _placed(made, union)


def outgoing(world: World, union: Union, **facts: Any) -> Outgoing:
    made = Outgoing(
        **{
            "kind": "notice",
            "title": "关于做好普查的通知",
            "body": "各单位：\n请认真做好普查。",
            "to": "各市总工会",
            "series": series(world, union),
            "drafter": clerk(world),
            "drafted_at": AT,
            **facts,
        }
    )
    return _placed(made, union)


def issued(world: World, union: Union) -> Outgoing:
    """A signed document: unlike a draft, it is read above its organ too."""
    taken = number(world, union)
    return outgoing(
        world, union, number=taken, number_text=taken.text, state="issued", signed_at=AT
    )


def delivery(world: World, union: Union, **facts: Any) -> Delivery:
    sender = union.parent or union
    document = facts.pop("document", None) or issued(world, sender)
    made = Delivery(
        **{"document": document, "sender": sender, "sent_at": AT, "due_on": DAY, **facts}
    )
    return _placed(made, union)


def incoming(world: World, union: Union, **facts: Any) -> Incoming:
    last = Incoming.objects.unscoped("a maker").filter(union=union).count()
    made = Incoming(
        **{
            "year": 2026,
            "serial": last + 1,
            "organ": "中华全国总工会",
            "title": "关于开展读书活动的通知",
            "received_on": DAY,
            "due_on": date(2026, 12, 4),
            "registered_at": AT,
            **facts,
        }
    )
    return _placed(made, union)


def task(world: World, union: Union, **facts: Any) -> Task:
    made = Task(
        **{
            "title": "落实高温慰问",
            "demand": "七月底前报送情况。",
            "source": "leader",
            "handler": clerk(world),
            "handler_name": "公文经办",
            "supervisor": clerk(world),
            "opened_at": AT,
            "due_on": date(2026, 12, 4),
            "first_due_on": date(2026, 12, 4),
            **facts,
        }
    )
    return _placed(made, union)


def meeting(world: World, union: Union, **facts: Any) -> Meeting:
    made = Meeting(
        **{
            "title": "主席办公会",
            "held_on": DAY,
            "chair": "方志远",
            "agenda": "研究普查工作",
            "recorded_by": "程立新",
            **facts,
        }
    )
    return _placed(made, union)


def template(world: World, union: Union, **facts: Any) -> PaperTemplate:
    made = PaperTemplate(
        **{
            "name": "会议通知",
            "kind": "notice",
            "title": "关于召开会议的通知",
            "body": "定于近日召开会议。",
            **facts,
        }
    )
    return _placed(made, union)


def piece(world: World, union: Union, **facts: Any) -> Piece:
    made = Piece(
        **{
            "title": "关于做好普查的通知",
            "author": union.name,
            "day": DAY,
            "year": 2026,
            "retention": "D30",
            "category": "BGS",
            "serial": 1,
            "reference": f"{union.pk:06d}-WS·2026-D30-BGS-0001",
            "sm3": "0" * 64,
            "filed_at": AT,
            "filed_by": "程立新",
            **facts,
        }
    )
    return _placed(made, union)


def exchange(world: World, union: Union, **facts: Any) -> Exchange:
    made = Exchange(
        **{
            "direction": "down",
            "key": f"down-{union.pk}-{Exchange.objects.unscoped('a maker').count()}",
            "organ": "中华全国总工会",
            "title": "关于开展读书活动的通知",
            "sm3": "0" * 64,
            "next_at": AT,
            "begun_at": AT,
            **facts,
        }
    )
    return _placed(made, union)


def handover(world: World, union: Union, **facts: Any) -> Handover:
    user = clerk(world)
    made = Handover(
        giver=user,
        giver_name="公文经办",
        taker=user,
        taker_name="程立新",
        reason="调离",
        counts={"督办事项": 1},
        at=AT,
        by_name="汪海燕",
    )
    return _placed(made, union)


MAKERS = {
    "outgoing": issued,
    "deliveries": delivery,
    "incoming": incoming,
    "exchanges": exchange,
    "supervision": task,
    "meetings": meeting,
    "numbers": number,
    "number-series": series,
    "paper-templates": template,
    "pieces": piece,
    "handovers": handover,
}
