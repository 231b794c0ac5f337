"""The interface for programs: the settings of a union, and proposing a change."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_current_timezone, is_naive, make_aware

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.memory import UNSET, Sealed
from gonghui.systems.foundation.config import queries
from gonghui.systems.foundation.config.actions.changes import Wanted, propose
from gonghui.systems.foundation.config.models import Change
from gonghui.systems.foundation.config.permissions import EDIT_SETTINGS


def listed(request: HttpRequest) -> JsonResponse:
    """GET ?union=ID: {"union", "items": [{setting, title, value, source, own, …}]}."""
    actor: Actor = request.actor
    union = queries.place(actor, request.GET.get("union", ""))
    items = [_item(item) for item in queries.in_force(union)]
    return JsonResponse({"union": union.pk, "name": union.name, "items": items})


def one(request: HttpRequest, code: str) -> JsonResponse:
    """GET ?union=ID gives one setting; POST {"union", "value", "reason", …} proposes a change.

    POST: `"inherit": true` instead of a value; optional "effective_at" (ISO 8601), "gray" (ids)
    and "expected" (the `last` of the GET). Answers 201 with the change.
    """
    actor: Actor = request.actor
    if request.method == "POST":
        return _propose(actor, code, _body(request))
    union = queries.place(actor, request.GET.get("union", ""))
    setting = queries.declared(code)
    found = queries.resolved(setting, queries.superiors(union), queries.stored_values())
    last = queries.last_applied(code, union)
    return JsonResponse({**_item(found), "union": union.pk, "last": last.pk if last else 0})


def _item(found: queries.InForce) -> dict[str, Any]:
    setting = found.setting
    hidden = setting.secret or isinstance(found.stored, Sealed)
    return {
        "setting": setting.code,
        "title": setting.title,
        "value": None if hidden else found.stored,
        "words": found.words,
        "source": found.source.pk if found.source else None,
        "own": found.own,
        "levels": list(setting.levels),
        "dangerous": setting.dangerous,
        "secret": setting.secret,
    }


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refusal("请求的内容不是一个对象。", remedy="按接口说明提交。", code="body")
    return body


def _propose(actor: Actor, code: str, body: dict[str, Any]) -> JsonResponse:
    if not body.get("union"):
        remedy = "用 union 给出工会的编号，全省为省总工会。"
        raise Refusal("没有指明在哪个工会设置。", remedy=remedy, field="union", code="body")
    union = queries.place(actor, str(body["union"]), EDIT_SETTINGS)
    setting = queries.declared(code)
    value = UNSET if body.get("inherit") is True else setting.checked(body.get("value"))
    gray = body.get("gray") or []
    if not isinstance(gray, list):
        raise Refusal("试行工会应是编号的列表。", field="gray", code="body")
    expected = body.get("expected")
    wanted = Wanted(
        setting,
        value,
        effective_at=_moment(body.get("effective_at")),
        gray=tuple(queries.place(actor, str(item), EDIT_SETTINGS) for item in gray[:100]),
        expected=expected if type(expected) is int else None,
    )
    change = propose(union, by=actor, wanted=wanted, reason=str(body.get("reason", "")))
    return JsonResponse(_change(change), status=201)


def _moment(text: Any) -> Any:
    if text in {None, ""} or not isinstance(text, str):
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Refusal(
            "生效时间的格式不对。", remedy="例如 2026-12-01T08:00。", field="effective_at"
        )
    return make_aware(found, get_current_timezone()) if is_naive(found) else found


def _change(change: Change) -> dict[str, Any]:
    return {
        "id": change.pk,
        "setting": change.setting,
        "union": change.union_id,
        "state": change.state,
        "words": change.words,
    }
