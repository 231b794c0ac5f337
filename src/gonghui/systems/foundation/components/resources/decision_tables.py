"""Versions of decision tables with what stands before publishing, and the trace of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, DayField
from gonghui.kernel.rules.models import DecisionTrace, TableVersion, VersionState
from gonghui.systems.foundation.components import permissions
from gonghui.systems.foundation.components.actions import decision_tables as actions
from gonghui.systems.foundation.components.queries import decision_tables as queries
from gonghui.systems.foundation.components.rules import publishing as rules
from gonghui.systems.foundation.components.views import grids

TONES = {
    VersionState.DRAFT: "idle",
    VersionState.WAITING: "wait",
    VersionState.PUBLISHED: "good",
    VersionState.DROPPED: "stop",
}
SHOWN_CHANGES = 20


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label="理由",
        min_length=rules.MIN_REASON,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AskForm(ActionForm):
    valid_from = DayField(label="生效日期", help_text="今天或以后；此前的事项仍按原来的表。")
    source_doc = forms.CharField(label="文件依据", max_length=200, required=False)
    reason = forms.CharField(
        label="修改说明",
        min_length=rules.MIN_REASON,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = timezone.localdate()
        if isinstance(self.record, TableVersion):
            self.fields["source_doc"].initial = self.record.source_doc
            self.fields["reason"].initial = self.record.reason


class PublishForm(ActionForm):
    valid_from = DayField(label="生效日期", help_text="从这一天起按新版，前一版同日失效。")
    reason = forms.CharField(label="意见", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.record.valid_from if isinstance(self.record, TableVersion) else None
        self.fields["valid_from"].initial = max(asked, timezone.localdate()) if asked else None


class EndForm(ReasonForm):
    valid_to = DayField(label="停用日期", help_text="从这一天起改按上级工会的表或平台默认。")

    field_order = ["valid_to", "reason"]


def _in(verb: str) -> Any:
    return lambda version, actor: version.state in rules.ALLOWED[verb]


def _publishable(version: TableVersion, actor: Actor) -> bool:
    return version.state == VersionState.WAITING and version.drafted_by_id != actor.user_id


def _endable(version: TableVersion, actor: Actor) -> bool:
    return version.state == VersionState.PUBLISHED and (
        version.valid_to is None or version.valid_to > timezone.localdate()
    )


def _known(version: TableVersion) -> queries.Checked | None:
    """The checks of a version, made once for its page; None when its table is gone."""
    if "known" not in version.__dict__:
        table = queries.every().get(version.table)
        version.__dict__["known"] = queries.checked(table, version.parsed) if table else None
    return version.__dict__["known"]  # type: ignore[no-any-return]


def _before_publishing(version: TableVersion, actor: Actor) -> dict[str, Any] | None:
    if version.state not in (VersionState.DRAFT, VersionState.WAITING):
        return None
    known = _known(version)
    if known is None:
        return None
    return {"gates": queries.gates_of(version, known), "findings": known.findings}


def _lines(version: TableVersion, actor: Actor) -> dict[str, Any] | None:
    table, known = queries.every().get(version.table), _known(version)
    if table is None or known is None:
        return None
    edits = version.state == VersionState.DRAFT and actor.may(
        permissions.EDIT_TABLES, version.org_path
    )
    return {
        "grid": grids.grid(table, version.parsed, known.faults),
        "table": table,
        "edit_url": reverse("rules-edit", args=[version.pk]) if edits else "",
        "compare_url": reverse("rules-compare", args=[version.table])
        + f"?union={version.union_id}&right={version.pk}",
        "workbook_url": reverse("rules-workbook", args=[version.pk]),
        "table_url": reverse("rules-table", args=[version.table]) + f"?union={version.union_id}",
    }


def _tests(version: TableVersion, actor: Actor) -> dict[str, Any] | None:
    table, known = queries.every().get(version.table), _known(version)
    if table is None or known is None:
        return None
    return {"tested": grids.tested(table, known.tested), "failed": known.failed}


def _impact(version: TableVersion, actor: Actor) -> dict[str, Any] | None:
    if queries.every().get(version.table) is None:
        return None
    run = queries.last_run(version)
    return {"run": run, "details": run.details[:SHOWN_CHANGES] if run else []}


def _holding(version: TableVersion) -> str:
    if version.valid_from is None:
        return "—"
    start = version.valid_from.isoformat()
    return f"{start} 至 {version.valid_to.isoformat()} 前" if version.valid_to else f"{start} 起"


VERSIONS = Resource(
    code="rule-versions",
    title="决策表版本",
    unit="版",
    model=TableVersion,
    view=permissions.VIEW_TABLES,
    columns=(
        Column("title", "决策表", kind="title"),
        Column("number", "版本号", kind="number"),
        Column("state", "状态", kind="state", choices=VersionState, tones=TONES),
        Column("union__name", "工会"),
        Column("lines", "行数", kind="number"),
        Column("valid_from", "生效日期", kind="date"),
        Column("valid_to", "失效日期", kind="date"),
        Column("drafted_by_name", "起草人"),
        Column("published_by_name", "发布人", shown=False),
        Column("drafted_at", "起草时间", kind="datetime", shown=False),
        Column("reason", "修改说明", shown=False),
    ),
    filters=(Choice("state", "状态", choices=VersionState), Under()),
    sorts=(Sort("id", "起草先后"),),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="决策表名称",
    related=("union",),
    facts=(
        Facts(
            "版本",
            (
                ("决策表", "title"),
                ("工会", "union"),
                ("版本号", "number"),
                ("有效期", _holding),
                ("文件依据", "source_doc"),
                ("修改说明", "reason"),
                ("起草人", "drafted_by_name"),
                ("起草时间", "drafted_at"),
                ("发布人", "published_by_name"),
                ("发布时间", "published_at"),
                ("办理意见", "opinion"),
            ),
        ),
    ),
    sections=(
        Section("发布条件", "components/rules_gates.html", _before_publishing),
        Section("内容", "components/rules_lines.html", _lines),
        Section("用例", "components/rules_tests.html", _tests),
        Section("影响试算", "components/rules_impact.html", _impact),
    ),
    steps=(
        Step(
            actions.try_on_past,
            "try",
            "试算影响",
            shown=_in("try"),
            help="用近一年的决策记录重新计算，看哪些结果会改变。不影响正在办理的事项。",
            done="已试算，结果见下方“影响试算”。",
        ),
        Step(
            actions.ask,
            "ask",
            "送审",
            form=AskForm,
            shown=_in("ask"),
            help="发布条件全部满足后，送本工会审批人发布。",
            tone="primary",
            done="已送审，等待审批人发布。",
        ),
        Step(
            actions.publish,
            "publish",
            "发布",
            form=PublishForm,
            shown=_publishable,
            help="发布后从生效日期起对本工会及下级工会起作用。起草和发布不能是同一人。",
            tone="primary",
            done="已发布。",
        ),
        Step(
            actions.send_back,
            "return",
            "退回修改",
            form=ReasonForm,
            shown=_in("return"),
            done="已退回起草人。",
        ),
        Step(
            actions.drop,
            "drop",
            "作废",
            form=ReasonForm,
            shown=_in("drop"),
            tone="danger",
            done="已作废，现行的表不变。",
        ),
        Step(
            actions.end,
            "end",
            "停用这一版",
            form=EndForm,
            shown=_endable,
            tone="danger",
            done="已登记停用日期。",
        ),
    ),
    empty="还没有自己的版本，各表按平台默认或上级工会的规定。在“决策表”里选一张，起草新版。",
)


def _tables(actor: Actor) -> Sequence[tuple[str, str]]:
    return [(table.code, table.title) for table in queries.every().values()]


def _because(trace: DecisionTrace) -> str:
    return trace.because


DECISIONS = Resource(
    code="rule-decisions",
    title="决策记录",
    unit="次",
    model=DecisionTrace,
    view=permissions.VIEW_DECISIONS,
    columns=(
        Column("subject_label", "对象", kind="title"),
        Column("title", "决策表"),
        Column("summary", "结论"),
        Column("union__name", "工会"),
        Column("number", "版本号", paint=lambda value: f"第 {value} 版" if value else "平台默认"),
        Column("decided_on", "适用日期", kind="date"),
        Column("decided_at", "决策时间", kind="datetime", shown=False),
    ),
    filters=(
        Custom("table", "决策表", _tables, lambda rows, value: rows.filter(table=value)),
        Days("decided_on", "适用日期"),
        Under(),
    ),
    sorts=(Sort("id", "决策先后"),),
    search=lambda rows, text, scope: rows.filter(subject_label__contains=text),
    search_hint="对象名称",
    related=("union",),
    facts=(
        Facts(
            "决策",
            (
                ("对象", "subject_label"),
                ("决策表", "title"),
                ("工会", "union"),
                ("版本", lambda row: f"第 {row.number} 版" if row.number else "平台默认"),
                ("适用日期", "decided_on"),
                ("决策时间", "decided_at"),
                ("结论", "summary"),
                ("起作用的行", lambda row: "、".join(str(item) for item in row.rows) or "没有"),
                ("理由", _because),
            ),
        ),
        Facts("当时的条件", (("条件", grids.given_words),)),
    ),
    export=permissions.EXPORT_DECISIONS,
    empty="还没有决策记录。系统按决策表得出结果时，会把条件、结果和理由记在这里。",
)
