"""Where other machines speak to C4.5: the switch's events, messages of WeChat and Weibo.

Both are POSTs of JSON, signed: `X-Signature` is the hexadecimal HMAC-SHA256 of the body under the
key of a Setting. Without a key set nothing is taken. What is sent twice is taken once.

    POST /feedback/switch/events   {"events": [{"call", "key", "kind", "at", "number"?, "agent"?,
                                    "recording"?}]}         -> {"new": 3}
    POST /feedback/channels        {"messages": [{"source", "key", "sender", "text"}]}
                                            -> {"taken": [{"key", "number"} or {"key", "refused"}]}
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.systems.rights.feedback.actions import calls, channels
from gonghui.systems.rights.feedback.rules.calls import KINDS

SIMULATED_KEY = "simulated-switch" if settings.SIMULATORS else ""
SWITCH_KEY = Setting(
    "feedback.switch_key",
    "话务平台的签名密钥",
    str,
    SIMULATED_KEY,
    "话务平台推送事件时用它签名；不填不接收。",
    maximum=200,
    secret=True,
)
CHANNEL_KEY = Setting(
    "feedback.channel_key",
    "微信微博接入的签名密钥",
    str,
    "",
    "公众号和微博接入程序推送消息时用它签名；不填不接收。",
    maximum=200,
    secret=True,
)
MOST = 500
FARTHEST = timedelta(days=366)
"""An event so far from now is of a clock that is wrong."""


def signature(body: bytes, key: str) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def _signed(request: HttpRequest, setting: Setting, name: str) -> list[dict[str, Any]]:
    """The list under a name in a signed body; Forbidden and Refusal for anything else."""
    key = str(setting.value() or "")
    given = request.headers.get("X-Signature", "")
    if not key or not hmac.compare_digest(signature(request.body, key).encode(), given.encode()):
        raise Forbidden("签名不对。", code="signature")
    try:
        found = json.loads(request.body)[name]
    except (ValueError, KeyError, TypeError):
        raise Refusal("内容不是规定的 JSON。", code="json") from None
    if not isinstance(found, list) or len(found) > MOST:
        raise Refusal(f"一次最多 {MOST} 条。", code="many")
    if not all(isinstance(item, dict) for item in found):
        raise Refusal("内容不是规定的 JSON。", code="json")
    return found


@csrf_exempt
@require_POST
def switch_events(request: HttpRequest) -> JsonResponse:
    """Events of calls, in any order."""
    heard = [_heard(item) for item in _signed(request, SWITCH_KEY, "events")]
    return JsonResponse({"new": calls.hear(heard)})


def _heard(item: dict[str, Any]) -> calls.Heard:
    words = {name: str(item.get(name, "") or "") for name in ("call", "key", "kind")}
    try:
        at = parse_datetime(str(item.get("at", "")))
    except ValueError:
        at = None
    if at is not None and timezone.is_naive(at) and 1 < at.year < 9999:
        at = timezone.make_aware(at)
    known = at is not None and timezone.is_aware(at) and abs(at - timezone.now()) <= FARTHEST
    if not words["call"] or not words["key"] or words["kind"] not in KINDS or not known:
        raise Refusal("话务事件缺少编号、种类或时间。", code="event")
    return calls.Heard(
        words["call"][:60],
        words["key"][:80],
        words["kind"],
        at,
        str(item.get("number", "") or "")[:20],
        str(item.get("agent", "") or "")[:50],
        str(item.get("recording", "") or "")[:120],
    )


@csrf_exempt
@require_POST
def messages(request: HttpRequest) -> JsonResponse:
    """Messages of the public account and of Weibo; each becomes one complaint.

    One that cannot be taken, as a picture without words, keeps no other out.
    """
    taken = []
    for item in _signed(request, CHANNEL_KEY, "messages"):
        words = [str(item.get(name, "") or "") for name in ("source", "key", "sender", "text")]
        try:
            with transaction.atomic():
                got = channels.take(channels.Message(*words))
        except Refusal as refusal:
            taken.append({"key": item.get("key"), "refused": refusal.message})
        else:
            taken.append({"key": item.get("key"), "number": got.intake.number, "again": got.again})
    return JsonResponse({"taken": taken})
