"""An outside system that takes users over SCIM 2.0 (模拟): it works, fails, is silent, or lies."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from gonghui.site.simulators.keeping import state
from gonghui.systems.foundation.users.rules.scim import ERROR, LIST, USER, Fault
from gonghui.systems.foundation.users.rules.scim_filters import matches, parse

MEDIA = "application/scim+json"
SILENCE = 12.0
"""Longer than anybody waits."""


class Mood(StrEnum):
    """How it behaves; the words are in MOODS."""

    WELL = "well"
    BROKEN = "broken"
    SILENT = "silent"
    LYING = "lying"
    STRICT = "strict"


MOODS = {
    Mood.WELL: "正常",
    Mood.BROKEN: "故障：一律应答 500",
    Mood.SILENT: "没有应答：一直不答复",
    Mood.LYING: "说假话：答复成功，但不保存",
    Mood.STRICT: "挑剔：拒绝没有职务的用户",
}


@dataclass
class Answer:
    """What goes back: status, SCIM document and ETag."""

    status: int
    document: dict[str, Any] | None = None
    version: str = ""


class Outside:
    """The system itself. counts: how often it was asked to do what."""

    def state(self) -> AbstractContextManager[dict[str, Any]]:
        """What it knows, alone; written back when the block ends well."""
        return state("scim", {"mood": Mood.WELL, "users": {}, "counts": {}})

    def become(self, mood: Mood) -> None:
        with self.state() as known:
            known["mood"] = mood

    def users(self) -> list[dict[str, Any]]:
        with self.state() as known:
            return list(known["users"].values())

    def answer(
        self,
        method: str,
        place: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        """One request; place: the path below the base address, without slashes around it."""
        if not headers.get("Authorization", "").startswith("Bearer "):
            return _error(401, "没有令牌。")
        with self.state() as known:
            known["counts"][method] = known["counts"].get(method, 0) + 1
            mood = Mood(known["mood"])
        if mood is Mood.SILENT:
            time.sleep(SILENCE)
        if mood in {Mood.BROKEN, Mood.SILENT}:
            return _error(500, "模拟故障。")
        kind, _, key = place.partition("/")
        if kind != "Users":
            return _error(404, "没有这个地址。")
        try:
            with self.state() as known:
                return self._users(known, mood, method, key, query, headers, body)
        except Fault as fault:
            return _error(fault.answer, fault.message, fault.scim_type)
        except ValueError:
            return _error(400, "正文不是 JSON。", "invalidSyntax")

    def _users(
        self,
        known: dict[str, Any],
        mood: Mood,
        method: str,
        key: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        users = known["users"]
        if not key and method == "GET":
            return _listed(list(users.values()), query)
        if not key and method == "POST":
            return self._create(users, mood, json.loads(body))
        found = users.get(key)
        if found is None:
            return _error(404, "没有这个用户。")
        if method == "GET":
            return Answer(200, found, found["meta"]["version"])
        if headers.get("If-Match", found["meta"]["version"]) != found["meta"]["version"]:
            return _error(412, "版本不对。")
        if method == "PUT":
            return self._keep(users, mood, key, json.loads(body), 200)
        if method == "DELETE":
            if mood is not Mood.LYING:
                del users[key]
            return Answer(204)
        return _error(405, "不支持。")

    def _create(self, users: dict[str, Any], mood: Mood, document: dict[str, Any]) -> Answer:
        name = str(document.get("userName", "")).lower()
        if any(each["userName"].lower() == name for each in users.values()):
            return _error(409, "用户名已存在。", "uniqueness")
        return self._keep(users, mood, uuid.uuid4().hex[:12], document, 201)

    def _keep(
        self, users: dict[str, Any], mood: Mood, key: str, document: dict[str, Any], status: int
    ) -> Answer:
        if not document.get("userName") or USER not in document.get("schemas", []):
            return _error(400, "缺少用户名。", "invalidValue")
        text = json.dumps(document, sort_keys=True)
        if mood is Mood.STRICT and '"post"' not in text:
            return _error(400, "本系统要求填写职务。", "invalidValue")
        version = f'W/"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
        kept = {**document, "id": key, "meta": {"resourceType": "User", "version": version}}
        if mood is not Mood.LYING:
            users[key] = kept
        return Answer(status, kept, version)


def _listed(users: list[dict[str, Any]], query: Mapping[str, str]) -> Answer:
    if text := query.get("filter"):
        condition = parse(text)
        users = [user for user in users if matches(condition, user)]
    start = max(int(query.get("startIndex") or 1), 1)
    page = users[start - 1 : start - 1 + min(int(query.get("count") or 50), 50)]
    return Answer(
        200,
        {
            "schemas": [LIST],
            "totalResults": len(users),
            "startIndex": start,
            "itemsPerPage": len(page),
            "Resources": page,
        },
    )


def _error(status: int, detail: str, kind: str = "") -> Answer:
    document = {"schemas": [ERROR], "status": str(status), "detail": detail}
    return Answer(status, {**document, **({"scimType": kind} if kind else {})})


OUTSIDE = Outside()


@csrf_exempt
def interface(request: HttpRequest, place: str) -> HttpResponse:
    """Its SCIM interface."""
    found = OUTSIDE.answer(
        request.method or "", place, request.GET.dict(), request.headers, request.body
    )
    content = json.dumps(found.document, ensure_ascii=False) if found.document else ""
    response = HttpResponse(content, status=found.status, content_type=MEDIA)
    if found.version:
        response["ETag"] = found.version
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What it knows of our users, and its mood, which anybody at the demo may change."""
    if request.method == "POST":
        asked = request.POST.get("mood", "")
        if asked in MOODS:
            OUTSIDE.become(Mood(asked))
        return HttpResponseRedirect(reverse("simulated-scim"))
    with OUTSIDE.state() as known:
        mood, users = Mood(known["mood"]), list(known["users"].values())
    context = {
        "mood": MOODS[mood],
        "moods": [(str(key), words, key is mood) for key, words in MOODS.items()],
        "users": [_row(user) for user in users[:200]],
        "total": len(users),
    }
    return render(request, "simulators/scim.html", context)


def _row(user: dict[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = next(
        (value for name, value in user.items() if ":gonghui:" in name and isinstance(value, dict)),
        {},
    )
    roles = part.get("roles") or []
    return {
        "name": user.get("displayName", ""),
        "username": user.get("userName", ""),
        "active": user.get("active", True),
        "post": part.get("post", ""),
        "union": part.get("unionName", ""),
        "roles": "、".join(
            f"{each.get('unionName', '')}{each.get('display', '')}"
            for each in roles
            if isinstance(each, dict)
        ),
    }


urlpatterns = [
    path("scim/", page, name="simulated-scim"),
    path("scim/v2/<path:place>", interface, name="simulated-scim-interface"),
]
