"""The JSON API of every resource: lists, records and steps, under the same scopes and rules.

Answers are built with .values() and orjson; problems are RFC 9457 documents with the rule.
"""

from __future__ import annotations

import re
from typing import Any

import orjson
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.resource import lists, pages
from gonghui.kernel.resource.declaration import (
    RESOURCES,
    SYSTEMS,
    Choice,
    Column,
    Custom,
    Days,
    Resource,
    Step,
    Under,
)


def answer(data: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(data, default=str), content_type="application/json", status=status
    )


def list_view(request: HttpRequest, resource: Resource) -> HttpResponse:
    """GET a page of rows: {"items": [...], "next": cursor or null}."""
    _method(request, "GET")
    actor: Actor = request.actor
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
    data = _body(request)
    form_class = step.form or pages.NoInput
    form = form_class(data, actor=request.actor, record=record)
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
    return {
        str(key): value if isinstance(value, list) else str(value) for key, value in data.items()
    }


def _method(request: HttpRequest, allowed: str) -> None:
    if request.method != allowed and not (allowed == "GET" and request.method == "HEAD"):
        refusal = Refusal(f"这个地址只接受 {allowed} 请求。", code="method")
        refusal.status = 405
        raise refusal


def _size(text: str) -> int:
    if not text:
        return lists.PAGE
    if not text.isdigit() or not 1 <= int(text) <= 200:
        raise Refusal("limit 应是 1 到 200 的整数。", field="limit", code="bad_limit")
    return int(text)


def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document of every resource."""
    return answer(document())


def document() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for resource in RESOURCES.values():
        base = f"/api/v1/{resource.code}/"
        row = {
            "type": "object",
            "properties": {
                "id": {"type": "integer"},
                **{column.source: _schema(column) for column in resource.columns},
            },
        }
        page = {
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": row},
                "next": {"type": ["string", "null"]},
            },
        }
        paths[base] = {
            "get": {
                "operationId": f"list_{resource.code}",
                "summary": f"{resource.title}列表",
                "parameters": [*_parameters(resource)],
                "responses": _responses(page),
            }
        }
        paths[f"{base}{{id}}/"] = {
            "parameters": [_id()],
            "get": {
                "operationId": f"get_{resource.code}",
                "summary": resource.title,
                "responses": _responses(row),
            },
        }
        for step in resource.steps:
            paths[f"{base}{{id}}/{step.slug}/"] = {
                "parameters": [_id()],
                "post": _operation(resource, step),
            }
        for step in resource.creates:
            paths[f"{base}new/{step.slug}/"] = {"post": _operation(resource, step)}
    paths.update(_interfaces())
    return {
        "openapi": "3.1.0",
        "info": {"title": "网上工会开放接口", "version": "1"},
        "paths": paths,
        "components": {
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "sessionid"}},
            "schemas": {
                "Problem": {
                    "type": "object",
                    "properties": {
                        name: {"type": "string"}
                        for name in ("type", "title", "rule", "remedy", "field")
                    },
                }
            },
        },
        "security": [{"session": []}],
    }


def _interfaces() -> dict[str, Any]:
    """What systems answer beside their resources, as their manifests declare it."""
    found: dict[str, Any] = {}
    for system in SYSTEMS.values():
        for interface in system.interfaces:
            if interface.standard:
                continue
            names = re.findall(r"{(\w+)}", interface.path)
            operation: dict[str, Any] = {
                "operationId": "get_" + re.sub(r"\W+", "_", interface.path).strip("_"),
                "summary": interface.title,
                "responses": _responses({"type": "object"}),
            }
            if interface.public:
                operation["security"] = []
            parameters = [{**_id(), "name": name} for name in names]
            item = {"parameters": parameters} if parameters else {}
            found[f"/{interface.path}"] = {**item, "get": operation}
    return found


def _operation(resource: Resource, step: Step) -> dict[str, Any]:
    fields = step.form.base_fields if step.form else {}
    schema = {
        "type": "object",
        "properties": {
            name: {"type": "string", "title": str(item.label or name)}
            for name, item in fields.items()
        },
        "required": [name for name, item in fields.items() if item.required],
    }
    done = {
        "type": "object",
        "properties": {"id": {"type": ["integer", "null"]}, "done": {"type": "string"}},
    }
    return {
        "operationId": f"{step.slug.replace('-', '_')}_{resource.code}",
        "summary": step.title,
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": _responses(done),
    }


def _parameters(resource: Resource) -> list[dict[str, Any]]:
    names = ["q", "sort", "after", "before", "limit"]
    for item in resource.filters:
        match item:
            case Days():
                names += [f"{item.name}_from", f"{item.name}_to"]
            case Choice() | Custom() | Under():
                names.append(item.name)
    return [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]


def _id() -> dict[str, Any]:
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}


def _schema(column: Column) -> dict[str, Any]:
    kind = {"number": "integer", "flag": "boolean"}.get(column.kind, "string")
    return {"type": [kind, "null"], "title": column.title}


def _responses(schema: dict[str, Any]) -> dict[str, Any]:
    problem = {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    }
    return {
        "200": {
            "description": "成功",
            "content": {"application/json": {"schema": schema}},
        },
        "403": {"description": "没有权限", **problem},
        "409": {"description": "已被他人修改", **problem},
        "422": {"description": "不符合规则", **problem},
    }
