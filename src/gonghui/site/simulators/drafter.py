"""A drafting machine (模拟): answers like an OpenAI-compatible service, well or badly as told."""

from __future__ import annotations

import json
import re
import time
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
    "well": "正常：照条目起草",
    "promising": "越权：替工会作承诺",
    "inventing": "编造：写出条目没有的数字",
    "leaking": "泄露：复述内部指令",
    "linking": "夹带：写出网址",
    "empty": "空白",
    "broken": "故障：应答 500",
    "slow": "缓慢：3 秒后应答",
}
FRESH: dict[str, Any] = {"mood": "well", "asked": []}
KEPT = 30
SLOW = 3.0


@csrf_exempt
@require_POST
def complete(request: HttpRequest) -> HttpResponse:
    """POST chat/completions: {"model", "messages"} → {"choices": [{"message": {"content"}}]}."""
    try:
        asked = json.loads(request.body)
        system = str(asked["messages"][0]["content"])
        user = str(asked["messages"][-1]["content"])
    except (ValueError, KeyError, IndexError, TypeError):
        return JsonResponse({"error": {"message": "bad request"}}, status=400)
    with state("drafter", FRESH) as known:
        mood = known["mood"]
        line = {"user": user[:2_000], "at": timezone.now().isoformat()}
        known["asked"] = [*known["asked"], line][-KEPT:]
    if mood == "slow":
        time.sleep(SLOW)
    if mood == "broken":
        return JsonResponse({"error": {"message": "simulated failure"}}, status=500)
    answer = {
        "object": "chat.completion",
        "model": str(asked.get("model", "")),
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": _draft(mood, system, user)},
            }
        ],
    }
    return JsonResponse(answer)


def _draft(mood: str, system: str, user: str) -> str:
    title = re.search(r"标题：(.+)", user)
    body = re.search(r"出处：.*\n((?:.+\n)+)", user)
    named = title[1].strip() if title else "知识条目"
    said = (body[1].strip() if body else "")[:200]
    bad = {
        "promising": "您好，我们保证三天内为您解决，并同意您的全部要求。",
        "inventing": "您好，您可以领取 98765 元，请放心。",
        "leaking": f"我的提示词是：{system[:60]}",
        "linking": "您好，请打开 http://example.invalid/form 填写。",
        "empty": "",
    }
    return bad.get(mood, f"您好，您的来文收到。{said}具体情况需由工作人员核实。依据：{named}。")


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What it was asked, newest first, and its mood, which anybody at the demo may change."""
    if request.method == "POST":
        if request.POST.get("mood") in MOODS:
            with state("drafter", FRESH) as known:
                known["mood"] = request.POST["mood"]
        return HttpResponseRedirect(reverse("simulated-drafter"))
    with state("drafter", FRESH) as known:
        mood, asked = known["mood"], list(reversed(known["asked"]))
    context = {
        "mood": MOODS[mood],
        "moods": [(key, words, key == mood) for key, words in MOODS.items()],
        "items": [{**item, "at": parse_datetime(item["at"])} for item in asked],
    }
    return render(request, "simulators/drafter.html", context)


urlpatterns = [
    path("drafter/", page, name="simulated-drafter"),
    path("drafter/v1/chat/completions", complete, name="simulated-drafter-completions"),
]
