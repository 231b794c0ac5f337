"""Versions of decision tables: drafted, written, tried on past cases, published, ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.bus.outbox import publish as publish_event
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.rules.impact import impact_of
from gonghui.kernel.rules.models import ImpactRun, TableVersion, VersionState
from gonghui.kernel.rules.tables import REACH_TITLES, Content, RuleTable
from gonghui.systems.foundation.components.permissions import EDIT_TABLES, PUBLISH_TABLES
from gonghui.systems.foundation.components.queries import decision_tables as queries
from gonghui.systems.foundation.components.rules import publishing as rules

TARGET = "rules.tableversion"
TODO = "tables.publish"
PUBLISHED_EVENT = "cn.gonghui.rules.published"
register_kind(TODO, "发布决策表")


@action("tables.begin", "起草决策表新版", EDIT_TABLES, creates=True)
def begin(
    union: Union, *, by: Actor, table: RuleTable, copied: TableVersion | None = None
) -> TableVersion:
    """Begin a draft from what is in force at the union today, or from an earlier version."""
    depth = union.path.count(".")
    if depth > table.reach:
        raise Refusal(
            f"{union.name}不能另定“{table.title}”。",
            rule=f"这张表{REACH_TITLES[table.reach]}",
            remedy="请向上级工会提出修改。",
            code="table_reach",
        )
    own = queries.versions_at(table.code, union)
    if own.filter(state__in=(VersionState.DRAFT, VersionState.WAITING)).exists():
        raise Conflict(
            f"“{table.title}”已有一版没有办结的草稿。",
            remedy="请继续修改它，或先作废它。",
            code="table_open",
        )
    content = copied.parsed if copied else table.in_force(timezone.localdate(), union.path).content
    made = TableVersion(
        table=table.code,
        title=table.title,
        number=(own.aggregate(top=Max("number"))["top"] or 0) + 1,
        content=content.as_json(),
        lines=len(content.lines),
        drafted_by_id=by.user_id,
        drafted_by_name=by.name,
        drafted_at=timezone.now(),
    )
    made.place_at(union)
    made.save()
    return made


@action("tables.write", "修改决策表草稿", EDIT_TABLES)
def write(
    draft: TableVersion, *, by: Actor, content: Content, reason: str = "", source_doc: str = ""
) -> TableVersion:
    """Keep lines and samples of a draft, also those that cannot be read yet."""
    _check(draft, "edit")
    draft.content, draft.lines = content.as_json(), len(content.lines)
    draft.reason, draft.source_doc = reason.strip()[:200], source_doc.strip()[:200]
    # The last to write is who the second person must differ from.
    draft.drafted_by_id, draft.drafted_by_name = by.user_id, by.name
    _save(draft)
    return draft


@action("tables.try", "试算决策表影响", EDIT_TABLES)
def try_on_past(draft: TableVersion, *, by: Actor) -> TableVersion:
    """Decide the last year's kept decisions again with the draft's lines; keep the counts."""
    _check(draft, "try")
    table = queries.declared(draft.table)
    content = draft.parsed
    if faults := table.faults(content):
        raise Refusal(
            f"还有 {len(faults)} 个单元格不能读懂，不能试算：{faults[0]}",
            remedy="请先改正。",
            code="table_cells",
        )
    since = timezone.localdate() - timedelta(days=queries.PAST_DAYS)
    found = impact_of(table, content, queries.past_cases(draft, since))
    run = ImpactRun.objects.create(
        version=draft,
        digest=content.digest,
        since=since,
        cases=found.cases,
        same=found.same,
        changed=found.changed,
        refused=found.refused,
        details=found.details,
        ran_by_name=by.name,
        ran_at=timezone.now(),
    )
    note(案例=run.cases, 结果改变=run.changed, 无法得出结果=run.refused)
    return draft


@action("tables.ask", "送审决策表", EDIT_TABLES)
def ask(
    draft: TableVersion, *, by: Actor, reason: str, valid_from: date, source_doc: str
) -> TableVersion:
    """Hand a draft that meets every condition to somebody who may publish it."""
    _check(draft, "ask")
    _check_gates(draft)
    _check_reason(reason)
    _check_day(draft, valid_from)
    draft.state = VersionState.WAITING
    draft.reason, draft.source_doc = reason.strip(), source_doc.strip()
    draft.valid_from = valid_from
    _save(draft)
    open_todo(
        kind=TODO,
        target_type=TARGET,
        target_id=draft.pk,
        title=f"发布决策表：{draft.title}（{draft.union.name}第 {draft.number} 版）",
        link=reverse("resource:rule-versions:record", args=[draft.pk]),
        org_path=draft.org_path,
        union_id=draft.union_id,
        permission=PUBLISH_TABLES.code,
    )
    return draft


@action("tables.publish", "发布决策表", PUBLISH_TABLES)
def publish(
    version: TableVersion, *, by: Actor, valid_from: date, reason: str = ""
) -> TableVersion:
    """Put a version in force from its day on; the one before it ends that day."""
    _check(version, "publish")
    if version.drafted_by_id == by.user_id:
        raise Refusal(
            "起草和发布不能是同一人。",
            rule=rules.RULE,
            remedy="请本工会另一名审批人发布。",
            code="same_person",
        )
    _check_gates(version)
    _check_day(version, valid_from)
    before = _following(version, valid_from)
    for row in before:
        note(**{f"第 {row.number} 版失效": valid_from.isoformat()})
    before.update(valid_to=valid_from)
    version.state, version.valid_from, version.valid_to = VersionState.PUBLISHED, valid_from, None
    version.published_at = timezone.now()
    version.published_by_id, version.published_by_name = by.user_id, by.name
    version.opinion = reason.strip()[:200]
    _save(version)
    close_todo(target_type=TARGET, target_id=version.pk, by=by.user_id)
    publish_event(
        PUBLISHED_EVENT,
        subject=str(version.pk),
        data={
            "table": version.table,
            "union": version.union_id,
            "number": version.number,
            "from": valid_from.isoformat(),
        },
        org_path=version.org_path,
    )
    return version


@action("tables.return", "退回决策表", PUBLISH_TABLES)
def send_back(version: TableVersion, *, by: Actor, reason: str) -> TableVersion:
    """Give a version back to be changed."""
    _check(version, "return")
    _check_reason(reason)
    version.state, version.opinion = VersionState.DRAFT, reason.strip()[:200]
    _save(version)
    close_todo(target_type=TARGET, target_id=version.pk, by=by.user_id)
    return version


@action("tables.drop", "作废决策表草稿", EDIT_TABLES)
def drop(version: TableVersion, *, by: Actor, reason: str) -> TableVersion:
    """Give up a version that was never published."""
    _check(version, "drop")
    _check_reason(reason)
    version.state, version.opinion = VersionState.DROPPED, reason.strip()[:200]
    _save(version)
    close_todo(target_type=TARGET, target_id=version.pk, by=by.user_id)
    return version


@action("tables.end", "停用决策表版本", PUBLISH_TABLES)
def end(version: TableVersion, *, by: Actor, reason: str, valid_to: date) -> TableVersion:
    """End a published version: from that day on the superior's table holds, or the default.

    A version ended before its first day never holds.
    """
    _check(version, "end")
    _check_reason(reason)
    if valid_to < timezone.localdate():
        raise Refusal("停用日期不能早于今天。", remedy="请填写今天或以后的日期。", field="valid_to")
    if version.valid_to is not None and version.valid_to <= valid_to:
        raise Conflict(
            f"这一版在 {version.valid_to.isoformat()} 已经停用。",
            remedy="无须再停用。",
            code="table_ended",
        )
    if version.valid_from is not None and valid_to <= version.valid_from:
        version.state, version.valid_to = VersionState.DROPPED, None
    else:
        version.valid_to = valid_to
    version.opinion = reason.strip()[:200]
    _save(version)
    return version


def _check(version: TableVersion, verb: str) -> None:
    if version.state not in rules.ALLOWED[verb]:
        raise Conflict(
            f"这一版现在是“{version.get_state_display()}”，不能这样办理。",
            remedy="请刷新页面查看最新状态。",
            code="table_state",
        )


def _check_gates(version: TableVersion) -> None:
    missing = [gate for gate in queries.gates(version) if not gate.met]
    if missing:
        raise Refusal(
            f"还不能发布：{missing[0].title}，这一条没有做到。",
            rule=rules.RULE,
            remedy=missing[0].remedy,
            code="table_gate",
        )


def _check_day(version: TableVersion, day: date) -> None:
    latest = _following(version, day).aggregate(top=Max("valid_from"))["top"]
    if wrong := rules.day_wrong(day, timezone.localdate(), latest):
        raise Refusal(
            wrong, rule=rules.RULE, remedy="请改填日期。", field="valid_from", code="table_day"
        )


def _following(version: TableVersion, day: date) -> Any:
    """The union's published versions that hold on that day or later."""
    rows = queries.versions_at(version.table, version.union).filter(state=VersionState.PUBLISHED)
    return rows.filter(Q(valid_to=None) | Q(valid_to__gt=day))


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < rules.MIN_REASON:
        raise Refusal(
            f"理由至少 {rules.MIN_REASON} 个字。", remedy="请写清楚为什么。", field="reason"
        )


def _save(version: TableVersion) -> None:
    version.version += 1
    version.save()
