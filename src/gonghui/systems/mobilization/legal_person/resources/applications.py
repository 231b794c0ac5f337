"""Applications: the list, the record with its materials and comparison, and every step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.audit.entries import timeline as audit_timeline
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
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.legal_person import permissions
from gonghui.systems.mobilization.legal_person.actions import applications as actions
from gonghui.systems.mobilization.legal_person.actions import examining
from gonghui.systems.mobilization.legal_person.models import Application, Procedure, State
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.resources import forms as steps
from gonghui.systems.mobilization.legal_person.rules import comparing
from gonghui.systems.mobilization.legal_person.rules import procedures as rules

TONES = {
    State.DRAFT: "idle",
    State.SUBMITTED: "wait",
    State.SUPPLEMENT: "info",
    State.EXAMINING: "wait",
    State.EXAMINED: "wait",
    State.CODING: "wait",
    State.CERTIFYING: "wait",
    State.DONE: "good",
    State.REFUSED: "stop",
    State.APPEALED: "wait",
    State.UNACCEPTED: "stop",
    State.WITHDRAWN: "idle",
    State.LAPSED: "idle",
}
FINISHED = (State.DONE, State.REFUSED, State.UNACCEPTED, State.WITHDRAWN, State.LAPSED)


def _own(verb: str) -> Callable[[Application, Actor], bool]:
    return lambda record, actor: record.state in rules.ALLOWED[verb]


def _here(verb: str, permission: Permission) -> Callable[[Application, Actor], bool]:
    return lambda record, actor: (
        record.state in rules.ALLOWED[verb] and queries.at_registrar(actor, record, permission)
    )


def _examine(verb: str) -> Callable[[Application, Actor], bool]:
    return _here(verb, permissions.EXAMINE_LEGAL)


def _may_supplement(record: Application, actor: Actor) -> bool:
    return record.supplement_on is None and _examine("supplement")(record, actor)


def _may_appeal(record: Application, actor: Actor) -> bool:
    return record.state == State.REFUSED and record.appealed_at is None


def _may_judge(record: Application, actor: Actor) -> bool:
    return record.state == State.APPEALED and queries.holds_at(
        actor, queries.superior_of(record).pk, permissions.JUDGE_LEGAL
    )


def _has_differences(record: Application, actor: Actor) -> bool:
    return _examine("compare")(record, actor) and bool(queries.open_lines(record))


def _narrow(rows: QuerySet, value: str) -> QuerySet:
    today = timezone.localdate()
    if value == "late":
        return rows.filter(due_on__lt=today, left=None).exclude(
            state__in=(*FINISHED, State.CODING, State.CERTIFYING)
        )
    if value == "paused":
        return rows.filter(state=State.SUPPLEMENT)
    return rows.exclude(state__in=FINISHED)


def _waits(actor: Actor) -> Sequence[tuple[str, str]]:
    return [("open", "办理中"), ("late", "超过办理期限"), ("paused", "停止计时")]


def _materials(record: Application, actor: Actor) -> dict[str, Any]:
    return {"items": queries.materials_of(record), "total": record.materials.count()}


def _comparison(record: Application, actor: Actor) -> dict[str, Any] | None:
    lines = queries.comparison(record)
    decided = record.decisions
    return {
        "lines": [
            {
                "line": line,
                "choice": comparing.CHOICES.get(decided.get(line.field, {}).get("choice", ""), ""),
                "made": decided.get(line.field),
            }
            for line in lines
        ]
    }


def _progress(record: Application, actor: Actor) -> dict[str, Any]:
    order = [
        ("提交", (State.DRAFT,)),
        ("受理", (State.SUBMITTED, State.SUPPLEMENT)),
        ("审查", (State.EXAMINING,)),
        ("核准", (State.EXAMINED, State.APPEALED)),
    ]
    if record.procedure == rules.NEW:
        order.append(("赋码", (State.CODING,)))
    if record.procedure != rules.CANCEL:
        order.append(("制证发证", (State.CERTIFYING,)))
    at = next(
        (
            index
            for index, (_, states) in enumerate(order)
            if record.state in states
            or (record.state == State.SUPPLEMENT and record.paused_from in states)
        ),
        len(order) if record.state == State.DONE else -1,
    )
    if record.state == State.SUPPLEMENT and record.paused_from == State.EXAMINING:
        at = 2
    if at < 0:
        at = 3 if record.decided_at else 1
        stopped = record.state != State.DONE
    else:
        stopped = False
    shown = [
        ui.Step(
            title,
            "done" if index < at else ("stopped" if stopped else "now") if index == at else "todo",
        )
        for index, (title, _) in enumerate(order)
    ]
    return {
        "steps": shown,
        "record": record,
        "prints": _prints(record),
        "coding": record.state == State.CODING,
        "requests": queries.requests_of(record) if record.state == State.CODING else [],
        "paused": record.left is not None,
        "certificates": queries.certificates_of(record),
    }


def _prints(record: Application) -> list[tuple[str, str]]:
    found = [("form", "申请表")]
    if record.accepted_on:
        found.append(("accepted", "受理通知书"))
    if record.supplement_on:
        found.append(("supplement", "补正通知书"))
    if record.state == State.UNACCEPTED:
        found.append(("unaccepted", "不予受理通知书"))
    if record.granted is not None:
        found.append(("decision", "准予登记决定书" if record.granted else "不予登记决定书"))
    return found


def _timeline(record: Application, actor: Actor) -> list[ui.Event]:
    return [
        ui.Event(entry.at, entry.action_name, entry.actor_name, entry.reason)
        for entry in audit_timeline(record._meta.label_lower, record.pk)
    ]


def _clock(record: Application) -> str:
    if record.left is not None:
        return f"停止计时，剩余 {record.left} 个工作日"
    return f"{record.due_on:%Y-%m-%d}" if record.due_on else "—"


APPLICATIONS = Resource(
    code="legal-applications",
    title="法人登记申请",
    unit="件",
    model=Application,
    view=permissions.VIEW_LEGAL,
    columns=(
        Column("union__name", "工会", kind="title"),
        Column("procedure", "事项", choices=Procedure),
        Column("state", "状态", kind="state", choices=State, tones=TONES),
        Column("receipt", "受理编号"),
        Column("registrar__name", "登记机关"),
        Column("due_on", "办理期限", kind="date"),
        Column("submitted_at", "提交时间", kind="datetime"),
        Column("late", "逾期申请", kind="flag", shown=False),
        Column("document", "决定文号", shown=False),
        Column("workdays", "办理用时（工作日）", kind="number", shown=False),
    ),
    filters=(
        Choice("procedure", "事项", choices=Procedure),
        Choice("state", "状态", choices=State),
        Custom("wait", "办理情况", _waits, _narrow),
        Under(),
    ),
    sorts=(Sort("id", "建立先后"),),
    search=queries.search_applications,
    search_hint="受理编号或工会名称",
    facts=(
        Facts(
            "申请",
            (
                ("受理编号", "receipt"),
                ("事项", "procedure"),
                ("工会", "union"),
                ("登记机关", "registrar"),
                ("提交时间", "submitted_at"),
                ("提交人", "submitted_by_name"),
                ("办理期限", _clock),
                ("逾期申请", "late"),
                ("逾期说明", "late_reason"),
                ("申请事由", "reason"),
                ("依据文号", "basis"),
            ),
        ),
        Facts(
            "登记事项",
            (
                ("名称", "name"),
                ("住所", "residence"),
                ("法定代表人", "representative_name"),
                ("证件号码", "representative_mask"),
                ("经费来源", "funds"),
                ("成立日期", "founded_on"),
                ("成立批复文号", "founded_document"),
                ("变更或选举日期", "happened_on"),
                ("任期（年）", "term_years"),
                ("延期至", "delayed_to"),
                ("经办联系人", "contact_name"),
                ("联系电话", "contact_mask"),
            ),
        ),
        Facts(
            "办理",
            (
                ("受理日期", "accepted_on"),
                ("受理人", "accepted_by_name"),
                ("补正告知", "supplement"),
                ("补正期限", "supplement_due_on"),
                ("审查意见", "finding"),
                ("审查人", "examined_by_name"),
                ("决定文号", "document"),
                ("决定理由", "opinion"),
                ("核准人", "decided_by_name"),
                ("决定时间", "decided_at"),
                ("办理用时（工作日）", "workdays"),
                ("复核理由", "appeal"),
                ("复核意见", "judgement"),
                ("复核人", "judged_by_name"),
            ),
        ),
    ),
    sections=(
        Section("办理进度和文书", "legal_person/progress.html", _progress),
        Section("申请材料", "legal_person/materials.html", _materials),
        Section("与基层组织库比对", "legal_person/comparison.html", _comparison),
    ),
    timeline=_timeline,
    creates=(
        Step(
            actions.draw,
            "draw",
            "申请登记",
            steps.DrawForm,
            help="先选事项，已有的信息会自动带出；接着填写、上传材料，最后提交。",
            done="已建立申请，请填写并上传材料后提交。",
        ),
    ),
    steps=(
        Step(
            actions.submit,
            "submit",
            "提交申请",
            shown=_own("submit"),
            tone="primary",
            help="提交后取得受理编号，由登记机关在期限内受理。",
            done=lambda found: f"已提交，受理编号 {found.receipt}。",
        ),
        Step(
            actions.edit,
            "edit",
            "填写",
            steps.FillForm,
            shown=_own("edit"),
            done="已保存。",
        ),
        Step(
            actions.bring,
            "materials",
            "上传材料",
            steps.BringForm,
            shown=_own("edit"),
            done="已上传。",
        ),
        Step(
            actions.answer,
            "answer",
            "补正完毕，重新提交",
            shown=_own("answer"),
            tone="primary",
            help="请先按告知内容修改填写项、补传材料，再提交补正；办理时限从提交之日继续计算。",
            done="已提交补正。",
        ),
        Step(
            examining.accept,
            "accept",
            "受理",
            shown=_examine("accept"),
            tone="primary",
            help="材料齐全、属于本机关登记的应当受理；受理之日起计算审查期限。",
            done=lambda found: f"已受理，审查核准期限至 {found.due_on:%Y-%m-%d}。",
        ),
        Step(
            examining.examine,
            "examine",
            "提出审查意见",
            steps.ExamineForm,
            shown=_examine("examine"),
            tone="primary",
            done="已提出审查意见，等待核准。",
        ),
        Step(
            examining.compare,
            "compare",
            "比对核实",
            steps.CompareForm,
            shown=_has_differences,
            help="申报内容与基层组织库不一致的，逐项决定以哪一方为准。"
            "以申报为准的，核准时写回组织库。",
            done="已记录核实结果。",
        ),
        Step(
            examining.supplement,
            "supplement",
            "一次性告知补正",
            steps.SupplementForm,
            shown=_may_supplement,
            help="告知后停止计时，补正后继续计算剩余的工作日。",
            done="已告知，办理时限停止计算。",
        ),
        Step(
            examining.unaccept,
            "unaccept",
            "不予受理",
            steps.ReasonForm,
            shown=_examine("unaccept"),
            tone="danger",
            done="已决定不予受理。",
        ),
        Step(
            examining.approve,
            "approve",
            "准予登记",
            steps.OpinionForm,
            shown=_here("approve", permissions.DECIDE_LEGAL),
            tone="primary",
            help="核准后编发决定书文号；新办登记转外部平台赋码，其他事项转制证。",
            done=lambda found: f"已核准，{found.document}。现在是“{found.get_state_display()}”。",
        ),
        Step(
            examining.send_back,
            "back",
            "退回审查",
            steps.ReasonForm,
            shown=_here("back", permissions.DECIDE_LEGAL),
        ),
        Step(
            examining.refuse,
            "refuse",
            "不予登记",
            steps.ReasonForm,
            shown=_here("refuse", permissions.DECIDE_LEGAL),
            tone="danger",
            help="写明理由；申请人可以向上一级工会申请复核一次。",
            done=lambda found: f"已决定不予登记，{found.document}。",
        ),
        Step(
            actions.appeal,
            "appeal",
            "申请复核",
            steps.ReasonForm,
            shown=_may_appeal,
            tone="primary",
            help="由登记机关的上一级工会复核，只能申请一次。",
            done="已提交复核申请。",
        ),
        Step(
            examining.judge,
            "judge",
            "作出复核决定",
            steps.JudgeForm,
            shown=_may_judge,
            tone="primary",
        ),
        Step(
            actions.withdraw,
            "withdraw",
            "撤回申请",
            shown=_own("withdraw"),
            done="已撤回申请。",
        ),
    ),
    export=permissions.EXPORT_LEGAL,
    reveal=examining.reveal,
    related=("union", "registrar__parent", "person__code"),
    empty="还没有法人登记申请。工会批准成立后会自动建立新办登记的申请，也可以在这里申请。",
)
