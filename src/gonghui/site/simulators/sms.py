"""A carrier of text messages (模拟): takes them over HTTP, shows them, fails as it is told."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.site.simulators.keeping import state

MOODS = {
    "well": "正常",
    "slow": "缓慢：3 秒后应答",
    "silent": "没有应答：超时",
    "broken": "故障：应答 500",
    "refusing": "拒收：应答 400",
    "forgetful": "收下后应答 500（会被重发）",
    "doubling": "重复：每条送达两次",
}
FRESH: dict[str, Any] = {"mood": "well", "messages": [], "keys": {}}
KEPT = 60
SLOW, SILENCE = 3.0, 12.0


@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """The carrier's interface: {"mobile", "text"} under an Idempotency-Key."""
    with state("sms", FRESH) as known:
        mood = known["mood"]
    if mood == "silent":
        time.sleep(SILENCE)
    if mood == "slow":
        time.sleep(SLOW)
    if mood in {"broken", "silent"}:
        return JsonResponse({"error": "simulated failure"}, status=500)
    try:
        asked = json.loads(request.body)
        mobile, text = str(asked["mobile"]), str(asked["text"])[:500]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "bad request"}, status=400)
    if mood == "refusing":
        return JsonResponse({"error": "simulated refusal"}, status=400)
    number = _deliver(request.headers.get("Idempotency-Key", ""), mobile, text, mood)
    if mood == "forgetful":
        with state("sms", FRESH) as known:
            known["mood"] = "well"
        return JsonResponse({"error": "simulated failure after delivery"}, status=500)
    return JsonResponse({"id": number})


def _deliver(key: str, mobile: str, text: str, mood: str) -> str:
    """Show the message once per key, twice when doubling; the carrier's number for it."""
    with state("sms", FRESH) as known:
        if key and key in known["keys"]:
            return known["keys"][key]
        number = uuid.uuid4().hex[:16]
        at = timezone.now().isoformat()
        copies = 2 if mood == "doubling" else 1
        known["messages"] += [{"id": number, "mobile": mobile, "text": text, "at": at}] * copies
        known["messages"] = known["messages"][-KEPT:]
        known["keys"][key] = number
        known["keys"] = dict(list(known["keys"].items())[-KEPT * 4 :])
    return number


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What it delivered, newest first, and its mood, which anybody at the demo may change."""
    if request.method == "POST":
        if request.POST.get("mood") in MOODS:
            with state("sms", FRESH) as known:
                known["mood"] = request.POST["mood"]
        return HttpResponseRedirect(reverse("simulated-sms"))
    with state("sms", FRESH) as known:
        mood, messages = known["mood"], list(reversed(known["messages"]))
    context = {
        "mood": MOODS[mood],
        "moods": [(key, words, key == mood) for key, words in MOODS.items()],
        "items": [{**item, "at": parse_datetime(item["at"])} for item in messages],
    }
    return render(request, "simulators/sms.html", context)


urlpatterns = [
    path("sms/", page, name="simulated-sms"),
    path("sms/messages", take, name="simulated-sms-messages"),
]
