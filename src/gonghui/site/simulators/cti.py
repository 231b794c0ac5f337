"""The switch of a call centre (模拟): calls one can place, and its events, lost, doubled, late.

Events are handed to the seam as the real switch would hand them: signed JSON, through the same
view. In place of a connection the request is made in this process.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.test import RequestFactory
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from gonghui.kernel.base.errors import Refusal
from gonghui.site.simulators.keeping import state
from gonghui.systems.rights.feedback.rules.calls import KINDS
from gonghui.systems.rights.feedback.views import seams

MOODS = {
    "well": "正常",
    "losing": "丢失：每两个事件丢一个",
    "doubling": "重复：每个事件送两次",
    "reordering": "乱序：先发生的后送达",
}
FRESH: dict[str, Any] = {"mood": "well", "calls": [], "held_back": [], "sent": 0, "error": ""}
KEPT = 20
STEPS = {
    "": ("ringing",),
    "ringing": ("answered", "hung_up"),
    "answered": ("held", "transferred", "hung_up"),
    "held": ("resumed", "hung_up"),
    "resumed": ("held", "transferred", "hung_up"),
    "transferred": ("held", "hung_up"),
    "hung_up": ("recorded",),
    "recorded": (),
}
WORDS = {
    "answered": "接听",
    "held": "保持",
    "resumed": "恢复",
    "transferred": "转接",
    "hung_up": "挂断",
    "recorded": "录音就绪",
}


def event(call: dict[str, Any], kind: str, agent: str) -> dict[str, Any]:
    """One event as the switch words it."""
    said = {
        "call": call["id"],
        "key": uuid.uuid4().hex,
        "kind": kind,
        "at": timezone.now().isoformat(),
    }
    if kind == "ringing":
        said["number"] = call["number"]
    if kind in ("answered", "transferred"):
        said["agent"] = agent
    if kind == "recorded":
        said["recording"] = f"REC-{call['id']}"
    return said


def delivery(known: dict[str, Any], said: dict[str, Any]) -> list[dict[str, Any]]:
    """What reaches the platform of an event now, by the mood of the line."""
    known["sent"] += 1
    match known["mood"]:
        case "losing":
            return [said] if known["sent"] % 2 else []
        case "doubling":
            return [said, said]
        case "reordering":
            if not known["held_back"]:
                known["held_back"] = [said]
                return []
            late, known["held_back"] = known["held_back"], []
            return [said, *late]
    late, known["held_back"] = known["held_back"], []
    return [*late, said]


def push(events: list[dict[str, Any]]) -> None:
    """Hand events to the seam, signed."""
    body = json.dumps({"events": events}).encode()
    key = str(seams.SWITCH_KEY.value() or "")
    request = RequestFactory().post(
        "/feedback/switch/events",
        body,
        content_type="application/json",
        headers={"X-Signature": seams.signature(body, key)},
    )
    seams.switch_events(request)


def _act(asked: Any) -> None:
    with state("cti", FRESH) as known:
        if asked.get("mood") in MOODS:
            known["mood"] = asked["mood"]
            return
        if asked.get("number"):
            call = {"id": uuid.uuid4().hex[:12], "number": asked["number"][:20], "last": ""}
            known["calls"] = [call, *known["calls"]][:KEPT]
            kind = "ringing"
        else:
            found = [item for item in known["calls"] if item["id"] == asked.get("call")]
            kind = asked.get("kind", "")
            if not found or kind not in STEPS[found[0]["last"]] or kind not in KINDS:
                return
            call = found[0]
        call["last"] = kind
        events = delivery(known, event(call, kind, asked.get("agent", "")[:20] or "801"))
    words = ""
    if events:
        try:
            push(events)
        except Refusal as refusal:
            words = str(refusal)
    with state("cti", FRESH) as known:
        known["error"] = words


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Place a call and move it on; make the line err."""
    if request.method == "POST":
        _act(request.POST)
        return HttpResponseRedirect(reverse("simulated-cti"))
    with state("cti", FRESH) as known:
        mood, calls, error = known["mood"], list(known["calls"]), known["error"]
    context = {
        "mood": MOODS[mood],
        "moods": [(key, words, key == mood) for key, words in MOODS.items()],
        "calls": [
            (call, KINDS[call["last"]], [(kind, WORDS[kind]) for kind in STEPS[call["last"]]])
            for call in calls
        ],
        "error": error,
    }
    return render(request, "simulators/cti.html", context)


urlpatterns = [path("cti/", page, name="simulated-cti")]
