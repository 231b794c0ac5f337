"""The JSON API of every resource: lists, records and steps, under the same scopes and rules.

Answers are built with .values() and orjson; problems are RFC 9457 documents with the rule.
"""

from __future__ import annotations

from typing import Any

import orjson
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.resource import lists, pages
from gonghui.kernel.resource.declaration import Resource, Step
from gonghui.kernel.resource.openapi import body_faults, document, query_faults


def answer(data: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(data, default=str), content_type="application/json", status=status
    )


def list_view(request: HttpRequest, resource: Resource) -> HttpResponse:
    """GET a page of rows: {"items": [...], "next": cursor or null}."""
    _method(request, "GET")
    actor: Actor = request.actor
    actor.require(resource.view)
    if faults := query_faults(resource, request.GET.dict()):
        return answer(_problem(faults), 422)
    chosen = lists.read(resource, request.GET, actor)
    size = _size(request.GET.get("limit", ""))
    rows = lists.ordered(lists.narrowed(resource, actor, chosen), chosen)
    names = ["id", *(column.source for column in resource.columns)]
    sort = chosen.sort.field if chosen.sort else "id"
    found = list(rows.values(*dict.fromkeys([*names, sort]))[: size + 1])
    more = len(found) > size
    found = found[:size]
    last = lists.write_cursor((found[-1]["id"], found[-1][sort])) if more else None
    return answer({"items": found, "next": last})


def record_view(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """GET one record: its columns and the steps that can be taken now."""
    _method(request, "GET")
    actor: Actor = request.actor
    record = pages.record_of(request, resource, pk)
    rows = lists.scoped(resource, actor).filter(pk=pk)
    values = rows.values("id", *(column.source for column in resource.columns)).first()
    steps = [
        {"slug": step.slug, "title": step.title} for step in pages.offered(resource, record, actor)
    ]
    return answer({**(values or {}), "steps": steps})


def step_view(request: HttpRequest, resource: Resource, pk: int, slug: str) -> HttpResponse:
    """POST a step on a record with the fields of its form as a JSON object."""
    _method(request, "POST")
    record = pages.record_of(request, resource, pk)
    step = resource.step(slug)
    if not pages._may(step.action.permission, record, request.actor):
        request.actor.require(step.action.permission, getattr(record, "org_path", "") or "")
    return _run(request, resource, step, record)


def create_view(request: HttpRequest, resource: Resource, slug: str) -> HttpResponse:
    """POST a step that makes a record."""
    _method(request, "POST")
    step = resource.step(slug)
    request.actor.require(step.action.permission)
    return _run(request, resource, step, None)


def _run(request: HttpRequest, resource: Resource, step: Step, record: Any) -> HttpResponse:
    sent = _body(request)
    data = {name: _typed(value) for name, value in sent.items() if value is not None}
    form_class = step.form or pages.NoInput
    form = form_class(data, actor=request.actor, record=record)
    if faults := body_faults(step, form, sent):
        return answer(_problem(faults), 422)
    if not form.is_valid():
        return answer(_faults(form), 422)
    with transaction.atomic():
        result = pages._call(step, form, record, request.actor, data)
    pk = getattr(result, "pk", None) or getattr(record, "pk", None)
    return answer({"id": pk, "done": step.done(result) if callable(step.done) else step.done})


def _faults(form: forms.BaseForm) -> dict[str, Any]:
    return {
        "type": "urn:gonghui:invalid",
        "title": "填写的内容有误。",
        "errors": [
            {"field": name, "message": message}
            for name, faults in form.errors.items()
            for message in faults
        ],
    }


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        data = orjson.loads(request.body or b"{}")
    except orjson.JSONDecodeError as error:
        raise Refusal("请求内容不是有效的 JSON。", code="bad_json") from error
    if not isinstance(data, dict):
        raise Refusal("请求内容应是一个 JSON 对象。", code="bad_json")
    return data


def _typed(value: Any) -> Any:
    """A JSON value as a form is given it."""
    return [str(item) for item in value] if isinstance(value, list) else str(value)


def _problem(faults: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "urn:gonghui:invalid",
        "title": "填写的内容有误。",
        "errors": [{"field": name, "message": why} for name, why in faults.items()],
    }


def _method(request: HttpRequest, allowed: str) -> None:
    if request.method != allowed and not (allowed == "GET" and request.method == "HEAD"):
        refusal = Refusal(f"这个地址只接受 {allowed} 请求。", code="method")
        refusal.status = 405
        raise refusal


def _size(text: str) -> int:
    if not text:
        return lists.PAGE
    if not text.isdecimal() or not 1 <= int(text) <= 200:
        raise Refusal("limit 应是 1 到 200 的整数。", field="limit", code="bad_limit")
    return int(text)


def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document of every resource."""
    return answer(document())
