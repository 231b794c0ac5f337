"""Applications to join (入会申请) and the pool (周转池), as cadres see them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from gonghui.kernel import codes
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.audit.entries import timeline
from gonghui.kernel.process.panels import PANEL, case_panel
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
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions import joining as actions
from gonghui.systems.mobilization.membership.actions.joining_flow import case_of
from gonghui.systems.mobilization.membership.models.joining import (
    JoinApplication,
    JoinChannel,
    JoinState,
)
from gonghui.systems.mobilization.membership.queries.joining import (
    findings,
    overdue,
    region_name,
    search_joins,
    suggestion_for,
)
from gonghui.systems.mobilization.membership.rules import joining as rules
from gonghui.systems.mobilization.membership.views.joining_forms import (
    EnterForm,
    ForwardForm,
    MendForm,
    RejectForm,
    ReturnForm,
    RouteForm,
)

TONES = {
    "pooled": "wait",
    "submitted": "wait",
    "returned": "info",
    "appealed": "wait",
    "approved": "good",
    "rejected": "stop",
    "withdrawn": "idle",
}
LATE = Custom(
    "late",
    "期限",
    options=lambda actor: [("1", "已逾期")],
    narrow=lambda rows, value: rows.filter(overdue(timezone.localdate())),
)
EVENT_KINDS = {"approve": "good", "reject": "stop", "escalate": "wait", "return": "info"}
FAULTS = {
    "name": "姓名",
    "document_number": "证件号码",
    "mobile": "手机号码",
    "union": "工作单位",
    "other": "其他",
}


def _derived(record: JoinApplication) -> str:
    parts = [
        codes.name("sex", record.sex),
        f"{record.born_on:%Y-%m-%d} 出生",
        region_name(record.document_kind, record.document.reveal()),
    ]
    return "，".join(part for part in parts if part)


def _optional(record: JoinApplication) -> str:
    parts = [
        codes.name(table, getattr(record, name))
        for name, table in (
            ("nationality", "nationality"),
            ("education", "education"),
            ("political_status", "political"),
            ("occupation", "occupation"),
            ("employment_form", "employment_form"),
            ("trade", "new_employment"),
        )
    ]
    return "，".join(part for part in parts if part) or "未填"


def _returned(record: JoinApplication) -> str:
    named = "、".join(FAULTS[name] for name in record.faulty_fields if name in FAULTS)
    return f"{record.reason}（{named}）" if named else record.reason or "—"


def _who_decides(record: JoinApplication) -> str:
    if record.state == JoinState.POOLED:
        return f"{record.union.name}（经办人分派）"
    if not record.is_open:
        return record.decided_by_name or "—"
    if record.escalated_to is None:
        return record.union.name
    if record.state == JoinState.APPEALED or record.former == "expelled":
        return record.escalated_to.name
    return f"{record.union.name}、{record.escalated_to.name}（已逾期报上级）"


def _finding_rows(record: JoinApplication, actor: Actor) -> dict[str, Any] | None:
    if not actor.may(permissions.RETURN_JOIN, record.org_path):
        return None
    return {"items": findings(record)}


def _suggested(record: JoinApplication, actor: Actor) -> dict[str, Any] | None:
    if record.state != JoinState.POOLED:
        return None
    return {"suggestion": suggestion_for(record)}


def _former(record: JoinApplication) -> str:
    return {
        "withdrawn": "曾经退会，重新入会",
        "expelled": "曾被开除会籍，重新入会须经上级工会批准",
    }.get(record.former, "未入过会")


def _decidable(record: JoinApplication, verb: str) -> bool:
    """Whether it is decided here, and not at the steps of a flow."""
    return rules.may(verb, record.state) and case_of(record) is None


def _events(record: JoinApplication, actor: Actor) -> list[ui.Event]:
    """What happened, with who did it; the applicant acts without an account."""
    return [
        ui.Event(
            entry.at,
            entry.action_name,
            entry.actor_name if entry.actor_id or entry.channel != "web" else "申请人",
            entry.reason,
            EVENT_KINDS.get(entry.action.rsplit(".", 1)[-1], "idle"),
        )
        for entry in timeline(record._meta.label_lower, record.pk)
    ]


APPLICANT = Facts(
    "申请人",
    (
        ("姓名", "name"),
        ("证件类型", "document_kind"),
        ("证件号码", "document_mask"),
        ("由号码得出", _derived),
        ("手机号码", "mobile_mask"),
        ("选填信息", _optional),
        ("以往会籍", _former),
    ),
)
COURSE = Facts(
    "办理",
    (
        ("受理编号", "receipt"),
        ("申请加入", "union"),
        ("来源", "channel"),
        ("录入人", lambda record: record.entered_by_name or "本人"),
        ("申请日期", "submitted_on"),
        ("办理期限", "due_on"),
        ("由谁办理", _who_decides),
        ("退回或不予批准的理由", _returned),
        ("申诉理由", lambda record: record.appeal or "—"),
    ),
)
STEPS = (
    Step(
        actions.approve,
        "approve",
        "批准入会",
        shown=lambda record, actor: _decidable(record, "approve"),
        help="批准后即为会员，会员号终身不变。",
        tone="primary",
        done=lambda result: f"已批准，会员号 {result.member_number}。",
    ),
    Step(
        actions.return_,
        "return",
        "退回补正",
        form=ReturnForm,
        shown=lambda record, actor: rules.may("return", record.state),
        done="已退回，申请人补正后会重新出现在待办中。",
    ),
    Step(
        actions.reject,
        "reject",
        "不予批准",
        form=RejectForm,
        shown=lambda record, actor: _decidable(record, "reject"),
        tone="danger",
        done="已作出不予批准的决定，申请人可以向上级工会申诉。",
    ),
    Step(
        actions.resubmit_for,
        "mend",
        "代为补正",
        form=MendForm,
        shown=lambda record, actor: (
            rules.may("resubmit", record.state) and record.channel == JoinChannel.COUNTER
        ),
        done="已补正并重新提交。",
    ),
)

JOINS = Resource(
    code="join-applications",
    title="入会申请",
    unit="份",
    model=JoinApplication,
    view=permissions.VIEW_JOINS,
    columns=(
        Column("name", "姓名", kind="title"),
        Column("receipt", "受理编号"),
        Column("document_mask", "证件号码"),
        Column("mobile_mask", "手机号码", shown=False),
        Column("union__name", "申请加入"),
        Column("channel", "来源", choices=JoinChannel),
        Column("state", "状态", kind="state", choices=JoinState, tones=TONES),
        Column("submitted_on", "申请日期", kind="date"),
        Column("due_on", "办理期限", kind="date"),
    ),
    filters=(
        Choice("state", "状态", choices=JoinState),
        LATE,
        Choice("channel", "来源", choices=JoinChannel),
        Days("submitted_on", "申请日期"),
        Under(),
    ),
    sorts=(
        Sort("submitted_on", "申请日期"),
        Sort("due_on", "办理期限", descending=False),
    ),
    search=search_joins,
    search_hint="姓名、受理编号、证件号码或手机号码",
    facts=(APPLICANT, COURSE),
    sections=(
        Section("查重和比对", "membership/joining/findings.html", _finding_rows),
        Section("流程", PANEL, case_panel),
    ),
    creates=(
        Step(
            actions.submit_for,
            "enter",
            "窗口代办入会",
            form=EnterForm,
            done=lambda result: f"已受理，编号 {result.receipt}。请把编号告诉申请人。",
        ),
    ),
    timeline=_events,
    steps=STEPS,
    export=permissions.EXPORT_JOINS,
    reveal=actions.reveal,
    related=("union", "escalated_to"),
    empty="还没有入会申请。可以张贴本工会的入会二维码，或在窗口代办。",
)

POOL = Resource(
    code="join-pool",
    title="周转池",
    unit="份",
    model=JoinApplication,
    view=permissions.VIEW_JOINS,
    rows=lambda rows: rows.filter(from_pool=True),
    columns=(
        Column("name", "姓名", kind="title"),
        Column("receipt", "受理编号"),
        Column("trade", "从事的工作", table="new_employment"),
        Column("union__name", "现在所在"),
        Column("state", "状态", kind="state", choices=JoinState, tones=TONES),
        Column("submitted_on", "申请日期", kind="date"),
        Column("due_on", "办理期限", kind="date"),
    ),
    filters=(
        Choice("state", "状态", choices=JoinState, default=JoinState.POOLED.value),
        LATE,
        Choice("trade", "从事的工作", table="new_employment"),
        Days("submitted_on", "申请日期"),
        Under(),
    ),
    sorts=(
        Sort("due_on", "办理期限", descending=False),
        Sort("submitted_on", "申请日期"),
    ),
    search=search_joins,
    search_hint="姓名、受理编号、证件号码或手机号码",
    facts=(APPLICANT, COURSE),
    sections=(
        Section("分派建议", "membership/joining/suggestion.html", _suggested),
        Section("查重和比对", "membership/joining/findings.html", _finding_rows),
    ),
    timeline=_events,
    steps=(
        Step(
            actions.route,
            "route",
            "分派到工会",
            form=RouteForm,
            shown=lambda record, actor: rules.may("route", record.state),
            tone="primary",
            done=lambda result: f"已分派给“{result.union.name}”，由其审批。",
        ),
        Step(
            actions.forward,
            "forward",
            "转其他县区",
            form=ForwardForm,
            shown=lambda record, actor: rules.may("forward", record.state),
            done=lambda result: f"已转到“{result.union.name}”的周转池。",
        ),
        STEPS[1],
    ),
    related=("union", "escalated_to"),
    empty="周转池里没有申请。没有固定单位的职工申请入会时，会先到这里。",
)
