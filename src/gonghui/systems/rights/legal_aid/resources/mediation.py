"""Mediation: the list, the record with sittings, ways open and prints, every step."""

from __future__ import annotations

from typing import Any

from gonghui.engines.casework import listing
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.systems.rights.legal_aid import permissions
from gonghui.systems.rights.legal_aid.actions import mediation as actions
from gonghui.systems.rights.legal_aid.models import Matter, Mediation, MediationState
from gonghui.systems.rights.legal_aid.queries import mediation as queries
from gonghui.systems.rights.legal_aid.queries import texts
from gonghui.systems.rights.legal_aid.resources import forms
from gonghui.systems.rights.legal_aid.resources.aid import at, desk, find, open_or_late
from gonghui.systems.rights.legal_aid.resources.registers import history
from gonghui.systems.rights.legal_aid.rules import mediation as rules

TONES = {
    rules.APPLIED: "wait",
    rules.INVITING: "wait",
    rules.AGREED_TO: "wait",
    rules.SITTING: "info",
    rules.DRAFTED: "info",
    rules.SIGNED: "good",
    rules.PERFORMED: "good",
    rules.BROKEN: "stop",
    rules.FAILED: "stop",
    rules.DECLINED: "stop",
    rules.WITHDRAWN: "idle",
}


def _at(verb: str) -> Any:
    return at(rules.ALLOWED, verb)


def _progress(record: Mediation, actor: Actor) -> dict[str, Any]:
    handles = actor.may(permissions.HANDLE_MEDIATION, record.org_path)
    papers = [("form", "申请书")]
    if record.employer_answer_on:
        papers.append(("notice", "受理通知书"))
    if record.drafted_on and handles:
        papers.append(("agreement", "调解协议书"))
    if record.state == rules.FAILED:
        papers.append(("failure", "终止调解通知书"))
    return {
        **desk(record, actor, permissions.VIEW_MEDIATION),
        "papers": papers,
        "named": [item for item in papers if item[0] in ("form", "agreement")],
        "may_reveal": actor.may(permissions.REVEAL_MEDIATION, record.org_path),
        "record": record,
        "hints": queries.hints(record),
        "sessions": list(record.sessions.order_by("pk")),
        "terms": record.terms.reveal() if record.terms and handles else "",
    }


def _may_confirm(record: Mediation, actor: Actor) -> bool:
    return record.state == rules.SIGNED and not record.confirmed_by


MEDIATIONS = Resource(
    code="mediations",
    title="劳动争议调解",
    unit="件",
    model=Mediation,
    view=permissions.VIEW_MEDIATION,
    columns=(
        Column("case__number", "编号", kind="title"),
        Column("state", "状态", kind="state", choices=MediationState, tones=TONES),
        Column("matter", "争议事项", choices=Matter),
        Column("employer", "用人单位"),
        Column("mediator__name", "调解员"),
        Column("case__due_on", "期限", kind="date"),
        Column("perform_by", "履行期限", kind="date"),
        Column("union__name", "办理工会", shown=False),
        Column("amount", "协议金额（元）", kind="number", shown=False),
        Column("case__received_at", "收到时间", kind="datetime", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=MediationState),
        Choice("matter", "争议事项", choices=Matter),
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
                ("争议事项", "matter"),
                ("用人单位", "employer"),
                ("请求金额（元）", "claimed"),
                ("职工人数", "people"),
                ("知道权利被侵害之日", "known_on"),
                ("劳动关系存续", "employed"),
                ("劳动关系终止日", "left_on"),
                ("办理工会", "union"),
            ),
        ),
        Facts(
            "调解",
            (
                ("对方答复日期", "employer_answer_on"),
                ("对方代表", "employer_contact"),
                ("调解员", "mediator"),
                ("回避核查", "avoidance"),
                ("协议书编号", "number"),
                ("协议金额（元）", "amount"),
                ("履行期限", "perform_by"),
                ("生效日期", "effective_on"),
                ("确认方式", "confirmed_by"),
                ("确认日期", "confirmed_on"),
                ("确认文书号", "confirmation"),
                ("履行情况", "extent"),
                ("回访日期", "performed_on"),
                ("不成原因", "failure"),
                ("终结日期", "failed_on"),
            ),
        ),
    ),
    sections=(Section("办理、期限和文书", "legal_aid/mediation_progress.html", _progress),),
    timeline=history,
    steps=(
        Step(
            actions.take_in,
            "begin",
            "受理申请",
            shown=_at("take_in"),
            tone="primary",
            help="受理后征求用人单位意见，双方同意才调解。",
            done="已受理，请征求用人单位意见。",
        ),
        Step(
            actions.answer,
            "consent",
            "登记对方意见",
            forms.Consent,
            shown=_at("answer"),
            tone="primary",
        ),
        Step(
            actions.appoint,
            "appoint",
            "确定或更换调解员",
            forms.Appoint,
            shown=_at("appoint"),
            tone="primary",
        ),
        Step(actions.sit, "sit", "登记调解会", forms.Sit, shown=_at("sit"), tone="primary"),
        Step(
            actions.agree,
            "agree",
            "拟定协议书",
            forms.Agree,
            shown=_at("agree"),
            done=lambda row: f"已拟定 {row.number}，请打印后由双方签字。",
        ),
        Step(
            actions.sign,
            "sign",
            "登记签字",
            forms.Sign,
            shown=_at("sign"),
            tone="primary",
            done=lambda row: f"协议自 {row.effective_on:%Y-%m-%d} 生效，已提示司法确认期限。",
        ),
        Step(actions.confirm, "confirm", "登记确认", forms.Confirm, shown=_may_confirm),
        Step(
            actions.perform,
            "perform",
            "登记履行",
            forms.Perform,
            shown=_at("perform"),
            tone="primary",
        ),
        Step(
            actions.fail,
            "fail",
            "调解不成",
            forms.Fail,
            shown=_at("fail"),
            tone="danger",
            help="会告知申请人仲裁途径和时效。",
        ),
    ),
    seen=listing.apart("case__"),
    export=permissions.EXPORT_MEDIATION,
    related=("union", "case", "mediator"),
    empty="还没有劳动争议调解申请。",
)
