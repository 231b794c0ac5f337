"""Keyset pages over rows addressed in several ways, each read in the order of its own index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from gonghui.kernel.base.errors import Refusal


@dataclass(frozen=True)
class Order:
    """By a time and the number, or (field empty) the number alone. What has no time is last."""

    field: str = ""
    descending: bool = False

    def sorted(self, backwards: bool) -> tuple[str, ...]:
        """For order_by; PostgreSQL puts what is empty last, and first in the other direction."""
        sign = "-" if self.descending != backwards else ""
        return tuple(f"{sign}{name}" for name in (self.field, "pk") if name)

    def beyond(self, place: tuple[datetime | None, int], backwards: bool) -> Q:
        """The rows behind a place, in the direction of reading."""
        at, pk = place
        up = self.descending == backwards
        further = Q(pk__gt=pk) if up else Q(pk__lt=pk)
        if not self.field:
            return further
        here = Q(**{self.field: at}) & further
        empty = Q(**{self.field: None})
        if at is None:
            return here if up else here | ~empty
        return here | (
            Q(**{f"{self.field}__gt": at}) | empty if up else Q(**{f"{self.field}__lt": at})
        )


@dataclass(frozen=True)
class Page:
    """Numbers of the rows in reading order; where the pages before and behind begin, or empty."""

    ids: list[int]
    before: str = ""
    after: str = ""


def page(parts: Sequence[QuerySet[Any]], order: Order, asked: Mapping[str, str], size: int) -> Page:
    """The page asked for of rows that no two of the parts share; one query.

    asked: `after` or `before`, as a Page gives them. Refusal for one that cannot be read.
    """
    backwards = bool(asked.get("before")) and not asked.get("after")
    token = asked.get("before" if backwards else "after", "")
    rows = list(parts)
    if token:
        place = _read(token)
        rows = [part.filter(order.beyond(place, backwards)) for part in rows]
    names = [order.field, "pk"] if order.field else ["pk", "pk"]
    by = order.sorted(backwards)
    cut = [part.values_list(*names).order_by(*by)[: size + 1] for part in rows]
    found: list[tuple[Any, int]] = list(
        cut[0].union(*cut[1:], all=True).order_by(*by)[: size + 1] if len(cut) > 1 else cut[0]
    )
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    return Page(
        [pk for _, pk in found],
        _write(found[0], order) if found and (more if backwards else token) else "",
        _write(found[-1], order) if found and (backwards or more) else "",
    )


def _write(row: tuple[Any, int], order: Order) -> str:
    at = row[0] if order.field else None
    return f"{f'{at.timestamp():.6f}' if at is not None else ''}_{row[1]}"


def _read(token: str) -> tuple[datetime | None, int]:
    stamp, _, pk = token.partition("_")
    try:
        return datetime.fromtimestamp(float(stamp), UTC) if stamp else None, int(pk)
    except (ValueError, OverflowError, OSError) as error:
        raise Refusal("翻页位置无效，请回到第一页。", code="bad_cursor") from error
