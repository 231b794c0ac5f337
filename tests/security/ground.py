"""What the lists of attacks share: every address of the platform, people, records, findings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, models, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from gonghui.kernel.access.roles import (
    APPROVER,
    AUDITOR,
    HANDLER,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    VIEWER,
)
from gonghui.kernel.resource.declaration import RESOURCES, Choice, Custom, Days, Resource, Under
from tests.invariants.makers import makers

ALL = (HANDLER, APPROVER, VIEWER, AUDITOR, SECURITY_ADMIN, SYSTEM_ADMIN)
SAMPLES = {
    "int": "1",
    "uuid": "0c9ea3b0-5a0e-4a5f-9d2b-6a3f6d1f0a11",
    "slug": "x",
    "str": "x",
    "path": "x",
}


@dataclass(frozen=True)
class Address:
    """One URL pattern: its route, a path that matches it, and the view behind it."""

    route: str
    path: str
    view: Any
    converters: tuple[tuple[str, str], ...]

    @property
    def exempt(self) -> bool:
        """Whether the view takes unsafe requests without the token of a form."""
        return bool(getattr(self.view, "csrf_exempt", False))


def addresses() -> list[Address]:
    """Every address of the platform, one for each pattern."""
    return list(_walk(get_resolver(), "", ()))


def _walk(
    resolver: URLResolver, prefix: str, known: tuple[tuple[str, str], ...]
) -> Iterator[Address]:
    for part in resolver.url_patterns:
        route = prefix + _route(part)
        kinds = getattr(part.pattern, "converters", {})
        converters = known + tuple(
            (name, type(kind).__name__.removesuffix("Converter").lower())
            for name, kind in kinds.items()
        )
        if isinstance(part, URLResolver):
            yield from _walk(part, route, converters)
        elif isinstance(part, URLPattern):
            path = "/" + re.sub(
                r"<(?:(\w+):)?(\w+)>", lambda found: SAMPLES.get(found[1] or "str", "x"), route
            )
            yield Address(route, path, part.callback, converters)


def _route(part: URLPattern | URLResolver) -> str:
    text = str(part.pattern)
    if not hasattr(part.pattern, "_route"):
        # A pattern written as an expression: its groups become samples, its anchors go.
        text = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<str:\1>", text.strip("^$").replace("\\Z", ""))
    return text


def somebody(world: Any, union: Any = None, *, checks: bool = False) -> Client:
    """A browser of somebody with every role on a union; of somebody without any, on none."""
    client = Client(enforce_csrf_checks=checks, raise_request_exception=False)
    grants = [(role, union) for role in ALL] if union else []
    client.force_login(world.user("某人", *grants))
    return client


def records(world: Any, union: Any) -> dict[str, tuple[Resource, Any]]:
    """One record of every resource under a union, by code.

    That every resource has a maker is what tests/invariants/test_resources.py sees to.
    """
    made = makers()
    found = {
        code: (resource, _made(resource, made[code], world, union))
        for code, resource in RESOURCES.items()
        if code in made
    }
    return {code: pair for code, pair in found.items() if pair[1] is not None}


def _made(resource: Resource, maker: Any, world: Any, union: Any) -> Any:
    """A record of its own, or the one another maker had to make first."""
    try:
        with transaction.atomic():
            return maker(world, union)
    except DatabaseError:
        rows: Any = resource.model._base_manager.all()
        if hasattr(rows, "unscoped"):
            rows = rows.unscoped("an attack reads past every scope")
        return rows.order_by("pk").last()


def parameters(resource: Resource) -> list[str]:
    """Every parameter a list reads from its address."""
    names = ["q", "sort", "after", "before", "columns", "limit"]
    for item in resource.filters:
        match item:
            case Days():
                names += [f"{item.name}_from", f"{item.name}_to"]
            case Choice() | Custom() | Under():
                names.append(item.name)
    return names


def lists() -> list[tuple[str, list[str]]]:
    """Every generated list with its parameters."""
    return [(f"/w/{code}/", parameters(resource)) for code, resource in RESOURCES.items()]


def fill(record: models.Model, payload: str) -> list[str]:
    """Put a payload into every free text of a stored record; the names of the fields it took.

    Codes of fixed length, choices and paths are left alone: nobody types them.
    """
    taken = []
    for field in record._meta.concrete_fields:
        if not isinstance(field, models.CharField | models.TextField) or field.primary_key:
            continue
        if field.choices or field.name in {"org_path", "path"} or not field.editable:
            continue
        if isinstance(field, models.CharField) and (field.max_length or 999) < len(payload):
            continue
        rows = type(record)._base_manager.filter(pk=record.pk)
        if hasattr(rows, "unscoped"):
            rows = rows.unscoped("an attack writes past every scope")
        try:
            with transaction.atomic():
                rows.update(**{field.attname: payload})
        except DatabaseError:
            continue
        taken.append(field.name)
    return taken


def text_of(response: Any) -> str:
    """The body of an answer, streamed or not."""
    if response.streaming:
        return b"".join(response.streaming_content).decode("utf-8", "replace")
    return response.content.decode("utf-8", "replace")
