"""Legal aid at the desk: take in, screen, decide, judge, close, archive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gonghui.engines.casework.actions import clocks, intake, work
from gonghui.engines.casework.actions.work import secrets_of
from gonghui.engines.casework.models import Intake
from gonghui.engines.casework.rules.confidentiality import check_for_others
from gonghui.engines.casework.rules.phases import check_other_hand
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.systems.rights.legal_aid.actions import hooks, numbers, stages
from gonghui.systems.rights.legal_aid.actions.stages import stage
from gonghui.systems.rights.legal_aid.models import Aid, SubsidyLine
from gonghui.systems.rights.legal_aid.permissions import (
    DECIDE_AID,
    HANDLE_AID,
    JUDGE_AID,
)
from gonghui.systems.rights.legal_aid.queries import aid as queries
from gonghui.systems.rights.legal_aid.queries.figures import (
    MEANS_LINE,
    SUBSIDY_TABLE,
    SUPPLEMENT_DAYS,
    mark,
)
from gonghui.systems.rights.legal_aid.rules import aid as rules
from gonghui.systems.rights.legal_aid.rules.matters import MATTERS
from gonghui.systems.rights.legal_aid.rules.subsidy import subsidy

ASKED = "everybody who applied is told what is lacking"


def link(row: Aid) -> str:
    return stages.link_to(row, "legal-aid")


def _words(row: Aid, text: str, field: str, message: str) -> str:
    """A text others will read, without what names the applicant; Refusal when it is empty."""
    found = check_for_others(text, secrets_of(row.case), field)
    if not found:
        raise Refusal(message, field=field, code="empty")
    return found


@stage("legal-aid.begin", "受理法律援助申请", HANDLE_AID)
def take_in(row: Aid, *, by: Actor) -> Aid:
    """Take an application in hand; the term for the decision runs since it was received."""
    rules.check_state("take_in", row.state)
    case = stages.fresh(row)
    if case.phase == "received":
        work.accept(case, by=by, category=row.matter)
    work.take(stages.fresh(row), by=by)
    row.refresh_from_db()
    return row


@stage("legal-aid.fill", "核对援助申请内容", HANDLE_AID)
def fill(
    row: Aid,
    *,
    by: Actor,
    applicant: str,
    matter: str,
    employer: str,
    claimed: Decimal | None = None,
    people: int = 1,
    by_agent: bool = False,
) -> Aid:
    """Put right what the application says, after asking the applicant."""
    rules.check_state("screen", row.state)
    if applicant not in rules.APPLICANTS or matter not in MATTERS:
        raise Refusal("请选择申请人类别和事项。", field="matter", code="matter")
    row.applicant, row.matter = applicant, matter
    row.employer = _words(row, employer, "employer", "请填写用人单位或对方当事人。")[:120]
    row.claimed, row.people, row.by_agent = claimed, people, by_agent
    row.version += 1
    row.save()
    return row


@stage("legal-aid.ask", "一次告知补充材料", HANDLE_AID)
def ask(row: Aid, *, by: Actor, lacking: str) -> Aid:
    """Say once and whole what has to be brought; the term stops until it is there."""
    rules.check_state("ask", row.state)
    if row.supplement:
        raise Refusal(
            "已经告知过一次补充材料。",
            rule="需要补充的材料应当一次告知",
            remedy="材料仍不齐的，按现有材料审查决定。",
            code="asked",
        )
    row.supplement = _words(row, lacking, "lacking", "请写明需要补充的材料。")[:1000]
    today = timezone.localdate()
    row.supplement_due_on = today + timedelta(days=SUPPLEMENT_DAYS.on(today))
    stages.moved(row, rules.SUPPLEMENT, row.supplement, by=by)
    with everywhere():
        people = list(Intake.objects.unscoped(ASKED).filter(case_id=row.case_id, withdrawn_at=None))
    for item in people:
        intake.ask(item, by=by, text=f"请补充：{row.supplement}")
    case = stages.fresh(row)
    if case.paused_on is None:
        clocks.pause(case, by=by, reason="一次告知补充材料")
    return row


@stage("legal-aid.supplied", "材料已补充", HANDLE_AID)
def supplied(row: Aid, *, by: Actor) -> Aid:
    """What was asked for is there; the term runs on."""
    rules.check_state("supplied", row.state)
    case = stages.fresh(row)
    # The desk may have let the term run on from the engine's page.
    if case.paused_on is not None:
        clocks.resume(case, by=by)
    stages.moved(row, rules.REVIEWING, "材料已补充，继续审查。", by=by)
    stages.done(row, stages.SUPPLIED, by)
    return row


@stage("legal-aid.screen", "提出援助审查意见", HANDLE_AID)
def screen(
    row: Aid,
    *,
    by: Actor,
    favourable: bool,
    finding: str,
    materials: Sequence[str] = (),
    income: Decimal | None = None,
    gravely: bool = False,
) -> Aid:
    """Propose to grant or to refuse. income: a month and head of the family, compared, not kept."""
    rules.check_state("screen", row.state)
    today = timezone.localdate()
    scope = [int(part) for part in reversed(row.org_path.rstrip(".").split("."))]
    line = MEANS_LINE.on(today, scope)
    found = rules.eligibility(
        row.applicant,
        row.matter,
        income,
        line,
        gravely=gravely,
        mark=mark(MEANS_LINE, today, scope),
    )
    seen = [code for code in rules.MATERIALS if code in materials]
    rules.check_grounds(
        favourable, found, rules.lacking_materials(seen, found, by_agent=row.by_agent)
    )
    row.finding = _words(row, finding, "finding", "请写明审查意见。")[:1000]
    row.materials, row.gravely = seen, gravely
    row.means, row.because = found.means, found.because[:200]
    row.favourable = favourable
    row.screened_by_id, row.screened_by_name = by.user_id, by.name[:50]
    row.screened_on = today
    stages.moved(row, rules.SCREENED, by=by, public=False)
    stages.todo(row, stages.DECIDE, DECIDE_AID, link(row), number=row.case.number)
    return row


@stage("legal-aid.back", "退回重新审查", DECIDE_AID)
def back(row: Aid, *, by: Actor, reason: str) -> Aid:
    rules.check_state("back", row.state)
    row.opinion = _words(row, reason, "reason", "请写明退回理由。")[:1000]
    stages.moved(row, rules.REVIEWING, by=by, public=False)
    stages.done(row, stages.DECIDE, by)
    return row


@stage("legal-aid.grant", "批准法律援助", DECIDE_AID)
def grant(row: Aid, *, by: Actor, form: str, opinion: str = "") -> Aid:
    """Grant in a form of aid; who screened does not decide."""
    rules.check_state("grant", row.state)
    check_other_hand(row.screened_by_id, by.user_id, "提出审查意见的申请")
    if form not in rules.FORMS:
        raise Refusal("请选择援助方式。", field="form", code="form")
    row.form = form
    row.opinion = check_for_others(opinion, secrets_of(row.case), "opinion")[:1000] or "同意援助。"
    _decided(row, by)
    stages.moved(row, rules.GRANTED, f"已批准，援助方式：{rules.FORMS[form]}。", by=by)
    _wait_for_lawyer(row, by)
    return row


@stage("legal-aid.refuse", "不予法律援助", DECIDE_AID)
def refuse(row: Aid, *, by: Actor, reason: str) -> Aid:
    """Refuse with reasons; the applicant may ask the union above to look at it, once."""
    rules.check_state("refuse", row.state)
    check_other_hand(row.screened_by_id, by.user_id, "提出审查意见的申请")
    row.opinion = _words(row, reason, "reason", "请写明不予援助的理由。")[:1000]
    _decided(row, by)
    stages.done(row, stages.DECIDE, by)
    stages.answered(
        row,
        rules.REFUSED,
        f"决定不予法律援助（{row.number}）。理由：{row.opinion}\n依据：{rules.MEASURE}。\n"
        "如有异议，可以在本平台要求重新办理，由上一级工会复核一次；也可以向当地司法行政部门的"
        "法律援助机构申请。",
        by=by,
    )
    return row


def _decided(row: Aid, by: Actor) -> None:
    today = timezone.localdate()
    row.decided_by_id, row.decided_by_name, row.decided_on = by.user_id, by.name[:50], today
    row.number = row.number or numbers.document(row.union, "援", today.year)
    case = stages.fresh(row)
    clocks.meet(case, "decide", on=today)
    case.save(update_fields=["due_on", "rank_on"])


def _wait_for_lawyer(row: Aid, by: Actor) -> None:
    stages.done(row, stages.DECIDE, by)
    stages.todo(row, stages.ASSIGN, HANDLE_AID, link(row), number=row.case.number)


@stage("legal-aid.judge", "复核不予援助的决定", JUDGE_AID)
def judge(row: Aid, *, by: Actor, uphold: bool, opinion: str, form: str = "") -> Aid:
    """The union above upholds the refusal, or grants."""
    rules.check_state("judge", row.state)
    above = hooks.judge_of(row.union)
    if not by.may(JUDGE_AID, above.path):
        raise Forbidden(
            "复核由上一级工会办理。", rule=rules.MEASURE, remedy=f"请由{above.name}办理。"
        )
    check_other_hand(row.decided_by_id, by.user_id, "作出的决定")
    if not uphold and form not in rules.FORMS:
        raise Refusal("决定援助的请选择援助方式。", field="form", code="form")
    row.judgement = _words(row, opinion, "opinion", "请写明复核意见。")[:1000]
    row.judged_by_name, row.judged_on = by.name[:50], timezone.localdate()
    case = stages.fresh(row)
    # The desk below may have signed for it on the engine's page.
    if case.phase == "routed":
        work.take(case, by=by)
        case = stages.fresh(row)
    clocks.meet(case, "decide", on=row.judged_on)
    case.save(update_fields=["due_on", "rank_on"])
    stages.done(row, stages.JUDGE, by)
    if uphold:
        stages.answered(row, rules.REFUSED, f"经复核，维持不予援助的决定。{row.judgement}", by=by)
        return row
    row.form = form
    stages.moved(row, rules.GRANTED, f"经复核，决定援助：{rules.FORMS[form]}。", by=by)
    _wait_for_lawyer(row, by)
    return row


@stage("legal-aid.close-case", "审核结案", DECIDE_AID)
def close(row: Aid, *, by: Actor, opinion: str = "") -> Aid:
    """Accept the result, work out the subsidy, and tell the applicant, who may rate it."""
    rules.check_state("close", row.state)
    check_other_hand(row.concluded_by_id, by.user_id, "提交的结案")
    today = timezone.localdate()
    row.closed_by_name, row.closed_on = by.name[:50], today
    _compute(row)
    hooks.let_go(row, by)
    amount = f"，挽回 {row.recovered} 元" if row.recovered else ""
    stages.done(row, stages.CLOSE, by)
    stages.answered(
        row,
        rules.CLOSED,
        f"您的法律援助已办结：{row.get_result_display()}{amount}。请对承办律师和本次援助作出评价。",
        by=by,
    )
    stages.todo(row, stages.ARCHIVE, HANDLE_AID, link(row), number=row.case.number)
    return row


def _compute(row: Aid) -> None:
    held = queries.present_assignment(row)
    if held is None:
        return
    today = timezone.localdate()
    scope = [int(part) for part in reversed(row.org_path.rstrip(".").split("."))]
    # A lawyer is paid for the hearings held while the case was theirs.
    hearings = row.hearings.filter(cancelled=False, at__date__gte=held.assigned_on)
    sat = hearings.filter(at__lte=timezone.now()).count()
    found = subsidy(row.form, sat, row.people, SUBSIDY_TABLE.on(today, scope))
    line = SubsidyLine(
        assignment=held,
        amount=found.total,
        lines=[[title, str(amount)] for title, amount in found.lines],
        words=f"{found.words}{mark(SUBSIDY_TABLE, today, scope)}"[:300],
        computed_on=today,
    )
    line.place_at(row.union)
    line.save()


@stage("legal-aid.rework", "退回继续办理", DECIDE_AID)
def rework(row: Aid, *, by: Actor, reason: str) -> Aid:
    rules.check_state("rework", row.state)
    words = _words(row, reason, "reason", "请写明退回理由。")
    row.concluded_by_id = row.concluded_on = None
    stages.moved(row, rules.WORKING, words, by=by, public=False)
    stages.done(row, stages.CLOSE, by)
    return row


@stage("legal-aid.end", "终止法律援助", DECIDE_AID)
def end(row: Aid, *, by: Actor, reason: str) -> Aid:
    """End aid before its result: the applicant gives it up, or it was got by untrue statements."""
    rules.check_state("end", row.state)
    words = _words(row, reason, "reason", "请写明终止理由。")
    row.opinion, row.closed_on = words[:1000], timezone.localdate()
    row.closed_by_name = by.name[:50]
    hooks.let_go(row, by)
    for kind in (stages.ASSIGN, stages.CLOSE):
        stages.done(row, kind, by)
    stages.answered(
        row, rules.ENDED, f"法律援助终止。理由：{words}\n依据：{rules.MEASURE}。", by=by
    )
    return row


@stage("legal-aid.archive", "援助案件归档", HANDLE_AID)
def archive(row: Aid, *, by: Actor) -> Aid:
    """Give the closing file its number, once every paper is in its place."""
    rules.check_state("archive", row.state)
    rules.check_file(queries.papers_there(row))
    today = timezone.localdate()
    row.file_number = numbers.document(row.union, "援卷", today.year)
    row.archived_on = today
    row.state = rules.ARCHIVED
    row.version += 1
    row.save()
    stages.done(row, stages.ARCHIVE, by)
    return row


def told(row: Aid, words: str, by: Actor) -> Any:
    """A public line of progress that leaves the state as it is."""
    case = stages.fresh(row)
    return work.step(case, by=stages.hand(case, by), step=row.state, text=words, public=True)
