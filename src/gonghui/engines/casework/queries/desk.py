"""The queue of a desk: what waits, in the order of its terms; what is found by a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Func, Q, QuerySet, TextField, Value
from django.utils import timezone

from gonghui.engines.casework.declaring import KINDS, CaseKind
from gonghui.engines.casework.models import OPEN, Case, Intake, Phase, Secrecy
from gonghui.engines.casework.models.cases import own_units
from gonghui.engines.casework.models.intakes import MOBILE
from gonghui.engines.casework.parameters import YELLOW_WORKDAYS
from gonghui.engines.casework.rules import clocks as rules
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.ids import check_receipt_number
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Range
from gonghui.kernel.search.grams import grams

LANES = {
    "all": "全部在办",
    "new": "待受理",
    "untaken": "待签收",
    "mine": "我办理的",
    "review": "待审核",
    "yellow": "即将到期",
    "red": "已超期",
    "paused": "已暂停",
    "supervised": "督办中",
    "callback": "待回访",
}
LIMIT = 50
CALLER = "who takes a call finds the caller's earlier complaints at the own desk"


@dataclass(frozen=True, slots=True)
class Line:
    """A case as a list shows it, read without the rest of its columns."""

    pk: int
    number: str
    kind: str
    title: str
    phase: str
    category: str
    channel: str
    union_name: str
    handler_name: str
    intakes_count: int
    due_on: date | None
    paused_on: date | None
    rank_on: date


COLUMNS = (
    "pk",
    "number",
    "kind",
    "title",
    "phase",
    "category",
    "channel",
    "union__name",
    "handler_name",
    "intakes_count",
    "due_on",
    "paused_on",
    "rank_on",
)


def lines(rows: QuerySet[Case]) -> list[Line]:
    """The rows of a list, in their order."""
    return [Line(*row) for row in rows.values_list(*COLUMNS)]


@dataclass(frozen=True)
class Queue:
    """One page. next: the cursor of the page after it, empty on the last."""

    rows: list[Line]
    next: str


def kinds_of(actor: Actor, kinds: Iterable[CaseKind] | None = None) -> list[CaseKind]:
    """The kinds whose cases an actor may see somewhere."""
    chosen = KINDS.values() if kinds is None else kinds
    return [kind for kind in chosen if actor.everywhere or actor.paths(kind.permissions.view)]


def visible(actor: Actor, kinds: Iterable[CaseKind] | None = None) -> QuerySet[Case]:
    """Cases of these kinds the actor may see, in one query where the scope is the same."""
    by_scope: dict[Any, list[str]] = {}
    for kind in kinds_of(actor, kinds):
        by_scope.setdefault(actor.scope(kind.permissions.view), []).append(kind.code)
    condition = Q(pk__in=[])
    for scope, codes in by_scope.items():
        of_kind = Q(kind=codes[0]) if len(codes) == 1 else Q(kind__in=codes)
        part = of_kind & scope.condition(Case) if scope else Q(pk__in=[])
        condition = part if len(by_scope) == 1 else condition | part
    rows = Case.objects.unscoped("the scope of each kind stands in the condition")
    rows = rows.filter(condition)
    units = set() if actor.everywhere else own_units(actor)
    return rows.exclude(respondent_id__in=units) if units else rows


def lanes(actor: Actor, today: date) -> dict[str, Q]:
    """What a case of each lane is."""
    yellow = rules.turns_yellow_until(today, YELLOW_WORKDAYS.on(today))
    waits = Q(phase__in=OPEN)
    return {
        "all": waits,
        "new": waits & Q(phase=Phase.RECEIVED),
        "untaken": waits & Q(phase=Phase.ROUTED),
        "mine": waits & Q(handler_id=actor.user_id or -1),
        "review": waits & Q(phase=Phase.REVIEW),
        "yellow": waits & Q(rank_on__gte=today, rank_on__lte=yellow),
        "red": waits & Q(rank_on__lt=today),
        "paused": waits & Q(paused_on__isnull=False),
        "supervised": waits & Q(supervised=True),
        "callback": Q(phase=Phase.REPLIED),
    }


def queue(
    actor: Actor,
    kinds: Iterable[CaseKind] | None = None,
    *,
    lane: str = "all",
    under: Union | None = None,
    category: str = "",
    after: str = "",
    limit: int = LIMIT,
) -> Queue:
    """A page of what waits, the nearest term first."""
    rows = visible(actor, kinds)
    if under is not None:
        span = Range.below(under.path)
        rows = rows.filter(org_path__gte=span.lo, org_path__lt=span.hi)
    if category:
        rows = rows.filter(category=category)
    rows = rows.filter(lanes(actor, timezone.localdate())[lane if lane in LANES else "all"])
    if after:
        day, pk = cursor(after)
        # The first condition lets the index begin there, the second leaves out what was shown.
        rows = rows.filter(rank_on__gte=day).exclude(rank_on=day, pk__lte=pk)
    found = lines(rows.order_by("rank_on", "id")[: limit + 1])
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return Queue(found[:limit], f"{last.rank_on.isoformat()}.{last.pk}" if last else "")


def cursor(text: str) -> tuple[date, int]:
    """The place a cursor names; Refusal for anything else."""
    day, _, pk = text.partition(".")
    try:
        return date.fromisoformat(day), int(pk)
    except ValueError:
        raise Refusal("翻页位置不对。", remedy="请从第一页开始。", code="cursor") from None


def counts(actor: Actor, kinds: Iterable[CaseKind] | None = None) -> dict[str, int]:
    """How many wait in each lane; each query reads the index of its phases alone."""
    found = visible(actor, kinds)
    held = lanes(actor, timezone.localdate())
    replied = found.filter(held.pop("callback")).count()
    told: dict[str, int] = found.filter(phase__in=OPEN).aggregate(
        **{name: Count("id", filter=lane) for name, lane in held.items()}
    )
    return told | {"callback": replied}


class Words(Func):
    """The expression the index cw_case_words is built on."""

    template = "search_grams(casework_case.title || ' ' || casework_case.summary)"
    arity = 0
    output_field = TextField()


def find(
    text: str,
    actor: Actor,
    kinds: Iterable[CaseKind] | None = None,
    *,
    limit: int = LIMIT,
) -> list[Line]:
    """Cases by number, or by words of title and summary, the newest first.

    What complainants themselves wrote is sealed and is not searched.
    """
    text = text.strip()
    if not text:
        return []
    rows = narrowed_by_words(visible(actor, kinds), text)
    return lines(rows.order_by("-received_at", "-id")[:limit])


def narrowed_by_words(rows: QuerySet[Case], text: str) -> QuerySet[Case]:
    """The rows of this number, or with these words in title or summary."""
    try:
        check_receipt_number(text)
    except Refusal:
        rows = rows.alias(found=HasGrams(Words(), Value(grams(text)))).filter(found=True)
        return rows.filter(Q(title__icontains=text) | Q(summary__icontains=text))
    return rows.filter(number=text.strip().upper())


class HasGrams(Func):
    """array @> array, as the index wants it."""

    template = "%(expressions)s"
    arg_joiner = " @> "

    def __init__(self, *expressions: Any) -> None:
        from django.db.models import BooleanField

        super().__init__(*expressions, output_field=BooleanField())


def by_mobile(number: str, actor: Actor, kinds: Sequence[CaseKind] | None = None) -> list[Intake]:
    """Earlier complaints from a telephone number, the newest first; the caller is on the line.

    Those in which the actor's own unit is complained of are left out, and anonymous ones have
    no number.
    """
    plain = "".join(number.split())
    if len(plain) < 7:
        raise Refusal("请输入完整的电话号码。", field="mobile", code="short")
    codes = [
        kind.code
        for kind in kinds_of(actor, kinds)
        if actor.everywhere or actor.paths(kind.permissions.register)
    ]
    indexes = keyring().blind_indexes(plain, context=MOBILE)
    with everywhere():
        rows = Intake.objects.unscoped(CALLER).filter(
            mobile_index__in=indexes, case__kind__in=codes
        )
        found = list(
            rows.exclude(secrecy=Secrecy.ANONYMOUS)
            .select_related("case__union")
            .order_by("-received_at")[:LIMIT]
        )
    units = own_units(actor)
    return [
        row
        for row in found
        if row.case.respondent_id not in units
        and actor.may(KINDS[row.case.kind].permissions.register, row.case.org_path)
    ]
