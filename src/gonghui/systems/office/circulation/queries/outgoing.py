"""Reads of outgoing documents: what they still lack, revisions with their changes, recipients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.codes.parameters import Parameter
from gonghui.kernel.org.models import Union, UnionKind, UnionStatus
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.office.circulation.models import (
    Delivery,
    Number,
    Outgoing,
    PaperTemplate,
    Series,
)
from gonghui.systems.office.circulation.rules import changes, kinds, numbers

RECEIPT_WORKDAYS = Parameter("circulation.receipt_workdays", "上级来文签收时限", "工作日", int)
GROUPS = {
    "direct": "直接下级工会",
    "cities": "各市级总工会和产业工会",
    "counties": "各县级总工会",
    "below": "县级以上各级工会",
}
ABOVE = "a union's ancestors lend it their templates; their paths are the beginnings of its own"


@dataclass(frozen=True)
class Trace:
    """One version beside the one before: who, when, at which step, what changed."""

    number: int
    by: str
    at: datetime
    step: str
    remark: str
    title: list[changes.Piece]
    body: list[changes.Piece]
    added: int
    removed: int


def trace(document: Outgoing) -> list[Trace]:
    """Every version, the latest first, with what it changed."""
    found = []
    title = body = ""
    for item in document.revisions.all():
        first = item.number == 1
        words = changes.difference(item.title if first else title, item.title)
        text = changes.difference(item.body if first else body, item.body)
        added, removed = changes.counted([*words, *text])
        found.append(
            Trace(
                item.number,
                item.by_name,
                item.at,
                item.step,
                item.remark,
                words,
                text,
                added,
                removed,
            )
        )
        title, body = item.title, item.body
    return found[::-1]


def lacks(document: Outgoing) -> list[str]:
    """What stands in the way of review, in words."""
    values = {
        "title": document.title,
        "body": document.body,
        "to": document.to,
        "copies": document.copies,
        "meeting": document.meeting,
    }
    return [fault.message for fault in kinds.faults(document.kind, values)]


def series_of(union: Union, kind: str = "") -> list[Series]:
    """The marks an organ has in use; those meant for the kind first."""
    rows = Series.objects.within(Scope.of([union.path])).filter(union=union, ended_on=None)
    return sorted(rows, key=lambda item: (kind not in item.kinds, len(item.kinds) > 0, item.pk))


def templates_for(union: Union) -> QuerySet[PaperTemplate]:
    """The templates of a union and of those above it."""
    ids = [int(part) for part in union.path.split(".") if part]
    return PaperTemplate.objects.unscoped(ABOVE).filter(union_id__in=ids, ended_on=None)


def below(union: Union, group: str) -> list[Union]:
    """The active unions a group of recipients means."""
    rows = Union.objects.within(Scope.of([union.path])).filter(status=UnionStatus.ACTIVE)
    rows = rows.exclude(pk=union.pk)
    if group == "direct":
        rows = rows.filter(parent=union)
    elif group == "cities":
        rows = rows.filter(kind__in=(UnionKind.CITY, UnionKind.INDUSTRY))
    elif group == "counties":
        rows = rows.filter(kind=UnionKind.COUNTY)
    else:
        rows = rows.filter(kind__in=(UnionKind.CITY, UnionKind.INDUSTRY, UnionKind.COUNTY))
    return list(rows.order_by("path"))


def deliveries_of(document: Outgoing, actor: Actor) -> list[Delivery]:
    """To whom a document went, seen from its sender: all of them lie below it or were named."""
    rows = Delivery.objects.unscoped("the sender follows up what it sent; its record was checked")
    found = rows.filter(document=document).select_related("union").prefetch_related("readings")
    return list(found.order_by("union__path", "id"))


def gaps_of(register: Iterable[Number]) -> dict[tuple[str, int], list[int]]:
    """Numbers missing in the register, by mark and year; empty when it is whole."""
    serials: dict[tuple[str, int], list[int]] = {}
    for item in register:
        serials.setdefault((item.series.prefix, item.year), []).append(item.serial)
    return {key: missing for key, found in serials.items() if (missing := numbers.gaps(found))}


def waiting_receipts(today: date) -> QuerySet[Delivery]:
    """What should have been received before today."""
    rows = Delivery.objects.unscoped("a nightly job urges every organ")
    return rows.filter(Q(due_on__lt=today), state="sent").select_related("document", "union")
