"""Reads of outgoing documents: what they still lack, revisions with their changes, recipients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.codes.parameters import Parameter
from gonghui.kernel.org.models import Union, UnionKind, UnionStatus
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.process.models import Case, WorkItem
from gonghui.systems.office.circulation.models import (
    Countersign,
    Delivery,
    Dispatch,
    Number,
    Outgoing,
    PaperTemplate,
    Series,
)
from gonghui.systems.office.circulation.permissions import VIEW_OUTGOING
from gonghui.systems.office.circulation.rules import changes, kinds, numbers

RECEIPT_WORKDAYS = Parameter("circulation.receipt_workdays", "上级来文签收时限", "工作日", int)
GROUPS = {
    "direct": "直接下级工会",
    "cities": "各市级总工会和产业工会",
    "counties": "各县级总工会",
    "below": "县级以上各级工会",
    "all": "所属全部工会（含基层工会）",
}
KINDS_OF = {
    "cities": (UnionKind.CITY, UnionKind.INDUSTRY),
    "counties": (UnionKind.COUNTY,),
    "below": (UnionKind.CITY, UnionKind.INDUSTRY, UnionKind.COUNTY),
}
FOLLOWED = "the sender follows up what it sent; its record was checked"
ERRANDS = "the platform carries errands out for every organ; who reads one has read its document"
SEATS = "whoever has or had a seat in the approval of a document may read it"
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


def visible(rows: QuerySet[Outgoing], actor: Actor) -> QuerySet[Outgoing]:
    """Those of the rows an actor may read.

    What has no number yet is read at its own organ, and by whoever has a part in it; the organs
    above see a document from its signature on.
    """
    if actor.everywhere:
        return rows
    me = actor.user_id
    part = Q(drafter_id=me) | Q(reviewer_id=me) | Q(signer_id=me)
    part |= Exists(Countersign.objects.filter(document=OuterRef("pk"), user_id=me))
    seats = Q(assignee_id=me) | Q(decided_by_id=me) | Q(told__contains=[me])
    items = WorkItem.objects.unscoped(SEATS).filter(
        seats,
        case__subject_type=Outgoing._meta.label_lower,
        case__subject_id=OuterRef("pk"),
    )
    return rows.filter(
        Q(number__isnull=False)
        | Q(union_id__in=organs_of(actor, VIEW_OUTGOING))
        | part
        | Exists(items)
    )


def organs_of(actor: Actor, permission: Permission) -> list[int]:
    """The unions at which an actor holds a permission itself, not by a role further up."""
    paths = actor.paths(permission)
    return [held.union_id for held in actor.grants if held.path in paths]


def may_read(case: Case, actor: Actor) -> bool:
    """Whether the document of a case is one this actor may read."""
    rows = Outgoing.objects.within(actor.scope(VIEW_OUTGOING)).filter(pk=case.subject_id)
    return visible(rows, actor).exists()


def series_of(union: Union, kind: str = "") -> list[Series]:
    """The marks an organ has in use; those meant for the kind first."""
    rows = Series.objects.within(Scope.of([union.path])).filter(union=union, ended_on=None)
    return sorted(rows, key=lambda item: (kind not in item.kinds, len(item.kinds) > 0, item.pk))


def templates_for(union: Union) -> QuerySet[PaperTemplate]:
    """The templates of a union and of those above it."""
    ids = [int(part) for part in union.path.split(".") if part]
    return PaperTemplate.objects.unscoped(ABOVE).filter(union_id__in=ids, ended_on=None)


def addressed(errand: Dispatch) -> QuerySet[Union]:
    """The active unions a distribution means: a group below the sender, and others by name."""
    sender = errand.document.union
    wanted = Q(pk__in=errand.unions)
    if errand.group:
        below = Scope.of([sender.path]).condition(Union)
        if errand.group == "direct":
            below &= Q(parent=sender)
        elif errand.group != "all":
            below &= Q(kind__in=KINDS_OF[errand.group])
        wanted |= below
    rows = Union.objects.unscoped("a document goes to unions below its sender and to others named")
    return rows.filter(wanted, status=UnionStatus.ACTIVE).exclude(pk=sender.pk)


def recipients(errand: Dispatch) -> QuerySet[Union]:
    """Of these, in the order of their ids, those after the last one that have no receipt yet."""
    sent = Delivery.objects.unscoped(FOLLOWED).filter(
        document_id=errand.document_id, union_id=OuterRef("pk")
    )
    rows = addressed(errand).filter(~Exists(sent.exclude(state="recalled")), pk__gt=errand.after)
    return rows.only("path", "city_id", "county_id").order_by("pk")


def deliveries_of(document: Outgoing) -> QuerySet[Delivery]:
    """To whom a document went, seen from its sender: all of them lie below it or were named."""
    return Delivery.objects.unscoped(FOLLOWED).filter(document=document).order_by("pk")


@dataclass(frozen=True)
class Receipts:
    """How many unions a document went to (recalled ones not counted), and what came back."""

    live: int
    received: int
    recalled: int
    urged: int


def receipts_of(document: Outgoing) -> Receipts:
    found = deliveries_of(document).aggregate(
        live=Count("pk", filter=~Q(state="recalled")),
        received=Count("pk", filter=Q(state="received")),
        recalled=Count("pk", filter=Q(state="recalled")),
        urged=Coalesce(Max("urged"), 0),
    )
    return Receipts(**found)


def errands_of(document: Outgoing) -> list[Dispatch]:
    """The errands under way for a document."""
    rows = Dispatch.objects.unscoped(ERRANDS).filter(document=document, state="running")
    return list(rows.order_by("pk"))


def gaps_of(register: Iterable[Number]) -> dict[tuple[str, int], list[int]]:
    """Numbers missing in the register, by mark and year; empty when it is whole."""
    serials: dict[tuple[str, int], list[int]] = {}
    for item in register:
        serials.setdefault((item.series.prefix, item.year), []).append(item.serial)
    return {key: missing for key, found in serials.items() if (missing := numbers.gaps(found))}


def with_late_receipts(today: date) -> QuerySet[Outgoing]:
    """Documents of which a receipt is past its term and was not urged today."""
    start = timezone.make_aware(datetime.combine(today, time.min))
    late = Delivery.objects.unscoped("a nightly job urges every organ").filter(
        state="sent", due_on__lt=today
    )
    rows = Outgoing.objects.unscoped("a nightly job urges every organ")
    return rows.filter(pk__in=late.exclude(urged_at__gte=start).values("document_id"))
