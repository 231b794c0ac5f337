"""The national federation's office environment (模拟): it takes, sends, is down, lies, repeats."""

from __future__ import annotations

import base64
import json
import time
import uuid
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from gonghui.kernel.base.digests import sm3
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.documents import content, rendering
from gonghui.site.simulators.keeping import state
from gonghui.site.simulators.uscc import Answer
from gonghui.systems.office.circulation.actions.national import SIMULATED_KEY
from gonghui.systems.office.circulation.rules import exchange

MOODS = {
    "well": "正常",
    "down": "停机：一律应答 500",
    "silent": "没有应答：超时",
    "slow": "缓慢：3 秒后应答",
    "forgetful": "收下后应答 500（再送得到同一回执）",
    "declining": "退回报送的公文",
    "garbled": "胡言：应答不是约定的格式",
    "forged": "说假话：签名不对",
    "swapped": "说假话：别的公文的回执",
    "ghost": "说假话：给了回执但不保存",
    "doubling": "重复：来文总是再送一遍",
    "altered": "说假话：同一来文换了内容再送",
}
FRESH: dict[str, Any] = {"mood": "well", "taken": {}, "outbox": {}, "acknowledged": {}}
SLOW, SILENCE = 3.0, 12.0
NOWHERE = Answer(404, {"error": "no such address"})
ORGAN = "中华全国总工会办公厅"


class Outside:
    """The environment itself."""

    def state(self) -> AbstractContextManager[dict[str, Any]]:
        """What it knows, alone; written back when the block ends well."""
        return state("national", json.loads(json.dumps(FRESH)))

    def become(self, mood: str) -> None:
        with self.state() as known:
            known["mood"] = mood

    def issue(self, title: str, number: str, file: bytes, day: date, organ: str = ORGAN) -> str:
        """Put a document for the province into the outbox; its id."""
        id = uuid.uuid4().hex[:12]
        with self.state() as known:
            known["outbox"][id] = {
                "id": id,
                "organ": organ,
                "number": number,
                "title": title,
                "urgency": "",
                "issued_on": day.isoformat(),
                "file_name": f"{title}.pdf",
                "file": base64.b64encode(file).decode(),
                "sm3": sm3(file).hex(),
            }
        return id

    def answer(self, method: str, place: str, body: bytes) -> Answer:
        """One request; place: the path below the base address, without slashes around it."""
        with self.state() as known:
            mood = known["mood"]
        if mood in {"silent", "slow"}:
            time.sleep(SILENCE if mood == "silent" else SLOW)
        if mood in {"down", "silent"}:
            return Answer(500, {"error": "simulated failure"})
        if mood == "garbled":
            return Answer(200, ["simulated", "nonsense"])
        parts = place.split("/")
        if method == "GET" and place == "outbox":
            return self._outbox(mood)
        if method == "GET" and len(parts) == 2 and parts[0] == "documents":
            with self.state() as known:
                kept = known["taken"].get(parts[1])
            if kept is None:
                return Answer(404, {"error": "no such document"})
            return self._signed(kept["receipt"], mood)
        return self._posted(parts, body, mood) if method == "POST" else NOWHERE

    def _posted(self, parts: list[str], body: bytes, mood: str) -> Answer:
        try:
            message = exchange.opened(json.loads(body or b"{}"), SIMULATED_KEY)
        except (ValueError, Refusal):
            return Answer(400, {"error": "bad request"})
        if parts == ["documents"]:
            return self._take(message, mood)
        if len(parts) == 3 and parts[0] == "outbox":
            with self.state() as known:
                known["acknowledged"].setdefault(parts[1], []).append(message["receipt"])
            return Answer(200, {"id": parts[1]})
        return NOWHERE

    def _signed(self, message: dict[str, Any], mood: str) -> Answer:
        key = "another key" if mood == "forged" else SIMULATED_KEY
        return Answer(200, exchange.signed(message, key))

    def _take(self, message: dict[str, Any], mood: str) -> Answer:
        id = str(message["id"])
        receipt = {"id": id, "sm3": message["sm3"], "state": exchange.CONFIRMED}
        if mood == "declining":
            return self._signed(
                {**receipt, "state": exchange.DECLINED, "reason": "请补充附件后重新报送"}, mood
            )
        if mood == "swapped":
            return self._signed({**receipt, "id": "another", "receipt": "QZ-0"}, mood)
        if mood == "ghost":
            return self._signed({**receipt, "receipt": f"QZ-{uuid.uuid4().hex[:6]}"}, mood)
        with self.state() as known:
            if id not in known["taken"]:
                receipt["receipt"] = f"QZ-{len(known['taken']) + 1:06d}"
                kept = {name: message[name] for name in ("organ", "number", "title")}
                known["taken"][id] = {**kept, "receipt": receipt}
            receipt = known["taken"][id]["receipt"]
        if mood == "forgetful":
            return Answer(500, {"error": "simulated failure after taking"})
        return self._signed(receipt, mood)

    def _outbox(self, mood: str) -> Answer:
        with self.state() as known:
            waiting = [
                message
                for id, message in known["outbox"].items()
                if id not in known["acknowledged"] or mood in {"doubling", "altered"}
            ]
        if mood == "altered":
            other = b"%PDF-1.4 another"
            waiting = [
                {**message, "file": base64.b64encode(other).decode(), "sm3": sm3(other).hex()}
                for message in waiting
            ]
        key = "another key" if mood == "forged" else SIMULATED_KEY
        listed = [exchange.signed(message, key) for message in waiting]
        return Answer(200, {"documents": listed * 2 if mood == "doubling" else listed})


OUTSIDE = Outside()


@csrf_exempt
def interface(request: HttpRequest, place: str) -> HttpResponse:
    """Its interface."""
    found = OUTSIDE.answer(request.method or "", place, request.body)
    return JsonResponse(found.document, status=found.status, safe=False)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What it has taken and sent, and its mood, which anybody at the demo may change."""
    if request.method == "POST":
        if request.POST.get("mood") in MOODS:
            OUTSIDE.become(request.POST["mood"])
        elif request.POST.get("issue"):
            _issue()
        return HttpResponseRedirect(reverse("simulated-national"))
    with OUTSIDE.state() as known:
        taken, outbox, acknowledged = known["taken"], known["outbox"], known["acknowledged"]
        mood = known["mood"]
    context = {
        "mood": MOODS[mood],
        "moods": [(key, words, key == mood) for key, words in MOODS.items()],
        "taken": list(reversed(taken.values()))[:200],
        "sent": [
            {**message, "receipt": next(iter(acknowledged.get(id, [])), "")}
            for id, message in reversed(outbox.items())
        ][:200],
    }
    return render(request, "simulators/national.html", context)


def _issue() -> None:
    """A notice to every province, set like any other document."""
    today = timezone.localdate()
    with OUTSIDE.state() as known:
        serial = 40 + len(known["outbox"])
    number, title = f"总工办发〔{today.year}〕{serial}号", f"关于报送第{serial}期工作信息的通知"
    file = rendering.render(
        content.Official(
            organs=(f"{ORGAN}（模拟）",),
            kind=content.Kind.DOCUMENT,
            title=title,
            body=("请于月底前报送工作信息。", "本件由演示用的模拟系统发出。"),
            number=number,
            to=("各省、自治区、直辖市总工会",),
            date=today,
        )
    )
    OUTSIDE.issue(title, number, file, today)


urlpatterns = [
    path("national/", page, name="simulated-national"),
    path("national/<path:place>", interface, name="simulated-national-interface"),
]
