"""The OpenAPI 3.1 document of every resource, and the check of requests against it.

What the document says is what the interface holds requests to: `faults` reads the same schemas.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models

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

MOST_ROWS = 200
LONGEST_QUERY = 60
LARGEST_ID = 2**63 - 1
LONGEST_TEXT = 20_000
WHOLE = r"^-?[0-9]{1,18}$"
PLACE = r"^[A-Za-z0-9_\-]{1,400}$"


def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {}
    for resource in RESOURCES.values():
        base = f"/api/v1/{resource.code}/"
        row = _row(resource)
        page = {
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": row},
                "next": {"type": ["string", "null"]},
            },
            "required": ["items", "next"],
        }
        step_of = {
            "type": "object",
            "properties": {"slug": {"type": "string"}, "title": {"type": "string"}},
        }
        record = {
            **row,
            "properties": {**row["properties"], "steps": {"type": "array", "items": step_of}},
        }
        paths[base] = {
            "get": {
                "operationId": f"list_{resource.code}",
                "summary": f"{resource.title}列表",
                "parameters": [
                    {"name": name, "in": "query", "schema": schema}
                    for name, schema in query_schemas(resource).items()
                ],
                "responses": _responses(page),
            }
        }
        paths[f"{base}{{id}}/"] = {
            "parameters": [_id()],
            "get": {
                "operationId": f"get_{resource.code}",
                "summary": resource.title,
                "responses": _responses(record),
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
    cookie = {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
    return {
        "openapi": "3.1.0",
        "info": {"title": "网上工会开放接口", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": {"session": cookie}, "schemas": {"Problem": _PROBLEM}},
        "security": [{"session": []}],
    }


_PROBLEM = {
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "rule", "remedy", "field")},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
    "required": ["type", "title"],
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
            parameters = [_variable(name) for name in names]
            item = {"parameters": parameters} if parameters else {}
            found[f"/{interface.path}"] = {**item, "get": operation}
    return found


def _variable(name: str) -> dict[str, Any]:
    """A variable part of an address: a number where it names an id, else a word."""
    if name.endswith(("id", "pk")):
        return {**_id(), "name": name}
    schema = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,80}$"}
    return {**_id(), "name": name, "schema": schema}


def _operation(resource: Resource, step: Step) -> dict[str, Any]:
    done = {
        "type": "object",
        "properties": {"id": {"type": ["integer", "null"]}, "done": {"type": "string"}},
        "required": ["id", "done"],
    }
    schema = body_schema(step, dict(step.form.base_fields) if step.form else {})
    return {
        "operationId": f"{step.slug.replace('-', '_')}_{resource.code}",
        "summary": step.title,
        "requestBody": {
            "required": bool(schema["required"]),
            "content": {"application/json": {"schema": schema}},
        },
        "responses": _responses(done),
    }


def body_schema(step: Step, fields: dict[str, forms.Field]) -> dict[str, Any]:
    """What a step takes; `fields` are those of its form, or of one filled in for a record.

    A form that draws fields for each record says so with `open_fields`.
    """
    properties = {
        name: {"title": str(item.label or name), **field_schema(item)}
        for name, item in fields.items()
        # A file comes by the page alone.
        if not isinstance(item, forms.FileField)
    }
    properties["version"] = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name in fields and fields[name].required],
        "additionalProperties": bool(getattr(step.form, "open_fields", False)),
    }


def field_schema(field: forms.Field) -> dict[str, Any]:
    """What one field of a form takes from JSON."""
    schema: dict[str, Any]
    match field:
        case forms.BooleanField() | forms.NullBooleanField():
            schema = {"type": "boolean"}
        case forms.MultipleChoiceField():
            schema = {"type": "array", "items": {"type": "string", "maxLength": 200}}
        case forms.DateTimeField():
            schema = {"type": "string", "maxLength": 40}
        case forms.DateField():
            schema = {"type": "string", "format": "date"}
        case forms.IntegerField() if not isinstance(field, forms.FloatField | forms.DecimalField):
            low = -LARGEST_ID if field.min_value is None else int(field.min_value)
            high = LARGEST_ID if field.max_value is None else int(field.max_value)
            schema = {"type": "integer", "minimum": low, "maximum": high}
        case forms.FloatField() | forms.DecimalField():
            schema = {"type": ["number", "string"], "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"}
        case forms.CharField():
            schema = {
                "type": "string",
                "minLength": max(1 if field.required else 0, field.min_length or 0),
                "maxLength": field.max_length or LONGEST_TEXT,
            }
        case _:
            schema = {"type": "string", "maxLength": LONGEST_TEXT}
            if field.required:
                schema["minLength"] = 1
    if not field.required:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        schema["type"] = [*kinds, "null"]
    return schema


def query_schemas(resource: Resource) -> dict[str, dict[str, Any]]:
    """What each parameter of a list takes."""
    keys = [key for sort in resource.sorts for key in (sort.field, f"-{sort.field}")]
    found: dict[str, dict[str, Any]] = {
        "q": {"type": "string", "maxLength": LONGEST_QUERY},
        "sort": {"type": "string", "enum": list(dict.fromkeys(keys))},
        "after": {"type": "string", "pattern": PLACE},
        "before": {"type": "string", "pattern": PLACE},
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
    }
    for item in resource.filters:
        match item:
            case Days():
                for end in ("from", "to"):
                    found[f"{item.name}_{end}"] = {
                        "type": "string",
                        "format": "date",
                    }
            case Under():
                found[item.name] = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
            case Choice() if item.choices:
                found[item.name] = {"type": "string", "enum": ["", *map(str, item.choices.values)]}
            case Choice() | Custom():
                found[item.name] = {"type": "string", "maxLength": 200}
    return found


def _row(resource: Resource) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            **{column.source: _column(resource, column) for column in resource.columns},
        },
        "required": ["id"],
    }


def _column(resource: Resource, column: Column) -> dict[str, Any]:
    """The type of a column's values, from the field it is read from."""
    field: Any = None
    model: Any = resource.model
    try:
        for part in column.source.split("__"):
            field = model._meta.get_field(part)
            model = field.related_model
    except (FieldDoesNotExist, AttributeError):
        # Made by the query, not stored.
        return {"title": column.title}
    match field:
        case models.BooleanField():
            kind = "boolean"
        case models.IntegerField() | models.AutoField() | models.ForeignKey():
            kind = "integer"
        case models.JSONField() | models.FloatField():
            return {"title": column.title}
        case _ if type(field).__name__ == "ArrayField":
            return {"title": column.title}
        case _:
            kind = "string"
    return {"type": [kind, "null"], "title": column.title}


def _id() -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
    return {"name": "id", "in": "path", "required": True, "schema": schema}


def _responses(schema: dict[str, Any]) -> dict[str, Any]:
    problem = {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    }
    return {
        "200": {"description": "成功", "content": {"application/json": {"schema": schema}}},
        "400": {"description": "请求不完整", **problem},
        "403": {"description": "没有权限", **problem},
        "404": {"description": "不存在", **problem},
        "405": {"description": "不接受这种请求", **problem},
        "409": {"description": "已被他人修改", **problem},
        "413": {"description": "内容过大", **problem},
        "422": {"description": "不符合规则", **problem},
        "429": {"description": "过于频繁", **problem},
    }


# Holding requests to it


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.removesuffix("$") + r"\Z")


def fault(value: Any, schema: dict[str, Any]) -> str:
    """Why a JSON value does not comply with a schema of ours; empty if it does."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return "类型不对。"
    if "enum" in schema and value is not None and value not in schema["enum"]:
        return "没有这个选项。"
    if isinstance(value, str):
        return _text_fault(value, schema)
    if isinstance(value, int) and not isinstance(value, bool):
        if value < schema.get("minimum", value):
            return f"不能小于 {schema['minimum']}。"
        if value > schema.get("maximum", value):
            return f"不能大于 {schema['maximum']}。"
    if isinstance(value, list):
        return next((found for item in value if (found := fault(item, schema["items"]))), "")
    return ""


def _text_fault(value: str, schema: dict[str, Any]) -> str:
    if len(value) < schema.get("minLength", 0):
        return f"至少 {schema['minLength']} 个字。" if value else "请填写。"
    if len(value) > schema.get("maxLength", len(value)):
        return f"最多 {schema['maxLength']} 个字。"
    if "\x00" in value:
        return "含有不能保存的字符。"
    if "pattern" in schema and not _compiled(schema["pattern"]).match(value):
        return "格式不对。"
    if schema.get("format") == "date":
        try:
            whole = date.fromisoformat(value).isoformat() == value
        except ValueError:
            whole = False
        if not whole:
            return "不是有效日期，应如 2026-03-02。"
    return ""


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
        case _:
            return isinstance(value, dict)


def body_faults(step: Step, form: forms.BaseForm | None, data: dict[str, Any]) -> dict[str, str]:
    """What is wrong with the body of a step, by field."""
    schema = body_schema(step, dict(form.fields) if form is not None else {})
    properties = schema["properties"]
    found = {name: "没有这一项。" for name in data if name not in properties}
    found |= {
        name: why
        for name, value in data.items()
        if name in properties and (why := fault(value, properties[name]))
    }
    found |= {
        name: "请填写。" for name in schema["required"] if name not in data and name not in found
    }
    return found


def query_faults(resource: Resource, parameters: dict[str, str]) -> dict[str, str]:
    """What is wrong with the parameters of a list, by name."""
    schemas = query_schemas(resource)
    found = {}
    for name, text in parameters.items():
        if name not in schemas:
            found[name] = "没有这个参数。"
            continue
        value: Any = text
        if schemas[name]["type"] == "integer" and _compiled(WHOLE).match(text):
            value = int(text)
        if why := fault(value, schemas[name]):
            found[name] = why
    return found
