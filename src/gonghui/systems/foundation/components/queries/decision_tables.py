"""Reads: tables at a union, their versions, what stands before publishing, past cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Missing
from gonghui.kernel.org.models import GRASSROOTS, Union, UnionStatus
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.rules import samples
from gonghui.kernel.rules.findings import Finding, findings
from gonghui.kernel.rules.models import DecisionTrace, ImpactRun, TableVersion, VersionState
from gonghui.kernel.rules.samples import Tested
from gonghui.kernel.rules.tables import TABLES, CellFault, Content, InForce, RuleTable
from gonghui.kernel.rules.versions import paths_above
from gonghui.systems.foundation.components.permissions import EDIT_TABLES, VIEW_TABLES
from gonghui.systems.foundation.components.rules import publishing as rules

BELOW = "a table of a superior union holds for all below it, and may be read there"
PAST_DAYS = 365
MOST_PAST = 2_000
LONGEST_ID = 19


def every() -> dict[str, RuleTable]:
    """Every table of this installation, those declared beside pages included."""
    import_module(settings.ROOT_URLCONF)
    return TABLES


def declared(code: str) -> RuleTable:
    """A declared table; Missing otherwise."""
    table = every().get(code)
    if table is None:
        raise Missing("没有这张决策表。", remedy="它可能已随系统升级取消，请从决策表列表进入。")
    return table


def place(actor: Actor, text: str) -> Union:
    """The union asked for by id, or the topmost of the actor's own; Forbidden outside of them."""
    actor.require(VIEW_TABLES)
    rows = Union.objects.within(actor.scope(VIEW_TABLES)).filter(status=UnionStatus.ACTIVE)
    if text:
        known = text.isdecimal() and len(text) < LONGEST_ID
        rows = rows.filter(pk=int(text)) if known else rows.none()
    union = rows.order_by("path").first()
    if union is None:
        raise Forbidden(
            "没有查看该工会决策表的权限，或者它不存在。",
            remedy="请从本工会的决策表列表进入。",
            code="forbidden",
        )
    return union


def places(actor: Actor, union: Union) -> list[Union]:
    """The union, its superiors and the local unions directly below that the actor may look at."""
    rows = Union.objects.within(actor.scope(VIEW_TABLES)).filter(status=UnionStatus.ACTIVE)
    above = rows.filter(path__in=paths_above(union.path)).order_by("path")
    below = rows.filter(parent=union).exclude(kind__in=GRASSROOTS).order_by("name")
    return [*above, *below[:200]]


@dataclass(frozen=True)
class Standing:
    """A table at a union: what is in force there, and the union's own open version."""

    table: RuleTable
    now: InForce
    own: bool
    open: TableVersion | None

    @property
    def origin(self) -> str:
        if not self.now.number:
            return "平台默认"
        return "本工会" if self.own else self.now.union_name


def standings(union: Union) -> list[Standing]:
    """Every table at a union, by title, in two queries."""
    today = timezone.localdate()
    above = paths_above(union.path)
    rows = list(
        TableVersion.objects.unscoped(BELOW)
        .filter(org_path__in=above)
        .exclude(state=VersionState.DROPPED)
        .select_related("union")
        .order_by("org_path", "number")
    )
    found = []
    for table in sorted(every().values(), key=lambda item: item.title):
        own = [row for row in rows if row.table == table.code]
        holding = [row for row in own if row.holds(today) and row.org_path in above[: table.reach]]
        nearest = max(holding, key=lambda row: len(row.org_path), default=None)
        now = (
            InForce(
                nearest.parsed, nearest.number, nearest.pk, nearest.union_id, nearest.union.name
            )
            if nearest
            else InForce(table.default)
        )
        waiting = [
            row
            for row in own
            if row.union_id == union.pk and row.state in (VersionState.DRAFT, VersionState.WAITING)
        ]
        found.append(
            Standing(table, now, now.union_id == union.pk, waiting[0] if waiting else None)
        )
    return found


def standing(table: RuleTable, union: Union) -> Standing:
    return next(item for item in standings(union) if item.table is table)


def versions_at(code: str, union: Union) -> Any:
    """All versions of a table at exactly one union; the caller has checked the place."""
    rows = TableVersion.objects.within(Scope.of([union.path]))
    return rows.filter(table=code, union=union)


def versions_over(code: str, union: Union) -> list[TableVersion]:
    """The versions of a table that hold or held at a union: its own and its superiors'."""
    rows = TableVersion.objects.unscoped(BELOW).filter(
        table=code, org_path__in=paths_above(union.path)
    )
    return list(rows.select_related("union").order_by("-org_path", "-number"))


def readable(actor: Actor, pk: int) -> TableVersion:
    """A version within the actor's scope, or a published one of a union above it."""
    row = (
        TableVersion.objects.unscoped("checked below against the actor's own range")
        .filter(pk=pk)
        .select_related("union")
        .first()
    )
    if row is not None:
        if actor.may(VIEW_TABLES, row.org_path):
            return row
        above = any(path.startswith(row.org_path) for path in actor.paths(VIEW_TABLES))
        if above and row.state == VersionState.PUBLISHED:
            return row
    actor.require(VIEW_TABLES)
    raise Missing("没有这一版决策表，或者没有查看它的权限。", remedy="请从决策表列表进入。")


@dataclass(frozen=True)
class Checked:
    """What is known of a content: faulty cells, findings, tests."""

    faults: list[CellFault]
    findings: list[Finding]
    tested: list[Tested]

    @property
    def failed(self) -> int:
        return sum(not item.passed for item in self.tested)

    @property
    def stopping(self) -> int:
        return sum(item.stops for item in self.findings)


def checked(table: RuleTable, content: Content) -> Checked:
    """The checks of a content; with faulty cells neither findings nor tests are made."""
    faults = table.faults(content)
    if faults:
        return Checked(faults, [], [])
    return Checked([], findings(table, content), samples.run(table, content))


def gates(version: TableVersion) -> list[rules.Gate]:
    """Every condition of publishing a version."""
    return gates_of(version, checked(declared(version.table), version.parsed))


def gates_of(version: TableVersion, known: Checked) -> list[rules.Gate]:
    """The conditions, given checks already made of the version's content."""
    content = version.parsed
    tried = version.runs.filter(digest=content.digest).exists()
    return rules.gates(
        rules.Readiness(
            len(content.lines),
            len(known.faults),
            known.stopping,
            len(content.samples),
            known.failed,
            tried,
        )
    )


def last_run(version: TableVersion) -> ImpactRun | None:
    """The latest impact run on the version's lines as they are now."""
    return version.runs.filter(digest=version.parsed.digest).order_by("-id").first()


def past_cases(version: TableVersion, since: date) -> Iterable[DecisionTrace]:
    """Kept decisions at and below the version's union, the latest first, at most 2,000."""
    below = DecisionTrace.objects.within(Scope.of([version.org_path])).filter(
        table=version.table, decided_on__gte=since
    )
    return below.order_by("-id")[:MOST_PAST]


def may_begin(actor: Actor, table: RuleTable, union: Union) -> bool:
    return union.path.count(".") <= table.reach and actor.may(EDIT_TABLES, union.path)
