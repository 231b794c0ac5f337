"""Legal aid: the list, the record with lawyer, hearings, papers and file, every step; payouts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from gonghui.engines.casework import listing
from gonghui.engines.casework.queries import cases
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.systems.rights.legal_aid import permissions
from gonghui.systems.rights.legal_aid.actions import aid as actions
from gonghui.systems.rights.legal_aid.actions import hooks, lawyers, payouts
from gonghui.systems.rights.legal_aid.models import (
    Aid,
    AidForm,
    AidState,
    Applicant,
    Matter,
    Payout,
    Result,
)
from gonghui.systems.rights.legal_aid.queries import aid as queries
from gonghui.systems.rights.legal_aid.queries import texts
from gonghui.systems.rights.legal_aid.resources import forms
from gonghui.systems.rights.legal_aid.resources.registers import history
from gonghui.systems.rights.legal_aid.rules import aid as rules

TONES = {
    rules.APPLIED: "wait",
    rules.REVIEWING: "wait",
    rules.SUPPLEMENT: "info",
    rules.SCREENED: "wait",
    rules.GRANTED: "wait",
    rules.ASSIGNED: "info",
    rules.WORKING: "info",
    rules.CONCLUDED: "wait",
    rules.CLOSED: "good",
    rules.ARCHIVED: "good",
    rules.REFUSED: "stop",
    rules.APPEALED: "wait",
    rules.ENDED: "idle",
    rules.DECLINED: "stop",
    rules.WITHDRAWN: "idle",
}


def at(allowed: dict[str, tuple[str, ...]], verb: str) -> Callable[[Any, Actor], bool]:
    """Whether a record is at a state a verb may be done at."""
    return lambda record, actor: record.state in allowed[verb]


def _at(verb: str) -> Callable[[Any, Actor], bool]:
    return at(rules.ALLOWED, verb)


def _ask(record: Aid, actor: Actor) -> bool:
    return record.state == rules.REVIEWING and not record.supplement


def _judge(record: Aid, actor: Actor) -> bool:
    if record.state != rules.APPEALED:
        return False
    return actor.may(permissions.JUDGE_AID, hooks.judge_of(record.union).path)


def open_or_late(finished: tuple[str, ...]) -> Custom:
    """A filter on what is open, and on what is beyond its term."""

    def narrow(rows: QuerySet, value: str) -> QuerySet:
        if value == "late":
            return rows.filter(case__due_on__lt=timezone.localdate()).exclude(state__in=finished)
        return rows.exclude(state__in=finished)

    return Custom(
        "wait", "办理情况", lambda actor: [("open", "办理中"), ("late", "超过期限")], narrow
    )


def find(rows: QuerySet, text: str, scope: Any) -> QuerySet:
    """By the whole number, or by a part of the unit's name."""
    return rows.filter(case__number=text.upper()) | rows.filter(employer__contains=text)


def desk(record: Any, actor: Actor, permission: Permission) -> dict[str, Any]:
    """The clocks of a case and the way to what the applicant said."""
    return {
        "case": record.case,
        "lights": cases.lights(record.case),
        "may": cases.may_see(actor, record.case),
    }


def _progress(record: Aid, actor: Actor) -> dict[str, Any]:
    held = queries.last_assignment(record)
    papers = [("form", "申请表")]
    if record.decided_on:
        papers.append(("decision", "审批表"))
    if held is not None:
        papers.append(("assignment", "指派函"))
    if record.state in (rules.CLOSED, rules.ARCHIVED):
        papers.append(("report", "结案报告"))
    if record.closed_on:
        papers.append(("contents", "卷内目录"))
    return {
        **desk(record, actor, permissions.VIEW_AID),
        "papers": papers,
        "named": [("form", "申请表")],
        "may_reveal": actor.may(permissions.REVEAL_AID, record.org_path),
        "record": record,
        "assignments": queries.assignments(record),
        "held": held if held is not None and held.state == "accepted" else None,
        "may_work": actor.may(permissions.WORK_AID, record.org_path),
        "subsidies": queries.subsidies(record),
    }


def _work(record: Aid, actor: Actor) -> dict[str, Any] | None:
    if not record.decided_on:
        return None
    return {
        "hearings": list(record.hearings.order_by("at")),
        "documents": [(item, _title(item.paper)) for item in record.documents.order_by("pk")],
        "file": rules.file_of(queries.papers_there(record)) if record.closed_on else [],
    }


def _title(code: str) -> str:
    return next((paper.title for paper in rules.ORDER if paper.code == code), code)


def _recovered(record: Aid) -> str:
    return f"{record.recovered} 元" if record.result else ""


AIDS = Resource(
    code="legal-aid",
    title="法律援助",
    unit="件",
    model=Aid,
    view=permissions.VIEW_AID,
    columns=(
        Column("case__number", "编号", kind="title"),
        Column("state", "状态", kind="state", choices=AidState, tones=TONES),
        Column("matter", "事项", choices=Matter),
        Column("applicant", "申请人类别", choices=Applicant),
        Column("employer", "用人单位或对方当事人"),
        Column("case__due_on", "办理期限", kind="date"),
        Column("union__name", "办理工会"),
        Column("form", "援助方式", choices=AidForm, shown=False),
        Column("result", "办理结果", choices=Result, shown=False),
        Column("recovered", "挽回金额（元）", kind="number", shown=False),
        Column("case__received_at", "收到时间", kind="datetime", shown=False),
        Column("file_number", "卷号", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=AidState),
        Choice("matter", "事项", choices=Matter),
        open_or_late(rules.FINISHED),
        Under(),
    ),
    sorts=(Sort("id", "收到先后"),),
    search=find,
    search_hint="完整编号或单位名称",
    facts=(
        Facts(
            "申请",
            (
                ("编号", lambda row: row.case.number),
                ("紧急", lambda row: texts.urgent(row.case)),
                ("事项", "matter"),
                ("申请人类别", "applicant"),
                ("用人单位或对方当事人", "employer"),
                ("请求金额（元）", "claimed"),
                ("受援人数", "people"),
                ("代为申请", "by_agent"),
                ("办理工会", "union"),
                ("补充材料告知", "supplement"),
                ("补充期限", "supplement_due_on"),
            ),
        ),
        Facts(
            "审查和决定",
            (
                ("经济状况审查", "means"),
                ("审查依据", "because"),
                ("审查意见", "finding"),
                ("审查人", "screened_by_name"),
                ("援助方式", "form"),
                ("决定文号", "number"),
                ("决定意见", "opinion"),
                ("审批人", "decided_by_name"),
                ("决定日期", "decided_on"),
                ("复核意见", "judgement"),
                ("复核人", "judged_by_name"),
            ),
        ),
        Facts(
            "结果",
            (
                ("办理结果", "result"),
                ("挽回金额", _recovered),
                ("办案小结", "summary"),
                ("结案审核人", "closed_by_name"),
                ("结案日期", "closed_on"),
                ("卷号", "file_number"),
                ("归档日期", "archived_on"),
            ),
        ),
    ),
    sections=(
        Section("办理、期限和文书", "legal_aid/aid_progress.html", _progress),
        Section("开庭、文书和卷宗", "legal_aid/aid_work.html", _work),
    ),
    timeline=history,
    steps=(
        Step(
            actions.take_in,
            "begin",
            "受理审查",
            shown=_at("take_in"),
            tone="primary",
            help="受理后由您审查；决定期限自收到申请之日起计算。",
            done="已受理，请审查材料和条件。",
        ),
        Step(
            actions.screen,
            "screen",
            "提出审查意见",
            forms.Screen,
            shown=_at("screen"),
            tone="primary",
            done="已提出审查意见，等待审批。",
        ),
        Step(actions.fill, "fill", "核对申请内容", forms.Fill, shown=_at("screen")),
        Step(
            actions.ask,
            "ask",
            "告知补充材料",
            forms.Lacking,
            shown=_ask,
            done="已告知，审查期限暂停。",
        ),
        Step(
            actions.supplied,
            "supplied",
            "材料已补充",
            shown=_at("supplied"),
            tone="primary",
            done="审查期限继续计算。",
        ),
        Step(
            actions.grant,
            "grant",
            "批准援助",
            forms.Grant,
            shown=_at("grant"),
            tone="primary",
            done=lambda row: f"已批准，{row.number}。",
        ),
        Step(actions.back, "back", "退回审查", forms.Reason, shown=_at("back")),
        Step(
            actions.refuse,
            "refuse",
            "不予援助",
            forms.Reason,
            shown=_at("refuse"),
            tone="danger",
            help="理由会告知申请人；申请人可以要求上一级工会复核一次。",
            done="已决定不予援助并告知。",
        ),
        Step(
            actions.judge,
            "judge",
            "作出复核决定",
            forms.Judge,
            shown=_judge,
            tone="primary",
        ),
        Step(
            lawyers.assign,
            "assign",
            "指派律师",
            forms.Assign,
            shown=_at("assign"),
            tone="primary",
            done=lambda row: f"已指派，{row.number}，等待律师答复。",
        ),
        Step(lawyers.replace, "replace", "更换律师", forms.Reason, shown=_at("replace")),
        Step(
            actions.close,
            "close",
            "审核结案",
            forms.Opinion,
            shown=_at("close"),
            tone="primary",
            help="结案后计算办案补贴，答复申请人并请其评价。",
            done="已结案。",
        ),
        Step(actions.rework, "rework", "退回继续办理", forms.Reason, shown=_at("rework")),
        Step(
            actions.archive,
            "archive",
            "归档",
            shown=_at("archive"),
            tone="primary",
            help="卷内文书按顺序齐全后才能归档。",
            done=lambda row: f"已归档，{row.file_number}。",
        ),
        Step(
            actions.end,
            "end",
            "终止援助",
            forms.Reason,
            shown=_at("end"),
            tone="danger",
        ),
    ),
    seen=listing.apart("case__"),
    export=permissions.EXPORT_AID,
    related=("union", "case"),
    empty="还没有法律援助申请。职工可以在服务大厅申请，窗口和信件申请由工会登记。",
)


def _payout(record: Payout, actor: Actor) -> dict[str, Any]:
    return {"lines": queries.lines_of(record), "record": record}


PAYOUTS = Resource(
    code="legal-payouts",
    title="办案补贴发放表",
    unit="份",
    model=Payout,
    view=permissions.PAY_AID,
    columns=(
        Column("number", "编号", kind="title"),
        Column("union__name", "工会"),
        Column("count", "笔数", kind="number"),
        Column("total", "合计（元）", kind="number"),
        Column("made_at", "编制时间", kind="datetime"),
    ),
    filters=(Under(),),
    facts=(
        Facts(
            "发放表",
            (
                ("编号", "number"),
                ("工会", "union"),
                ("笔数", "count"),
                ("合计（元）", "total"),
                ("编制人", "made_by_name"),
                ("编制时间", "made_at"),
            ),
        ),
    ),
    sections=(Section("明细", "legal_aid/payout.html", _payout),),
    timeline=history,
    creates=(
        Step(
            payouts.draw_up,
            "draw",
            "编制发放表",
            forms.Under,
            help="把结案后还没有列入的办案补贴编成一份，导出后交财务发放；平台不付款。",
            done=lambda row: f"已编制 {row.number}，{row.count} 笔 {row.total} 元。",
        ),
    ),
    export=permissions.PAY_AID,
    related=("union",),
    empty="还没有编制过发放表。",
)
