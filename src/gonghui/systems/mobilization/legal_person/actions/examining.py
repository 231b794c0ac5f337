"""The registering union's side: accept, supplement once, compare, examine, decide, judge."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Unmasking
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.workdays import workdays_between
from gonghui.kernel.config.declaring import Level, Setting
from gonghui.systems.mobilization.legal_person import permissions
from gonghui.systems.mobilization.legal_person.actions import numbers, registering
from gonghui.systems.mobilization.legal_person.actions.applications import (
    check_state,
    moved,
    refuse_own,
    supplement_due,
)
from gonghui.systems.mobilization.legal_person.models import Application, State
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.queries.figures import (
    REVIEW_WORKDAYS,
    SUPPLEMENT_WORKDAYS,
)
from gonghui.systems.mobilization.legal_person.rules import comparing
from gonghui.systems.mobilization.legal_person.rules import procedures as rules

TWO_PERSONS = Setting(
    "legal_person.two_persons",
    "法人登记审查和核准由两人办理",
    bool,
    True,
    "选“是”时，审查人不能核准同一份申请。",
    levels=(Level.PLATFORM, Level.CITY, Level.COUNTY),
)


def _at(application: Application, by: Actor, permission: Permission) -> None:
    """Refuse whoever holds the permission above the registering union, not at it."""
    if not queries.at_registrar(by, application, permission):
        raise Forbidden(
            f"这份申请由“{application.registrar.name}”办理，上级工会不代为登记。",
            rule=rules.TERRITORIAL,
            remedy=f"请由“{application.registrar.name}”的人员办理。",
            code="not_registrar",
        )
    refuse_own(application, by)


@action(
    "legal-applications.accept",
    "受理法人登记申请",
    permissions.EXAMINE_LEGAL,
    place=queries.registrar_path,
)
def accept(application: Application, *, by: Actor) -> Application:
    """Take the application up: the term of examination begins."""
    check_state(application, "accept")
    _at(application, by, permissions.EXAMINE_LEGAL)
    today = timezone.localdate()
    application.accepted_on, application.accepted_by_name = today, by.name
    application.state = State.EXAMINING
    application.clock = rules.started(today, REVIEW_WORKDAYS.on(today))
    due = f"{application.due_on:%Y-%m-%d}" if application.due_on else ""
    return moved(application, by, "已受理", f"审查核准期限至 {due}。")


@action(
    "legal-applications.unaccept",
    "不予受理法人登记申请",
    permissions.EXAMINE_LEGAL,
    place=queries.registrar_path,
)
def unaccept(application: Application, *, by: Actor, reason: str) -> Application:
    """The matter is not for this registering union; the reason is told."""
    check_state(application, "unaccept")
    _at(application, by, permissions.EXAMINE_LEGAL)
    application.opinion = rules.check_reason(reason, "不予受理的理由")
    application.state = State.UNACCEPTED
    application.decided_at = application.done_at = timezone.now()
    application.decided_by_id, application.decided_by_name = by.user_id, by.name
    return moved(application, by, "不予受理", application.opinion)


@action(
    "legal-applications.supplement",
    "一次性告知补正",
    permissions.EXAMINE_LEGAL,
    place=queries.registrar_path,
)
def supplement(application: Application, *, by: Actor, reason: str) -> Application:
    """Tell once and whole what is missing; the clock stands until it is brought."""
    check_state(application, "supplement")
    _at(application, by, permissions.EXAMINE_LEGAL)
    if application.supplement_on is not None:
        raise Refusal(
            f"已于 {application.supplement_on:%Y-%m-%d} 告知过一次补正，不能再次要求补正。",
            rule=rules.ONCE_RULE,
            remedy="请按现有材料审查：符合条件的拟予登记，不符合的写明理由。",
            code="told_before",
        )
    today = timezone.localdate()
    application.supplement = rules.check_reason(reason, "需要补正的全部内容")
    application.supplement_on = today
    application.supplement_due_on = supplement_due(today, SUPPLEMENT_WORKDAYS.on(today))
    application.paused_from = application.state
    application.state = State.SUPPLEMENT
    application.clock = rules.stopped(application.clock, today)
    return moved(
        application,
        by,
        "需要补正",
        f"请在 {application.supplement_due_on:%Y-%m-%d} 前补正：{application.supplement}",
    )


@action("legal-applications.lapse", "逾期未补正办结", permissions.LAPSE_LEGAL)
def lapse(application: Application, *, by: Actor) -> Application:
    """Close an application nobody mended within the term; it may be made anew."""
    check_state(application, "lapse")
    due = application.supplement_due_on
    if due is None or due >= timezone.localdate():
        raise Conflict("补正期限还没有过。", code="not_due")
    application.state = State.LAPSED
    application.done_at = timezone.now()
    return moved(application, by, "逾期未补正", "申请已办结，可以重新申请。")


@action(
    "legal-applications.compare",
    "比对核实登记信息",
    permissions.EXAMINE_LEGAL,
    place=queries.registrar_path,
)
def compare(
    application: Application, *, by: Actor, choices: dict[str, str], reason: str = ""
) -> Application:
    """Decide differences between declaration and record: by item, one of comparing.CHOICES."""
    check_state(application, "compare")
    _at(application, by, permissions.EXAMINE_LEGAL)
    lines = {line.field: line for line in queries.comparison(application) if not line.same}
    made = {field: choice for field, choice in choices.items() if choice and field in lines}
    if not made:
        raise Refusal("还没有选择以哪一方为准。", remedy="请至少对一项作出选择。")
    if comparing.BOTH in made.values():
        rules.check_reason(reason, "各自保留的核实情况")
    for field, choice in made.items():
        line = lines[field]
        if choice not in dict(line.choices):
            raise Refusal(f"“{line.title}”不能这样处理。", field=field)
        if choice == comparing.RECORDED:
            _correct(application, field)
        application.decisions = {
            **application.decisions,
            field: {
                "declared": line.declared,
                "recorded": line.recorded,
                "choice": choice,
                "reason": reason.strip(),
                "by": by.name,
            },
        }
        note(
            **{
                f"compare.{field}": {
                    "label": line.title,
                    "before": f"申报：{line.declared}；组织库：{line.recorded or '空'}",
                    "after": comparing.CHOICES[choice],
                }
            }
        )
    application.version += 1
    application.save()
    return application


def _correct(application: Application, field: str) -> None:
    """Let the declaration say what the record has."""
    value: Any = queries.recorded_facts(application.union)[field]
    if field == "uscc" or not value:
        raise Refusal(
            "组织库没有这一项可用的内容，不能据以改正申报。",
            remedy="请选择“经核实各自保留”并写明理由，或退回补正。",
            field=field,
        )
    setattr(application, field, value)


@action(
    "legal-applications.examine",
    "审查法人登记申请",
    permissions.EXAMINE_LEGAL,
    place=queries.registrar_path,
)
def examine(application: Application, *, by: Actor, favourable: bool, finding: str) -> Application:
    """Say what the examination found, for whoever decides."""
    check_state(application, "examine")
    _at(application, by, permissions.EXAMINE_LEGAL)
    if favourable:
        _refuse_undecided(application)
    application.favourable = favourable
    application.finding = rules.check_reason(finding, "审查意见")
    application.examined_by_id, application.examined_by_name = by.user_id, by.name
    application.examined_at = timezone.now()
    application.state = State.EXAMINED
    return moved(application, by, "审查完毕")


def _refuse_undecided(application: Application) -> None:
    lines = queries.open_lines(application)
    if lines:
        raise Conflict(
            f"申报与基层组织库不一致的还没有核实：{'、'.join(line.title for line in lines)}。",
            rule="登记信息与基层组织数据库比对、核实后方可登记",
            remedy="请先在“比对核实”中逐项决定以哪一方为准。",
            code="undecided",
        )


@action(
    "legal-applications.back",
    "退回审查",
    permissions.DECIDE_LEGAL,
    place=queries.registrar_path,
)
def send_back(application: Application, *, by: Actor, reason: str) -> Application:
    """Give the application back to be examined again."""
    check_state(application, "back")
    _at(application, by, permissions.DECIDE_LEGAL)
    application.opinion = rules.check_reason(reason, "退回的理由")
    application.state = State.EXAMINING
    return moved(application, by, "退回审查", "")


@action(
    "legal-applications.approve",
    "核准法人登记",
    permissions.DECIDE_LEGAL,
    place=queries.registrar_path,
)
def approve(application: Application, *, by: Actor, opinion: str = "") -> Application:
    """Register: a numbered decision, the record brought up to date, the procedure's effect."""
    _decide(application, "approve", by)
    _refuse_undecided(application)
    application.granted = True
    application.opinion = opinion.strip() or "经审查，符合登记条件，准予登记。"
    registering.take_effect(application, by)
    return moved(application, by, application.get_state_display(), application.document)


@action(
    "legal-applications.refuse",
    "不予法人登记",
    permissions.DECIDE_LEGAL,
    place=queries.registrar_path,
)
def refuse(application: Application, *, by: Actor, reason: str) -> Application:
    """Refuse with a numbered decision that names reason and appeal."""
    _decide(application, "refuse", by)
    application.opinion = rules.check_reason(reason, "不予登记的理由")
    application.granted = False
    application.state = State.REFUSED
    application.done_at = application.decided_at
    return moved(
        application,
        by,
        "不予登记",
        f"{application.document}。理由：{application.opinion}。可以向上一级工会申请复核。",
    )


def _decide(application: Application, verb: str, by: Actor) -> None:
    check_state(application, verb)
    _at(application, by, permissions.DECIDE_LEGAL)
    two = TWO_PERSONS.value(application.registrar.path)
    if two and by.user_id is not None and by.user_id == application.examined_by_id:
        raise Forbidden(
            "审查人不能核准自己审查的申请。",
            rule=rules.TWO_RULE,
            remedy="请由登记机关的其他审批人办理。",
            code="two_persons",
        )
    today = timezone.localdate()
    application.document = numbers.decision(application.registrar, today)
    application.decided_at = timezone.now()
    application.decided_by_id, application.decided_by_name = by.user_id, by.name
    application.workdays = _taken(application, today)


def _taken(application: Application, today: date) -> int | None:
    """Workdays since acceptance, or since an appeal had it examined anew, while the clock ran."""
    since = application.accepted_on
    if since is None:
        return None
    if application.judged_at is not None:
        since = max(since, timezone.localdate(application.judged_at))
    taken = workdays_between(since, today)
    stood, again = application.supplement_on, application.answered_on
    if stood and again and stood >= since:
        taken -= workdays_between(stood, again)
    return max(taken, 0)


@action(
    "legal-applications.judge",
    "复核不予登记的决定",
    permissions.JUDGE_LEGAL,
    place=queries.superior_path,
)
def judge(application: Application, *, by: Actor, uphold: bool, reason: str) -> Application:
    """The union above keeps the decision, or has it examined anew."""
    check_state(application, "judge")
    above = queries.superior_of(application)
    if not queries.holds_at(by, above.pk, permissions.JUDGE_LEGAL):
        raise Forbidden(
            f"这份申请由“{above.name}”复核。",
            rule=rules.APPEAL_RULE,
            remedy=f"请由“{above.name}”的人员办理。",
            code="not_superior",
        )
    refuse_own(application, by)
    if by.user_id is not None and by.user_id == application.decided_by_id:
        raise Forbidden("不能复核自己作出的决定。", rule=rules.APPEAL_RULE, code="own_decision")
    today = timezone.localdate()
    application.judgement = rules.check_reason(reason, "复核意见")
    application.judged_by_name, application.judged_at = by.name, timezone.now()
    if uphold:
        application.state = State.REFUSED
        return moved(application, by, "复核维持原决定", application.judgement)
    application.state = State.EXAMINING
    application.granted, application.document, application.done_at = None, "", None
    application.clock = rules.started(today, REVIEW_WORKDAYS.on(today))
    return moved(application, by, "复核撤销原决定，重新审查", application.judgement)


@action(
    "legal-applications.reveal",
    "查看法定代表人证件号码和联系电话",
    permissions.REVEAL_LEGAL,
    step_up=True,
)
def reveal(application: Application, *, by: Actor, reason: str) -> dict[str, str]:
    """The sealed numbers in plain; the look is logged with its reason."""
    rules.check_reason(reason, "查看理由")
    Unmasking.objects.create(
        user_id=by.user_id or 0,
        person_id=0,
        fields=["representative_id", "contact_phone"],
        reason=f"{application.receipt or application.pk}：{reason}"[:200],
    )
    number, phone = application.representative_id, application.contact_phone
    return {
        "法定代表人证件号码": number.reveal() if number else "（未填）",
        "联系电话": phone.reveal() if phone else "（未填）",
    }
