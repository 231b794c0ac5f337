"""System checks: what a declaration names must exist."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from gonghui.kernel import codes
from gonghui.kernel.resource.declaration import RESOURCES, Choice, Days, Resource


@register()
def declarations(**_: Any) -> list[CheckMessage]:
    """Columns, filters, sorts and facts of every resource name real fields and tables."""
    return [message for resource in RESOURCES.values() for message in _of(resource)]


def _of(resource: Resource) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    named = [column.source for column in resource.columns]
    named += [item.name for item in resource.filters if isinstance(item, Choice | Days)]
    for path in named:
        if _field(resource.model, path) is None:
            found.append(_error(resource, f"no field {path!r}", 1))
    for sort in resource.sorts:
        column = _field(resource.model, sort.field)
        if column is None:
            found.append(_error(resource, f"no field {sort.field!r} to sort by", 2))
        elif column.null:
            found.append(_error(resource, f"sort by {sort.field!r}, which may be null", 3))
    tables = [item.table for item in (*resource.columns, *resource.filters) if _table(item)]
    known = {table.id for table in codes.tables()}
    for table in tables:
        if table not in known:
            found.append(_error(resource, f"no code table {table!r}", 4))
    slugs = [step.slug for step in (*resource.steps, *resource.creates)]
    if len(set(slugs)) != len(slugs):
        found.append(_error(resource, "two steps share a slug", 5))
    return found


def _table(item: Any) -> str:
    return getattr(item, "table", "")


def _field(model: type[models.Model], path: str) -> Any:
    column: Any = None
    for name in path.split("__"):
        if name == "pk":
            name = model._meta.pk.name  # noqa: PLW2901
        try:
            column = model._meta.get_field(name)
        except FieldDoesNotExist:
            return next((f for f in model._meta.concrete_fields if f.attname == name), None)
        if column.is_relation:
            model = column.related_model
    return column


def _error(resource: Resource, text: str, number: int) -> Error:
    return Error(f"resource {resource.code}: {text}", id=f"resource.E{number:03d}")
