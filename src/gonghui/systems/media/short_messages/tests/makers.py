"""One record of each resource of B3.1.3, for the generated suite and the tests here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.media.short_messages.actions.queueing import fingerprint
from gonghui.systems.media.short_messages.models import (
    Audience,
    Batch,
    Bill,
    BlackEntry,
    Budget,
    Consent,
    Incoming,
    Keyword,
    Message,
    Route,
    Signature,
    TextTemplate,
)

MOBILE = "13855512351"


def _placed(row: Any, union: Union) -> Any:
    row.place_at(union)
    row.save()
    return row


def signature(world: World, union: Union, **facts: Any) -> Signature:
    given = {"text": f"工会{union.pk}", "state": "approved", "asked_by": "程立新", **facts}
    found = Signature.objects.unscoped("a maker").filter(union=union, text=given["text"]).first()
    return found or _placed(Signature(**given), union)


def template(world: World, union: Union, **facts: Any) -> TextTemplate:
    given = {
        "name": "活动通知",
        "category": "notice",
        "body": "{姓名}您好，读书活动将于周六举行。",
        "state": "pending",
        "asked_by": "程立新",
        **facts,
    }
    return _placed(TextTemplate(**given), union)


def budget(world: World, union: Union, **facts: Any) -> Budget:
    given = {"department": "办公室", "cap": 1_000_000, **facts}
    rows = Budget.objects.unscoped("a maker").filter(union=union, ended_at=None)
    found = rows.filter(department=given["department"]).first()
    return found or _placed(Budget(**given), union)


def audience(world: World, union: Union, **facts: Any) -> Audience:
    given = {"name": "全体会员", "resource": "memberships", "made_by": "程立新", **facts}
    return _placed(Audience(**given), union)


def batch(world: World, union: Union, **facts: Any) -> Batch:
    given = {
        "title": "读书活动",
        "category": "notice",
        "signature": signature(world, union),
        "budget": budget(world, union),
        "text": "读书活动将于周六举行。",
        "numbers": MOBILE,
        "rank": 5,
        "headcount": 1,
        "reachable": 1,
        "made_by_id": 0,
        "made_by": "程立新",
        "made_at": timezone.now(),
        **facts,
    }
    return _placed(Batch(**given), union)


def message(world: World, union: Union, mobile: str = MOBILE, **facts: Any) -> Message:
    now = timezone.now()
    text = facts.pop("text", "【工会】您好")
    count = Message.objects.unscoped("a maker").count()
    made = Message(
        **{
            "key": f"maker:{union.pk}:{count}",
            "category": "notice",
            "carrier": "mobile",
            "text": text,
            "fingerprint": fingerprint(mobile, f"{text}{count}"),
            "rank": 5,
            "urgent": True,
            "send_after": now - timedelta(seconds=1),
            "expires_at": now + timedelta(hours=2),
            "created_at": now,
            **facts,
        }
    )
    made.put_mobile(mobile)
    return _placed(made, union)


def incoming(world: World, union: Union, text: str = "请问怎么入会", **facts: Any) -> Incoming:
    count = Incoming.objects.unscoped("a maker").count()
    made = Incoming(
        **{
            "key": f"maker:{union.pk}:{count}",
            "number": "12351",
            "text": text,
            "fingerprint": fingerprint(MOBILE, f"{text}{count}"),
            "state": "open",
            "received_at": timezone.now(),
            **facts,
        }
    )
    made.put_mobile(MOBILE)
    return _placed(made, union)


def consent(world: World, union: Union, **facts: Any) -> Consent:
    made = Consent(
        **{
            "given": False,
            "channel": "sms",
            "evidence": "短信回复“TD”",
            "at": timezone.now(),
            "by": "本人",
            **facts,
        }
    )
    made.put_mobile(MOBILE)
    return _placed(made, union)


def black(world: World, union: Union, mobile: str = "", **facts: Any) -> BlackEntry:
    made = BlackEntry(
        **{"reason": "本人要求", "added_by": "程立新", "added_at": timezone.now(), **facts}
    )
    made.put_mobile(mobile or f"138{union.pk % 10**8:08d}")
    return _placed(made, union)


def keyword(world: World, union: Union, **facts: Any) -> Keyword:
    given = {"text": "赌博", "action": "stop", "added_by": "程立新", "added_at": timezone.now()}
    return _placed(Keyword(**{**given, **facts}), union)


def route(world: World, union: Union, **facts: Any) -> Route:
    given = {
        "code": f"route-{union.pk}",
        "name": "模拟通道",
        "protocol": "smpp",
        "account": "gonghui",
        "secret": "sim12345",
        "number": "12351",
        "carriers": ["mobile", "unicom", "telecom", "broadnet"],
        "payloads": ["sms"],
        "price": 40,
        **facts,
    }
    found = Route.objects.unscoped("a maker").filter(code=given["code"]).first()
    return found or _placed(Route(**given), union)


def bill(world: World, union: Union, **facts: Any) -> Bill:
    given = {
        "budget": budget(world, union),
        "month": date(2026, 10, 1),
        "lines": [{"route": "模拟通道", "price": 40, "parts": 12, "amount": 480}],
        "parts": 12,
        "amount": 480,
        "issued_at": timezone.now(),
        **facts,
    }
    return _placed(Bill(**given), union)


MAKERS = {
    "short-batches": batch,
    "short-messages": message,
    "short-replies": incoming,
    "short-templates": template,
    "short-signatures": signature,
    "short-audiences": audience,
    "short-consents": consent,
    "short-blacklist": black,
    "short-keywords": keyword,
    "short-routes": route,
    "short-budgets": budget,
    "short-bills": bill,
}
