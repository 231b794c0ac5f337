"""Writing down what was seen, comparing it with what is declared, settling differences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import connection, transaction
from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.bus.models import Inbox, Outbox
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.security.events import Happening, Kind, record
from gonghui.kernel.security.models import Severity
from gonghui.systems.foundation.services.models import BusFlow, Finding
from gonghui.systems.foundation.services.models.observed import FindingState
from gonghui.systems.foundation.services.permissions import SETTLE_FINDINGS
from gonghui.systems.foundation.services.queries import seen
from gonghui.systems.foundation.services.rules import comparing

TARGET, TO_SETTLE = "services.findings", "services.settle"
ALL = "the comparison goes over every difference of the platform"
Call = tuple[date, str, str, str, str, int, int]
"""Day, address, method, caller, client, unit, first digit of the status."""

_COUNT = """
INSERT INTO services_callcount AS known
    (day, route, method, caller, client, unit, outcome, count)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (day, route, method, caller, client, unit, outcome)
DO UPDATE SET count = known.count + excluded.count
"""


def add_calls(counted: Mapping[Call, int]) -> None:
    """Add calls counted in memory to what is kept, in an order all processes share."""
    if not counted:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_COUNT, [(*key, counted[key]) for key in sorted(counted)])


def count_flows() -> None:
    """Count the events published and handled since the last time."""
    for handled, rows, column in (
        (False, Outbox.objects.all(), "type"),
        (True, Inbox.objects.all(), "subscriber"),
    ):
        flows = BusFlow.objects.filter(handled=handled)
        with transaction.atomic():
            known = {flow.name: flow for flow in flows.select_for_update()}
            last = max((flow.last_id for flow in known.values()), default=0)
            moment = "handled_at" if handled else "time"
            grouped = (
                rows.filter(pk__gt=last)
                .values(column)
                .annotate(number=Count("pk"), last=Max("pk"), at=Max(moment))
            )
            for row in grouped:
                flow = known.get(row[column][:200]) or BusFlow(
                    name=row[column][:200], handled=handled
                )
                flow.count += row["number"]
                flow.last_id, flow.last_at = row["last"], row["at"]
                flow.save()


@action("service-findings.compare", "比对登记与实际", SETTLE_FINDINGS, creates=True)
def compare(root: Union, *, by: Actor) -> None:
    """Compare now; differences are written down, those gone are marked mended."""
    found = refresh(root)
    note(open={"label": "待处理的差异", "before": None, "after": found})


def refresh(root: Union) -> int:
    """Write down every difference seen now; return how many wait to be settled.

    A difference accepted with a reason stays accepted while it lasts; one that is gone is
    mended, and opens again should it come back.
    """
    now, today = timezone.now(), timezone.localdate()
    count_flows()
    real = comparing.differences(seen.declared(), seen.seen(today))
    with transaction.atomic():
        rows = Finding.objects.unscoped(ALL).select_for_update()
        known = {(row.kind, row.key): row for row in rows.filter(union=root)}
        for item in real:
            row = known.pop((item.kind, item.key[:300]), None)
            if row is None:
                _first_seen(root, item, now)
            else:
                _seen_again(row, item, now)
        for row in known.values():
            if row.state != FindingState.MENDED:
                row.state, row.settled_at = FindingState.MENDED, now
                row.version += 1
                row.save()
        waiting = _tell(root)
    return waiting


def _first_seen(root: Union, item: comparing.Difference, now) -> None:
    row = Finding(kind=item.kind, key=item.key[:300], first_seen=now)
    row.place_at(root)
    _written(row, item, now)
    if item.kind in comparing.GRAVE:
        kind = Kind.SCAN if item.kind == comparing.UNKNOWN_CALL else Kind.OUTGOING_REFUSED
        record(
            Happening(
                kind,
                Severity.WARNING,
                subject=row.title[:200],
                org_path=root.path,
                facts={"finding": item.kind, "key": item.key[:200]},
            )
        )


def _seen_again(row: Finding, item: comparing.Difference, now) -> None:
    if row.state == FindingState.MENDED:
        row.state, row.reason, row.settled_at = FindingState.OPEN, "", None
    _written(row, item, now)


def _written(row: Finding, item: comparing.Difference, now) -> None:
    row.system, row.title = item.system, item.title[:300]
    row.why, row.remedy, row.last_seen = item.why, item.remedy, now
    row.save()


def _tell(root: Union) -> int:
    """One to-do for the administrators while differences wait."""
    rows = Finding.objects.unscoped(ALL).filter(union=root, state=FindingState.OPEN)
    waiting = rows.count()
    if waiting:
        open_todo(
            kind=TO_SETTLE,
            target_type=TARGET,
            target_id=root.pk,
            title=f"{waiting} 处系统登记与实际不符，待处理",
            link=reverse("resource:service-findings:list"),
            org_path=root.path,
            union_id=root.pk,
            permission=SETTLE_FINDINGS.code,
        )
    else:
        close_todo(target_type=TARGET, target_id=root.pk)
    return waiting


@action("service-findings.accept", "接受差异", SETTLE_FINDINGS)
def accept(finding: Finding, *, by: Actor, reason: str) -> Finding:
    """The difference is known and may stay, for a reason that is kept."""
    if finding.state != FindingState.OPEN:
        raise Conflict("这处差异不在待处理状态。")
    if finding.kind in (comparing.BYPASS, comparing.FOREIGN_KEY):
        raise Refusal(
            "绕过外联关口和跨系统的数据引用不能接受，只能改正。",
            rule="系统之间只通过公开接口往来；外联一律经过关口",
            remedy="请按“怎样处理”改正后再比对。",
        )
    finding.state, finding.reason = FindingState.ACCEPTED, reason
    finding.settled_at = timezone.now()
    return _settled(finding)


@action("service-findings.reopen", "重新处理", SETTLE_FINDINGS)
def reopen(finding: Finding, *, by: Actor, reason: str) -> Finding:
    """An accepted difference is to be settled after all."""
    if finding.state != FindingState.ACCEPTED:
        raise Conflict("只有已接受的差异可以重新处理。")
    finding.state, finding.reason, finding.settled_at = FindingState.OPEN, "", None
    return _settled(finding)


def _settled(finding: Finding) -> Finding:
    finding.version += 1
    finding.save()
    _tell(finding.union)
    return finding
