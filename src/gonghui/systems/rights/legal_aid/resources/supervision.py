"""Supervision: the list, the record with its letters, every step."""

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
from gonghui.systems.rights.legal_aid.actions import supervision as actions
from gonghui.systems.rights.legal_aid.models import Matter, Watch, WatchState
from gonghui.systems.rights.legal_aid.queries import supervision as queries
from gonghui.systems.rights.legal_aid.queries import texts
from gonghui.systems.rights.legal_aid.resources import forms
from gonghui.systems.rights.legal_aid.resources.aid import at, desk, find, open_or_late
from gonghui.systems.rights.legal_aid.resources.registers import history
from gonghui.systems.rights.legal_aid.rules import supervision as rules

TONES = {
    rules.CLUE: "wait",
    rules.PLANNED: "wait",
    rules.INVESTIGATING: "info",
    rules.FOUND: "wait",
    rules.WAITING: "info",
    rules.ANSWERED: "wait",
    rules.ESCALATED: "stop",
    rules.CORRECTED: "good",
    rules.UNFOUNDED: "idle",
    rules.CLOSED: "good",
    rules.DECLINED: "stop",
    rules.WITHDRAWN: "idle",
    rules.MERGED: "idle",
}


def _at(verb: str) -> Any:
    return at(rules.ALLOWED, verb)


def _draft(record: Watch, actor: Actor) -> bool:
    return _at("issue")(record, actor) and record.letters.filter(issued_on=None).exists()


def _undelivered(record: Watch, actor: Actor) -> bool:
    last = record.letters.exclude(issued_on=None).order_by("-pk").first()
    return _at("deliver")(record, actor) and last is not None and last.delivered_on is None


def _unanswered(record: Watch, actor: Actor) -> bool:
    last = record.letters.exclude(issued_on=None).order_by("-pk").first()
    if last is None or not _at("reply")(record, actor):
        return False
    return last.delivered_on is not None and last.replied_on is None


def _progress(record: Watch, actor: Actor) -> dict[str, Any]:
    return {
        **desk(record, actor, permissions.VIEW_WATCH),
        "record": record,
        "supervisors": queries.team(record),
        "letters": queries.sent(record),
    }


WATCHES = Resource(
    code="labour-watches",
    title="劳动法律监督",
    unit="件",
    model=Watch,
    view=permissions.VIEW_WATCH,
    columns=(
        Column("case__number", "编号", kind="title"),
        Column("state", "状态", kind="state", choices=WatchState, tones=TONES),
        Column("employer", "被监督单位"),
        Column("matter", "事项", choices=Matter),
        Column("case__due_on", "答复期限", kind="date"),
        Column("union__name", "办理工会"),
        Column("people", "涉及职工（人）", kind="number", shown=False),
        Column("recovered", "整改补发金额（元）", kind="number", shown=False),
        Column("case__received_at", "收到时间", kind="datetime", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=WatchState),
        Choice("matter", "事项", choices=Matter),
        open_or_late(rules.FINISHED),
        Under(),
    ),
    sorts=(Sort("id", "收到先后"),),
    search=find,
    search_hint="完整编号或单位名称",
    facts=(
        Facts(
            "线索",
            (
                ("编号", lambda row: row.case.number),
                ("紧急", lambda row: texts.urgent(row.case)),
                ("事项", "matter"),
                ("被监督单位", "employer"),
                ("单位地址", "address"),
                ("办理工会", "union"),
            ),
        ),
        Facts(
            "调查和整改",
            (
                ("调查安排", "plan"),
                ("查明违法", "violation"),
                ("查明情况", "finding"),
                ("查明日期", "found_on"),
                ("涉及职工（人）", "people"),
                ("涉及金额（元）", "amount"),
                ("整改核实日期", "corrected_on"),
                ("整改补发金额（元）", "recovered"),
                ("结案意见", "conclusion"),
                ("结案日期", "closed_on"),
            ),
        ),
    ),
    sections=(Section("监督员、文书和期限", "legal_aid/watch_progress.html", _progress),),
    timeline=history,
    steps=(
        Step(
            actions.take_in,
            "begin",
            "受理线索",
            shown=_at("take_in"),
            tone="primary",
            done="已受理，请指定监督员。",
        ),
        Step(
            actions.appoint,
            "appoint",
            "指定监督员",
            forms.Team,
            shown=_at("appoint"),
            tone="primary",
        ),
        Step(
            actions.find,
            "find",
            "登记查明情况",
            forms.Find,
            shown=_at("find"),
            tone="primary",
        ),
        Step(
            actions.write,
            "write",
            "拟写文书",
            forms.Write,
            shown=_at("write"),
            help="提示函提醒风险；查明违法的发意见书；逾期不答复或不整改的，以建议书转劳动监察。",
            done="已拟稿，等待签发。",
        ),
        Step(
            actions.issue,
            "issue",
            "签发文书",
            shown=_draft,
            tone="primary",
            done=lambda letter: f"已签发，{letter.number}。",
        ),
        Step(
            actions.deliver,
            "deliver",
            "登记送达",
            forms.Deliver,
            shown=_undelivered,
            tone="primary",
            done=lambda letter: f"已登记送达，答复期限 {letter.reply_due_on:%Y-%m-%d}。",
        ),
        Step(
            actions.reply,
            "reply",
            "登记答复",
            forms.Reply,
            shown=_unanswered,
            tone="primary",
        ),
        Step(
            actions.verify,
            "verify",
            "核实整改",
            forms.Verify,
            shown=_at("verify"),
            tone="primary",
        ),
        Step(
            actions.close,
            "close",
            "结案",
            forms.Conclusion,
            shown=_at("close"),
            tone="primary",
            help="结案意见会答复提供线索的职工。",
        ),
    ),
    seen=listing.apart("case__"),
    export=permissions.EXPORT_WATCH,
    related=("union", "case"),
    empty="还没有劳动法律监督线索。",
)
