"""Pages of the simulated short message centre and media gateway (模拟).

What they took, how they behave, and a phone that writes to us. The centre itself listens in a
process of its own.
"""

from __future__ import annotations

import base64
import itertools
import json
import time
import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.site.simulators.carriers import KEPT, MOODS, Center, Served, Taken
from gonghui.site.simulators.keeping import state
from gonghui.systems.media.short_messages.rules import payloads

FRESH: dict[str, Any] = {"mood": "well", "taken": [], "replies": []}
MEDIA: dict[str, Any] = {"mood": "well", "messages": [], "keys": {}}
MEDIA_MOODS = {
    "well": "正常",
    "broken": "故障：应答 500",
    "refusing": "拒收：应答 400",
    "forgetful": "收下后应答 500",
}
EVERY = 0.5


def run(smpp: int, cmpp: int) -> None:
    """Listen until the process ends, as the page says."""
    waiting: list[Taken] = []
    center = Center(receipt_after=1.0, told=waiting.append)
    # A number is never given twice, by an earlier run of the centre neither.
    center.numbers = itertools.count(int(time.time()))
    with Served(center, smpp, cmpp) as served:
        while True:
            with state("smsc", FRESH) as known:
                center.mood = known["mood"]
                replies, known["replies"] = known["replies"], []
                fresh, waiting[:] = list(waiting), []
                known["taken"] = [*known["taken"], *map(_shown, fresh)][-KEPT:]
            for mobile, text in replies:
                served.reply(mobile, text)
            time.sleep(EVERY)


def _shown(made: Taken) -> dict[str, str]:
    at = timezone.make_aware(made.at) if timezone.is_naive(made.at) else made.at
    return {
        "protocol": made.protocol.upper(),
        "mobile": made.mobile,
        "number": made.number,
        "text": made.text,
        "at": at.isoformat(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What the centre took, newest first, its mood, and a phone to write from."""
    if request.method == "POST":
        with state("smsc", FRESH) as known:
            if request.POST.get("mood") in MOODS:
                known["mood"] = request.POST["mood"]
            mobile, text = request.POST.get("mobile", ""), request.POST.get("text", "")
            if mobile.isdecimal() and text:
                known["replies"] = [*known["replies"], [mobile[:15], text[:500]]]
        return HttpResponseRedirect(reverse("simulated-smsc"))
    with state("smsc", FRESH) as known:
        mood, taken = known["mood"], list(reversed(known["taken"]))
    with state("media", MEDIA) as known:
        media, messages = known["mood"], list(reversed(known["messages"]))
    context = {
        "mood": MOODS[mood],
        "moods": [(key, words, key == mood) for key, words in MOODS.items()],
        "items": [{**item, "at": parse_datetime(item["at"])} for item in taken],
        "media_moods": [(key, words, key == media) for key, words in MEDIA_MOODS.items()],
        "media": [
            {
                **item,
                "at": parse_datetime(item["at"]),
                "form": payloads.PAYLOADS[item["payload"]].title
                if item["payload"] in payloads.PAYLOADS
                else "",
            }
            for item in messages
        ],
    }
    return render(request, "simulators/smsc.html", context)


@require_POST
def media_mood(request: HttpRequest) -> HttpResponse:
    """How the media gateway behaves."""
    if request.POST.get("mood") in MEDIA_MOODS:
        with state("media", MEDIA) as known:
            known["mood"] = request.POST["mood"]
    return HttpResponseRedirect(reverse("simulated-smsc"))


@csrf_exempt
@require_POST
def media(request: HttpRequest) -> HttpResponse:
    """The media gateway's interface; a key is taken once."""
    key = request.headers.get("Idempotency-Key", "")
    try:
        asked = json.loads(request.body)
        item = {name: str(asked[name])[:500] for name in ("mobile", "payload", "text", "link")}
        item["files"] = [
            {"type": str(file["type"])[:60], "size": len(base64.b64decode(file["content"]))}
            for file in asked.get("files", [])
        ]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "bad request"}, status=400)
    with state("media", MEDIA) as known:
        mood = known["mood"]
        if mood == "broken":
            return JsonResponse({"error": "simulated failure"}, status=500)
        if mood == "refusing":
            return JsonResponse({"error": "simulated refusal"}, status=400)
        if key not in known["keys"]:
            known["keys"][key] = uuid.uuid4().hex[:16]
            at = timezone.now().isoformat()
            known["messages"] = [*known["messages"], {**item, "at": at}][-KEPT:]
        number = known["keys"][key]
        if mood == "forgetful":
            known["mood"] = "well"
            return JsonResponse({"error": "simulated failure after taking"}, status=500)
    return JsonResponse({"id": number})


@require_safe
def media_state(request: HttpRequest, number: str) -> HttpResponse:
    """What became of a message."""
    with state("media", MEDIA) as known:
        found = number in known["keys"].values()
    return JsonResponse({"state": "DELIVRD" if found else "UNKNOWN"}, status=200 if found else 404)


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """It lives."""
    return JsonResponse({"at": datetime.now().isoformat()})


urlpatterns = [
    path("smsc/", page, name="simulated-smsc"),
    path("smsc/media/", media_mood, name="simulated-media-mood"),
    path("media/messages", media, name="simulated-media"),
    path("media/messages/<str:number>", media_state, name="simulated-media-state"),
    path("media/health", health, name="simulated-media-health"),
]
