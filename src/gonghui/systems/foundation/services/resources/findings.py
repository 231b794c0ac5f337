"""Differences between what is declared and what is seen."""

from __future__ import annotations

from django import forms

from gonghui.kernel.resource.declaration import Choice, Column, Facts, Resource, Sort, Step
from gonghui.kernel.resource.forms import ActionForm
from gonghui.systems.foundation.services import permissions
from gonghui.systems.foundation.services.actions import findings as actions
from gonghui.systems.foundation.services.models import Finding
from gonghui.systems.foundation.services.models.observed import FindingState
from gonghui.systems.foundation.services.queries import register as queries
from gonghui.systems.foundation.services.rules import comparing

TONES = {FindingState.OPEN: "wait", FindingState.ACCEPTED: "idle", FindingState.MENDED: "good"}
KINDS = {
    comparing.UNDECLARED_USE: "依赖未声明",
    comparing.IDLE_USE: "声明的依赖未见",
    comparing.UNDECLARED_EVENT: "发布未声明",
    comparing.IDLE_EVENT: "声明的发布未见",
    comparing.STRAY_EVENT: "消息无主",
    comparing.UNDECLARED_EAR: "订阅未声明",
    comparing.IDLE_EAR: "声明的订阅未见",
    comparing.UNDECLARED_PARTY: "外联未声明",
    comparing.IDLE_PARTY: "声明的外联未见",
    comparing.UNKNOWN_PARTY: "外联未登记",
    comparing.BYPASS: "绕过外联关口",
    comparing.UNDECLARED_ROUTE: "接口未声明",
    comparing.UNKNOWN_CALL: "调用不存在的接口",
    comparing.FOREIGN_KEY: "跨系统数据引用",
}


class CompareForm(ActionForm):
    """Asks nothing; the comparison is the province's."""

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        return {**cleaned, "union": queries.province()}


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label="理由", min_length=4, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


FINDINGS = Resource(
    code="service-findings",
    title="登记与实际的差异",
    unit="处",
    model=Finding,
    view=permissions.VIEW_FINDINGS,
    columns=(
        Column("title", "差异", kind="title"),
        Column("kind", "类别", paint=lambda value: KINDS.get(value, value)),
        Column("system", "系统"),
        Column("state", "状态", kind="state", choices=FindingState, tones=TONES),
        Column("first_seen", "首次发现", kind="datetime"),
        Column("last_seen", "最近发现", kind="datetime", shown=False),
    ),
    filters=(Choice("state", "状态", choices=FindingState, default="open"),),
    sorts=(Sort("first_seen", "首次发现"), Sort("kind", "类别", descending=False)),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="差异或系统",
    facts=(
        Facts(
            "差异",
            (
                ("说明", "why"),
                ("怎样处理", "remedy"),
                ("类别", lambda row: KINDS.get(row.kind, row.kind)),
                ("系统", "system"),
                ("首次发现", "first_seen"),
                ("最近发现", "last_seen"),
                ("接受理由", "reason"),
                ("处理时间", "settled_at"),
            ),
        ),
    ),
    creates=(
        Step(
            actions.compare,
            "compare",
            "立即比对",
            CompareForm,
            help="把清单、接口文档和登记，与源代码、业务消息、数据模型、调用记录逐项比对；"
            "平台每小时自动比对一次。",
            done="已比对。",
        ),
    ),
    steps=(
        Step(
            actions.accept,
            "accept",
            "接受",
            ReasonForm,
            shown=lambda row, actor: row.state == FindingState.OPEN,
            help="差异有正当理由、可以保留的，写明理由；它消失后会自动标为已消除。",
            done="已接受。",
        ),
        Step(
            actions.reopen,
            "reopen",
            "重新处理",
            ReasonForm,
            shown=lambda row, actor: row.state == FindingState.ACCEPTED,
            done="已转回待处理。",
        ),
    ),
    empty="没有差异：登记与实际一致。",
)
