"""Supervision: registered supervisors find the facts, letters go out, replies are verified."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gonghui.engines.casework.actions import clocks, work
from gonghui.engines.casework.actions.work import secrets_of
from gonghui.engines.casework.rules.confidentiality import check_for_others
from gonghui.engines.casework.rules.phases import check_other_hand
from gonghui.kernel.access.actions import note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.systems.rights.legal_aid.actions import numbers, stages
from gonghui.systems.rights.legal_aid.actions.people import team
from gonghui.systems.rights.legal_aid.actions.stages import stage
from gonghui.systems.rights.legal_aid.models import Letter, Watch
from gonghui.systems.rights.legal_aid.permissions import HANDLE_WATCH, ISSUE_WATCH
from gonghui.systems.rights.legal_aid.queries import people
from gonghui.systems.rights.legal_aid.queries import supervision as queries
from gonghui.systems.rights.legal_aid.queries.figures import (
    LEAST_SUPERVISORS,
    REPLY_WORKDAYS,
    mark,
)
from gonghui.systems.rights.legal_aid.rules import conflicts, registers
from gonghui.systems.rights.legal_aid.rules import supervision as rules


def link(row: Watch) -> str:
    return stages.link_to(row, "labour-watches")


def _unnamed(row: Watch, text: str, field: str) -> str:
    """A text the unit or others read; Refusal when it is empty or names who told us."""
    found = check_for_others(text, secrets_of(row.case), field)
    if not found:
        raise Refusal("请填写内容。", field=field, code="empty")
    return found


@stage("labour-watch.begin", "受理监督线索", HANDLE_WATCH)
def take_in(row: Watch, *, by: Actor) -> Watch:
    """Take a clue in hand."""
    rules.check_state("take_in", row.state)
    case = stages.fresh(row)
    if case.phase == "received":
        work.accept(case, by=by, category=row.matter)
    work.take(stages.fresh(row), by=by)
    row.refresh_from_db()
    return row


@stage("labour-watch.appoint", "指定监督员", HANDLE_WATCH)
def appoint(row: Watch, *, by: Actor, supervisors: Sequence[int], plan: str) -> Watch:
    """Name the supervisors who investigate: two and more, certificates valid, without ties."""
    rules.check_state("appoint", row.state)
    today = timezone.localdate()
    found = team(supervisors, registers.SUPERVISOR, "supervisors")
    rules.check_team(len(found), LEAST_SUPERVISORS.on(today), mark(LEAST_SUPERVISORS, today))
    for one in found:
        people.check_fit(one, row.matter, "supervisors")
        conflicts.check(people.against(one, row.case, row.employer, today), "supervisors")
    row.plan = _unnamed(row, plan, "plan")[:300]
    kept = Watch.supervisors.through.objects
    kept.filter(watch=row).delete()
    kept.bulk_create(Watch.supervisors.through(watch=row, practitioner=one) for one in found)
    note(team={"label": "监督员", "after": "、".join(one.name for one in found)})
    stages.moved(row, rules.INVESTIGATING, "已指定监督员开展调查。", by=by)
    return row


@stage("labour-watch.find", "登记查明情况", HANDLE_WATCH)
def find(
    row: Watch,
    *,
    by: Actor,
    violation: bool,
    finding: str,
    employer: str = "",
    people_count: int | None = None,
    amount: Decimal | None = None,
    risk: bool = False,
) -> Watch:
    """What the investigation found. risk: no violation, but a tip is due."""
    rules.check_state("find", row.state)
    row.finding = _unnamed(row, finding, "finding")[:2000]
    if employer.strip():
        row.employer = _unnamed(row, employer, "employer")[:120]
    row.violation, row.found_on = violation, timezone.localdate()
    row.people, row.amount = people_count, amount
    state = rules.FOUND if violation or risk else rules.UNFOUNDED
    words = "调查已结束，工会将向用人单位发函。" if violation or risk else "调查未发现违法情形。"
    stages.moved(row, state, words, by=by)
    return row


@stage("labour-watch.write", "拟写监督文书", HANDLE_WATCH)
def write(row: Watch, *, by: Actor, kind: str, text: str = "", addressee: str = "") -> Letter:
    """Draft a letter from its template, or write the draft anew; it names nobody but the unit."""
    rules.check_state("write", row.state)
    draft = row.letters.filter(issued_on=None).first()
    before = [sent for letter, sent in queries.sent(row) if letter != draft]
    rules.check_next(kind, before, violation=bool(row.violation))
    today = timezone.localdate()
    days = REPLY_WORKDAYS.on(today)
    wording = rules.wording(kind, row.employer, row.matter, row.finding, days)
    to = (addressee.strip() or rules.AUTHORITY) if kind == rules.PROPOSAL else row.employer
    made = draft or Letter(watch=row)
    made.kind, made.addressee = kind, to[:120]
    made.text = _unnamed(row, text or "\n".join(wording), "text")[:4000]
    made.author_id, made.author_name = by.user_id, by.name[:50]
    made.save()
    note(letter={"label": rules.LETTERS[kind], "after": "拟稿"})
    stages.todo(row, stages.ISSUE, ISSUE_WATCH, link(row), number=row.case.number)
    return made


@stage("labour-watch.issue-letter", "签发监督文书", ISSUE_WATCH)
def issue(row: Watch, *, by: Actor) -> Letter:
    """Sign the draft; who wrote it does not sign it."""
    rules.check_state("issue", row.state)
    letter = row.letters.filter(issued_on=None).first()
    if letter is None:
        raise Conflict("没有待签发的文书。", remedy="请先拟写文书。", code="no_draft")
    check_other_hand(letter.author_id, by.user_id, "拟写的文书")
    today = timezone.localdate()
    serial = numbers.following(
        f"watch/{numbers.WORD.value(row.org_path)}/{today.year}/{letter.kind}"
    )
    letter.number = rules.letter_number(
        f"{numbers.WORD.value(row.org_path)}督", today.year, letter.kind, serial
    )
    letter.issued_on, letter.issued_by_name = today, by.name[:50]
    letter.save()
    stages.done(row, stages.ISSUE, by)
    stages.done(row, stages.OVERDUE, by)
    stages.done(row, stages.VERIFY, by)
    escalated = letter.kind == rules.PROPOSAL
    words = f"已发出{rules.LETTERS[letter.kind]}（{letter.number}）。"
    stages.moved(row, rules.ESCALATED if escalated else rules.WAITING, words, by=by)
    return letter


def _last(row: Watch) -> Letter:
    letter = row.letters.exclude(issued_on=None).order_by("-pk").first()
    if letter is None:
        raise Conflict("还没有签发的文书。", code="no_letter")
    return letter


@stage("labour-watch.deliver", "登记文书送达", HANDLE_WATCH)
def deliver(row: Watch, *, by: Actor, delivery: str, delivered_on: date, receipt: str) -> Letter:
    """How and when the last letter was received; the term of its reply runs from there."""
    rules.check_state("deliver", row.state)
    letter = _last(row)
    if letter.delivered_on is not None:
        raise Conflict("这份文书已经登记送达。", code="delivered")
    if delivery not in rules.DELIVERIES:
        raise Refusal("请选择送达方式。", field="delivery", code="delivery")
    today = timezone.localdate()
    if not (letter.issued_on or today) <= delivered_on <= today:
        raise Refusal("送达日期应在签发之后、今天以前。", field="delivered_on", code="day")
    letter.receipt = _unnamed(row, receipt, "receipt")[:120]
    letter.delivery, letter.delivered_on = delivery, delivered_on
    letter.reply_due_on = add_workdays(delivered_on, REPLY_WORKDAYS.on(delivered_on))
    letter.save()
    _reply_clock(row, letter, delivered_on)
    note(delivered={"label": letter.number, "after": rules.DELIVERIES[delivery]})
    return letter


def _reply_clock(row: Watch, letter: Letter, on: date) -> None:
    """The engine's clock of this sort of letter; each letter has a run of its own."""
    case = stages.fresh(row)
    clocks.start(case, f"reply_{letter.kind}", on=on)
    case.save(update_fields=["due_on", "rank_on"])


@stage("labour-watch.reply", "登记用人单位答复", HANDLE_WATCH)
def reply(row: Watch, *, by: Actor, replied_on: date, text: str) -> Letter:
    """What the unit, or the authority, answered to the last letter."""
    rules.check_state("reply", row.state)
    letter = _last(row)
    today = timezone.localdate()
    if letter.delivered_on is None:
        raise Conflict("这份文书还没有登记送达。", remedy="请先登记送达。", code="undelivered")
    if letter.replied_on is not None:
        raise Conflict("这份文书已经登记答复。", code="replied")
    if not letter.delivered_on <= replied_on <= today:
        raise Refusal("答复日期应在送达之后、今天以前。", field="replied_on", code="day")
    letter.reply = _unnamed(row, text, "text")[:2000]
    letter.replied_on = replied_on
    letter.save()
    case = stages.fresh(row)
    clocks.meet(case, f"reply_{letter.kind}", on=replied_on)
    case.save(update_fields=["due_on", "rank_on"])
    stages.done(row, stages.OVERDUE, by)
    state = row.state if row.state == rules.ESCALATED else rules.ANSWERED
    stages.moved(row, state, "已收到答复，工会将核实整改情况。", by=by)
    stages.todo(row, stages.VERIFY, HANDLE_WATCH, link(row), number=case.number)
    return letter


@stage("labour-watch.verify", "核实整改", HANDLE_WATCH)
def verify(
    row: Watch, *, by: Actor, corrected: bool, finding: str, recovered: Decimal = Decimal(0)
) -> Watch:
    """Whether the unit put it right; if not, the next letter is due."""
    rules.check_state("verify", row.state)
    if recovered < 0:
        raise Refusal("金额不能是负数。", field="recovered", code="amount")
    letter = _last(row)
    letter.corrected = corrected
    letter.save(update_fields=["corrected"])
    words = _unnamed(row, finding, "finding")
    stages.done(row, stages.VERIFY, by)
    if not corrected:
        stages.moved(row, row.state, f"经核实尚未整改。{words}", by=by)
        return row
    row.corrected_on, row.recovered = timezone.localdate(), recovered
    stages.moved(row, rules.CORRECTED, f"经核实已经整改。{words}", by=by)
    return row


@stage("labour-watch.close-case", "监督结案", HANDLE_WATCH)
def close(row: Watch, *, by: Actor, conclusion: str) -> Watch:
    """End the matter and tell who gave the clue."""
    rules.check_state("close", row.state)
    row.conclusion = _unnamed(row, conclusion, "conclusion")[:1000]
    row.closed_on = timezone.localdate()
    for kind in (stages.OVERDUE, stages.VERIFY, stages.ISSUE):
        stages.done(row, kind, by)
    stages.answered(row, rules.CLOSED, row.conclusion, by=by)
    return row


def point_out(letter: Letter) -> Any:
    """A letter was not answered in its term: the handlers decide on the next one."""
    row = letter.watch
    letter.alarmed_on = timezone.localdate()
    letter.save(update_fields=["alarmed_on"])
    stages.todo(row, stages.OVERDUE, HANDLE_WATCH, link(row), number=row.case.number)
    case = stages.fresh(row)
    stages.message(
        what="监督文书逾期未答复",
        text=f"{letter.number} 的答复期限是 {letter.reply_due_on:%Y-%m-%d}，请决定下一步。",
        number=case.number,
        link=link(row),
        user_id=case.handler_id,
        person_id=None,
    )
