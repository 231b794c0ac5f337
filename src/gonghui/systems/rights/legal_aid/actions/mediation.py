"""Mediation: both agree to it, a mediator without ties, sittings, an agreement and what follows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gonghui.engines.casework.actions import clocks, work
from gonghui.engines.casework.models import Case
from gonghui.kernel.access.actions import note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.systems.rights.legal_aid.actions import numbers, stages
from gonghui.systems.rights.legal_aid.actions.stages import stage
from gonghui.systems.rights.legal_aid.models import Mediation, Session
from gonghui.systems.rights.legal_aid.permissions import HANDLE_MEDIATION
from gonghui.systems.rights.legal_aid.queries import mediation as queries
from gonghui.systems.rights.legal_aid.queries import people
from gonghui.systems.rights.legal_aid.rules import conflicts, registers
from gonghui.systems.rights.legal_aid.rules import mediation as rules


def link(row: Mediation) -> str:
    return stages.link_to(row, "mediations")


@stage("mediation.begin", "受理调解申请", HANDLE_MEDIATION)
def take_in(row: Mediation, *, by: Actor) -> Mediation:
    """Take an application in hand and ask the other side whether it agrees to mediation."""
    rules.check_state("take_in", row.state)
    case = stages.fresh(row)
    if case.phase == "received":
        work.accept(case, by=by, category=row.matter)
    work.take(stages.fresh(row), by=by)
    row.refresh_from_db()
    return row


@stage("mediation.consent", "登记对方是否同意调解", HANDLE_MEDIATION)
def answer(
    row: Mediation, *, by: Actor, agrees: bool, answered_on: date, contact: str = ""
) -> Mediation:
    """What the employer said; without its consent there is no mediation."""
    rules.check_state("answer", row.state)
    if answered_on > timezone.localdate():
        raise Refusal("答复日期不能晚于今天。", field="answered_on", code="future")
    row.employer_answer_on, row.employer_contact = answered_on, contact.strip()[:50]
    if not agrees:
        return _fail(row, "refused", by)
    stages.moved(row, rules.AGREED_TO, "双方同意调解。", by=by)
    return row


@stage("mediation.appoint", "确定调解员", HANDLE_MEDIATION)
def appoint(row: Mediation, *, by: Actor, mediator: int, reason: str = "") -> Mediation:
    """Name a mediator without ties; naming another one needs the reason (回避申请)."""
    rules.check_state("appoint", row.state)
    if row.mediator_id is not None:
        if row.mediator_id == mediator:
            raise Conflict("已经是这名调解员。", field="mediator", code="same")
        if not reason.strip():
            raise Refusal("更换调解员请写明回避或更换的原因。", field="reason", code="empty")
    found = people.chosen(mediator, registers.MEDIATOR, "mediator")
    people.check_fit(found, row.matter, "mediator")
    today = timezone.localdate()
    conflicts.check(people.against(found, row.case, row.employer, today), "mediator")
    row.mediator = found
    row.avoidance = f"{today:%Y-%m-%d} 核查 {found.ties.count() + 1} 项申报，无应当回避的情形"
    stages.moved(row, rules.SITTING, f"调解员：{found.name}。您可以申请其回避。", by=by)
    return row


@stage("mediation.sit", "登记调解会", HANDLE_MEDIATION)
def sit(
    row: Mediation, *, by: Actor, at: datetime, place: str, minutes: str, both_present: bool = True
) -> Mediation:
    """Keep a sitting with its minutes, sealed."""
    rules.check_state("sit", row.state)
    if not place.strip() or not minutes.strip():
        raise Refusal("请填写地点和调解笔录。", field="minutes", code="empty")
    if at > timezone.now():
        raise Refusal("调解会还没有开，不能登记笔录。", field="at", code="future")
    if timezone.localdate(at) < timezone.localdate(row.case.received_at):
        raise Refusal("调解会不能早于收到申请的日期。", field="at", code="day")
    Session.objects.create(
        mediation=row,
        at=at,
        place=place.strip()[:120],
        both_present=both_present,
        minutes=minutes.strip()[:5000],
        kept_by_name=by.name[:50],
    )
    note(session={"label": "调解会", "after": f"{timezone.localtime(at):%Y-%m-%d %H:%M}"})
    row.version += 1
    row.save()
    return row


@stage("mediation.agree", "拟定调解协议书", HANDLE_MEDIATION)
def agree(
    row: Mediation, *, by: Actor, terms: str, perform_by: date, amount: Decimal | None = None
) -> Mediation:
    """Write down what both agreed on; it may be written anew until it is signed."""
    rules.check_state("agree", row.state)
    if not row.sessions.exists():
        raise Refusal(
            "还没有调解会的记录。",
            remedy="请先登记调解会和笔录。",
            field="terms",
            code="no_session",
        )
    today = timezone.localdate()
    rules.check_terms(terms, amount, perform_by, today)
    row.terms, row.amount, row.perform_by = terms.strip()[:4000], amount, perform_by
    row.drafted_on = today
    row.number = row.number or numbers.document(row.union, "调", today.year)
    stages.moved(row, rules.DRAFTED, "调解协议书已拟定，请双方核对签字。", by=by)
    return row


@stage("mediation.sign", "登记协议签字", HANDLE_MEDIATION)
def sign(row: Mediation, *, by: Actor, applicant_on: date, employer_on: date) -> Mediation:
    """Both signed, the mediator too, under the organisation's seal: the agreement takes effect."""
    rules.check_state("sign", row.state)
    today = timezone.localdate()
    effective = rules.check_signatures(row.drafted_on or today, applicant_on, employer_on, today)
    row.effective_on = effective
    stages.moved(row, rules.SIGNED, _ways(row), by=by)
    case = stages.fresh(row)
    clocks.meet(case, "mediate", on=effective)
    clocks.start(case, "confirm", on=effective)
    case.save(update_fields=["due_on", "rank_on"])
    stages.todo(
        row,
        stages.PERFORM,
        HANDLE_MEDIATION,
        link(row),
        number=case.number,
        due_on=row.perform_by,
    )
    return row


def _ways(row: Mediation) -> str:
    hints = queries.hints(row)
    shown = "；".join(
        f"{hint.title}（{hint.until:%Y-%m-%d} 前）" if hint.until else hint.title for hint in hints
    )
    may = f"可以：{shown}。" if shown else ""
    return f"调解协议书自 {row.effective_on:%Y-%m-%d} 生效。{may}"


@stage("mediation.confirm", "登记司法确认或仲裁审查", HANDLE_MEDIATION)
def confirm(row: Mediation, *, by: Actor, way: str, confirmed_on: date, number: str) -> Mediation:
    """The court or the board confirmed: the agreement can be enforced."""
    rules.check_state("confirm", row.state)
    if way not in rules.WAYS:
        raise Refusal("请选择确认方式。", field="way", code="way")
    if not (row.effective_on or confirmed_on) <= confirmed_on <= timezone.localdate():
        raise Refusal("确认日期应在协议生效之后、今天以前。", field="confirmed_on", code="day")
    if not number.strip():
        raise Refusal("请填写确认文书号。", field="number", code="empty")
    row.confirmed_by, row.confirmed_on = way, confirmed_on
    row.confirmation = number.strip()[:60]
    stages.moved(row, rules.SIGNED, f"协议已经{rules.WAYS[way]}。", by=by)
    case = stages.fresh(row)
    clocks.meet(case, "confirm", on=confirmed_on)
    case.save(update_fields=["due_on", "rank_on"])
    return row


@stage("mediation.perform", "登记协议履行", HANDLE_MEDIATION)
def perform(row: Mediation, *, by: Actor, extent: str, checked_on: date) -> Mediation:
    """What the follow-up found; where it was not performed, what can be done."""
    rules.check_state("perform", row.state)
    if extent not in rules.EXTENTS:
        raise Refusal("请选择履行情况。", field="extent", code="extent")
    if checked_on > timezone.localdate():
        raise Refusal("回访日期不能晚于今天。", field="checked_on", code="future")
    row.extent, row.performed_on = extent, checked_on
    stages.done(row, stages.PERFORM, by)
    if extent == "whole":
        stages.answered(row, rules.PERFORMED, "调解协议已全部履行，请对调解作出评价。", by=by)
        return row
    stages.answered(row, rules.BROKEN, queries.unperformed_words(row), by=by)
    return row


@stage("mediation.fail", "调解不成", HANDLE_MEDIATION)
def fail(row: Mediation, *, by: Actor, failure: str) -> Mediation:
    """End without an agreement; the applicant is told of arbitration and its limitation."""
    rules.check_state("fail", row.state)
    if failure not in rules.FAILURES:
        raise Refusal("请选择调解不成的原因。", field="failure", code="failure")
    return _fail(row, failure, by)


def _fail(row: Mediation, failure: str, by: Actor) -> Mediation:
    today = timezone.localdate()
    row.failure, row.failed_on = failure, today
    _meet(stages.fresh(row), today)
    hint = queries.arbitration(row)
    stages.answered(
        row,
        rules.FAILED,
        f"调解不成：{rules.FAILURES[failure]}。{hint.text}依据：{hint.rule}。",
        by=by,
    )
    return row


def _meet(case: Case, on: date) -> None:
    clocks.meet(case, "mediate", on=on)
    case.save(update_fields=["due_on", "rank_on"])


def remind(row: Mediation, *, by: Actor) -> Any:
    """Point out that the day of performance has come; by the daily round."""
    case = stages.fresh(row)
    stages.message(
        what="调解协议履行期限已到",
        text="请回访双方，登记履行情况。",
        number=case.number,
        link=link(row),
        user_id=case.handler_id,
        person_id=None,
    )
    row.reminded_on = timezone.localdate()
    row.save(update_fields=["reminded_on"])
    return work.step(
        case,
        by=by,
        step=row.state,
        text="协议约定的履行期限已到，工会将回访履行情况。",
        public=True,
    )
