"""Lists: from a request's parameters to scoped, filtered, sorted rows by keyset pages."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, QuerySet, Value
from django.utils import timezone

from gonghui.kernel import codes
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Range, Scope
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Days,
    Resource,
    Sort,
    Under,
)

PAGE = 50
COUNT_CAP = 10_000
OWN_UNIONS = "a filter shows the name of a union inside the actor's own scope"


class Before(Func):
    """Row comparison (a, b) < (c, d), which an index on (a, b) serves from the cursor on."""

    template = "(%(expressions)s)"
    output_field = models.BooleanField()
    sign = "<"

    def as_sql(self, compiler: Any, connection: Any, **kwargs: Any) -> tuple[str, list]:
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        (a, pa), (b, pb), (c, pc), (d, pd) = parts
        return f"({a}, {b}) {self.sign} ({c}, {d})", [*pa, *pb, *pc, *pd]


class After(Before):
    sign = ">"


@dataclass
class Chosen:
    """What a list is asked for, read from query parameters."""

    values: dict[str, str] = field(default_factory=dict)
    text: str = ""
    sort: Sort | None = None
    cursor: tuple[Any, int] | None = None
    backwards: bool = False
    columns: tuple[str, ...] = ()
    under: Union | None = None

    def query(self, **changes: str | None) -> str:
        """The query string of this choice with some parameters replaced (None removes)."""
        merged: dict[str, Any] = {**self.values}
        if self.text:
            merged["q"] = self.text
        if self.sort:
            merged["sort"] = self.sort.key
        if self.columns:
            merged["columns"] = ",".join(self.columns)
        merged.update(changes)
        kept = {key: value for key, value in merged.items() if value is not None}
        return "?" + urlencode(kept) if kept else "?"


def read(resource: Resource, parameters: Mapping[str, str], actor: Actor) -> Chosen:
    """Read and check query parameters; a Refusal names the one that is wrong."""
    chosen = Chosen(text=parameters.get("q", "").strip()[:60])
    for item in resource.filters:
        names = [f"{item.name}_from", f"{item.name}_to"] if isinstance(item, Days) else [item.name]
        for name in names:
            value = parameters.get(name)
            if value is None and isinstance(item, Choice | Custom) and item.default:
                value = item.default
            if value is None or (value == "" and not getattr(item, "default", "")):
                continue
            chosen.values[name] = value
            if isinstance(item, Days):
                _day(value, item.title, name)
            elif isinstance(item, Choice) and value and item.choices:
                _known(value, item)
            elif isinstance(item, Under):
                chosen.under = _union(value, actor, resource)
    wanted = parameters.get("sort", "")
    orders = {
        key: Sort(sort.field, sort.title, key.startswith("-"))
        for sort in resource.sorts
        for key in (sort.field, f"-{sort.field}")
    }
    if wanted and wanted not in orders:
        raise Refusal(f"不能按“{wanted}”排序。", field="sort", code="unknown_sort")
    chosen.sort = orders[wanted] if wanted else resource.sorts[0]
    names_of_columns = {column.name for column in resource.columns}
    chosen.columns = tuple(
        name for name in parameters.get("columns", "").split(",") if name in names_of_columns
    )
    for key, backwards in (("after", False), ("before", True)):
        if token := parameters.get(key):
            chosen.cursor = read_cursor(token, resource, chosen.sort)
            chosen.backwards = backwards
    return chosen


def scoped(resource: Resource, actor: Actor) -> Any:
    """The rows of a resource this actor may see at all."""
    if not actor.may(resource.view):
        actor.require(resource.view)
    if resource.view.public or resource.view.open:
        return resource.base().unscoped("everybody may see this resource")
    rows = resource.base().within(actor.scope(resource.view))
    return resource.seen(rows, actor) if resource.seen else rows


def narrowed(resource: Resource, actor: Actor, chosen: Chosen) -> QuerySet:
    """The rows of a list, filtered and searched, in no order yet."""
    scope = actor.scope(resource.view)
    rows = scoped(resource, actor)
    if chosen.under is not None:
        scope = Scope((Range.below(chosen.under.path),))
        rows = rows.filter(scope.condition(resource.model))
    for item in resource.filters:
        if isinstance(item, Days):
            rows = _between(rows, item, chosen)
            continue
        value = chosen.values.get(item.name, "")
        if not value or isinstance(item, Under):
            continue
        if isinstance(item, Custom):
            rows = item.narrow(rows, value)
        else:
            rows = rows.filter(**{item.name: value})
    if chosen.text and resource.search:
        rows = resource.search(rows, chosen.text, scope)
    return rows


def _between(rows: QuerySet, item: Days, chosen: Chosen) -> QuerySet:
    """Rows from day to day, both inclusive; a time counts by its day in local time."""
    moments = isinstance(rows.model._meta.get_field(item.name), models.DateTimeField)
    for name, comparison, shift in (("from", "gte", 0), ("to", "lt", 1)):
        if text := chosen.values.get(f"{item.name}_{name}"):
            bound: date = date.fromisoformat(text) + timedelta(days=shift)
            if moments:
                bound = timezone.make_aware(datetime.combine(bound, time.min))
            rows = rows.filter(**{f"{item.name}__{comparison}": bound})
    return rows


def ordered(rows: QuerySet, chosen: Chosen) -> QuerySet:
    """The rows from the cursor on, in the chosen order (reversed when paging backwards)."""
    sort = chosen.sort or Sort("id", "")
    descending = sort.descending != chosen.backwards
    if chosen.cursor is not None:
        value, pk = chosen.cursor
        comparison = Before if descending else After
        if sort.field == "id":
            rows = rows.filter(**{"id__lt" if descending else "id__gt": pk})
        else:
            output = rows.model._meta.get_field(sort.field)
            rows = rows.filter(
                comparison(
                    F(sort.field),
                    F("id"),
                    Value(value, output_field=output),
                    Value(pk, output_field=models.BigIntegerField()),
                )
            )
    sign = "-" if descending else ""
    if sort.field == "id":
        return rows.order_by(f"{sign}id")
    return rows.order_by(f"{sign}{sort.field}", f"{sign}id")


@dataclass
class Fetched:
    """One page of values: rows in reading order, each (id, sort value, then the columns)."""

    rows: list[tuple]
    previous: str | None
    next: str | None
    count: int | None = None

    @property
    def count_is_capped(self) -> bool:
        return self.count is not None and self.count > COUNT_CAP


def columns_shown(resource: Resource, chosen: Chosen) -> tuple[Column, ...]:
    if not chosen.columns:
        return tuple(column for column in resource.columns if column.shown)
    return tuple(
        column
        for column in resource.columns
        if column.kind == "title" or column.name in chosen.columns
    )


def fetch(
    resource: Resource, actor: Actor, chosen: Chosen, columns: tuple[Column, ...], size: int = PAGE
) -> Fetched:
    """One page. One query; the count is another."""
    sort = chosen.sort or Sort("id", "")
    rows = ordered(narrowed(resource, actor, chosen), chosen)
    sources = ["pk", sort.field, *(column.source for column in columns)]
    found = list(rows.values_list(*sources)[: size + 1])
    more = len(found) > size
    found = found[:size]
    if chosen.backwards:
        found.reverse()
    has_next = more if not chosen.backwards else chosen.cursor is not None
    has_previous = chosen.cursor is not None if not chosen.backwards else more
    return Fetched(
        found,
        write_cursor(found[0]) if found and has_previous else None,
        write_cursor(found[-1]) if found and has_next else None,
    )


def counted(resource: Resource, actor: Actor, chosen: Chosen) -> int:
    """How many rows the list has, at most COUNT_CAP + 1."""
    return narrowed(resource, actor, chosen).order_by()[: COUNT_CAP + 1].count()


def write_cursor(row: tuple) -> str:
    value = row[1].isoformat() if isinstance(row[1], date | datetime) else row[1]
    text = json.dumps([value, row[0]], default=str).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def read_cursor(token: str, resource: Resource, sort: Sort) -> tuple[Any, int]:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        value, pk = json.loads(text)
        value = resource.model._meta.get_field(sort.field).to_python(value)
        return value, int(pk)
    except (ValueError, TypeError, binascii.Error, ValidationError) as error:
        raise Refusal("翻页位置无效，请回到第一页。", code="bad_cursor") from error


def label_of(column: Column, value: Any) -> str:
    """A value in words, as exports and plain lists show it."""
    if value is None or value == "":
        return ""
    if column.choices:
        return dict(column.choices.choices).get(value, str(value))
    if column.table:
        return codes.name(column.table, value) or str(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _day(value: str, title: str, name: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise Refusal(
            f"“{title}”不是有效日期：{value}。",
            remedy="请按 2026-03-02 的格式填写。",
            field=name,
            code="bad_date",
        ) from error


def _known(value: str, item: Choice) -> None:
    if item.choices and value not in item.choices.values:
        raise Refusal(f"“{item.title}”没有这个选项。", field=item.name, code="bad_choice")


def _union(value: str, actor: Actor, resource: Resource) -> Union:
    rows = Union.objects.unscoped(OWN_UNIONS)
    found = rows.filter(pk=int(value)).first() if value.isdecimal() else None
    if found is None or not actor.may(resource.view, found.path):
        raise Forbidden("所选工会不在您的权限范围内。", field="under", code="forbidden")
    return found
