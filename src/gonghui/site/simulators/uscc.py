"""The platform that issues credit codes (模拟): it allots, is down, is slow, lies, repeats."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from gonghui.kernel.base.identifiers import (
    USCC_CHARACTERS,
    organisation_code_check_character,
    uscc_check_character,
)
from gonghui.site.simulators.keeping import state

MOODS = {
    "well": "正常",
    "down": "停机：一律应答 500",
    "silent": "没有应答：超时",
    "slow": "缓慢：3 秒后应答",
    "forgetful": "赋码后应答 500（再问得到同一代码）",
    "pending": "受理中：暂不给出代码",
    "declining": "不予赋码：名称重复",
    "garbled": "胡言：应答不是约定的格式",
    "wrong_check": "说假话：校验位不对",
    "wrong_region": "说假话：别的地区的代码",
    "wrong_name": "说假话：别的单位的代码",
    "wrong_range": "说假话：号段以外的代码",
    "wrong_key": "答非所问：别的申请的应答",
    "stolen": "说假话：把已赋给别家的代码改记到这家名下",
    "ghost": "说假话：给了代码但不登记",
    "doubling": "重复：总是给同一个代码",
}
FRESH: dict[str, Any] = {"mood": "well", "serial": 0, "keys": {}, "codes": {}, "asked": 0}
SLOW, SILENCE = 3.0, 12.0
BODY = "MC"
"""How the bodies of its codes begin; the range filed for the demo is MC000000 to MC999999."""


@dataclass
class Answer:
    """What goes back: status and JSON document."""

    status: int
    document: Any = None


class Outside:
    """The platform itself."""

    def state(self) -> AbstractContextManager[dict[str, Any]]:
        """What it knows, alone; written back when the block ends well."""
        return state("uscc", json.loads(json.dumps(FRESH)))

    def become(self, mood: str) -> None:
        with self.state() as known:
            known["mood"] = mood

    def codes(self) -> dict[str, dict[str, str]]:
        """The codes it keeps, by code: whose, and whether in use."""
        with self.state() as known:
            return dict(known["codes"])

    def answer(self, method: str, place: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request; place: the path below the base address, without slashes around it."""
        with self.state() as known:
            known["asked"] += 1
            mood = known["mood"]
        if mood in {"silent", "slow"}:
            time.sleep(SILENCE if mood == "silent" else SLOW)
        if mood in {"down", "silent"}:
            return Answer(500, {"error": "simulated failure"})
        if mood == "garbled":
            return Answer(200, ["simulated", "nonsense"])
        try:
            asked = json.loads(body or b"{}")
        except ValueError:
            return Answer(400, {"error": "bad request"})
        parts = place.split("/")
        if method == "POST" and place == "requests":
            return self._ask(headers.get("Idempotency-Key", ""), asked, mood)
        if method == "GET" and len(parts) == 2 and parts[0] == "codes":
            return self._holder(parts[1])
        if method == "POST" and len(parts) == 3 and parts[2] == "cancel":
            return self._cancel(parts[1])
        return Answer(404, {"error": "no such address"})

    def _ask(self, key: str, asked: dict[str, Any], mood: str) -> Answer:
        if not key or not asked.get("name") or not asked.get("region"):
            return Answer(400, {"error": "bad request"})
        with self.state() as known:
            if mood == "pending":
                return Answer(202, {"key": key, "state": "pending", "reason": "正在核对名称"})
            if mood == "declining":
                return Answer(
                    200, {"key": key, "state": "refused", "reason": "名称与已赋码单位重复"}
                )
            name, region = str(asked["name"]), str(asked["region"])
            said = {"key": key, "state": "allotted", "name": name, "serial": uuid.uuid4().hex[:12]}
            if lie := self._lie(known, mood, region, name):
                return Answer(200, {**said, **lie})
            if key not in known["keys"]:
                known["keys"][key] = {**said, "uscc": self._keep(known, region, name)}
            found = known["keys"][key]
        if mood == "forgetful":
            return Answer(500, {"error": "simulated failure after allotting"})
        return Answer(201, found)

    def _lie(self, known: dict[str, Any], mood: str, region: str, name: str) -> dict[str, str]:
        """What a lying mood says of a code; nothing for the others."""
        held = list(known["codes"])
        if mood in {"doubling", "stolen"} and not held:
            return {}
        lie = {}
        match mood:
            case "wrong_check":
                code = self._next(known, region)
                wrong = USCC_CHARACTERS[(USCC_CHARACTERS.index(code[17]) + 1) % 31]
                lie = {"uscc": code[:17] + wrong}
            case "wrong_region":
                lie = {"uscc": self._next(known, "320102")}
            case "wrong_range":
                lie = {"uscc": code_of("81", region, f"YY{known['serial']:06d}")}
            case "wrong_name":
                lie = {"uscc": self._next(known, region), "name": "另一家单位工会委员会"}
            case "wrong_key":
                lie = {"uscc": self._keep(known, region, name), "key": uuid.uuid4().hex}
            case "stolen":
                known["codes"][held[0]] = {"name": name, "state": "in_use"}
                lie = {"uscc": held[0]}
            case "doubling":
                lie = {"uscc": held[-1]}
            case "ghost":
                lie = {"uscc": self._next(known, region)}
        return lie

    def _keep(self, known: dict[str, Any], region: str, name: str) -> str:
        code = self._next(known, region)
        known["codes"][code] = {"name": name, "state": "in_use"}
        return code

    def _next(self, known: dict[str, Any], region: str) -> str:
        known["serial"] += 1
        return code_of("81", region, f"{BODY}{known['serial']:06d}")

    def _holder(self, code: str) -> Answer:
        with self.state() as known:
            found = known["codes"].get(code)
            if found is None:
                return Answer(404, {"error": "no such code"})
            return Answer(200, {"uscc": code, **found})

    def _cancel(self, code: str) -> Answer:
        with self.state() as known:
            found = known["codes"].setdefault(code, {"name": "", "state": "in_use"})
            found["state"] = "cancelled"
            return Answer(200, {"uscc": code, **found})


def code_of(prefix: str, region: str, body: str) -> str:
    """A code of the standard's form with both checks right."""
    first17 = f"{prefix}{region}{body}{organisation_code_check_character(body)}"
    if any(sign not in USCC_CHARACTERS for sign in first17):
        # The check of GB 11714 may be X, which stands in the alphabet; other signs may not.
        raise ValueError(f"no code has the body {body}")
    return first17 + uscc_check_character(first17)


OUTSIDE = Outside()


@csrf_exempt
def interface(request: HttpRequest, place: str) -> HttpResponse:
    """Its interface."""
    found = OUTSIDE.answer(request.method or "", place, request.headers, request.body)
    return JsonResponse(found.document, status=found.status, safe=False)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What it has allotted, newest first, and its mood, which anybody at the demo may change."""
    if request.method == "POST":
        if request.POST.get("mood") in MOODS:
            OUTSIDE.become(request.POST["mood"])
        return HttpResponseRedirect(reverse("simulated-uscc"))
    with OUTSIDE.state() as known:
        mood, codes = known["mood"], known["codes"]
    context = {
        "mood": MOODS[mood],
        "moods": [(key, words, key == mood) for key, words in MOODS.items()],
        "codes": [
            {"uscc": code, "name": held["name"], "in_use": held["state"] == "in_use"}
            for code, held in list(reversed(codes.items()))[:200]
        ],
    }
    return render(request, "simulators/uscc.html", context)


urlpatterns = [
    path("uscc/", page, name="simulated-uscc"),
    path("uscc/<path:place>", interface, name="simulated-uscc-interface"),
]
