"""A lawyer's part: assigned after a check for conflicts, accepts, works, hands in the result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.actions.work import secrets_of
from gonghui.engines.casework.models import Intake
from gonghui.engines.casework.queries import cases
from gonghui.engines.casework.rules.confidentiality import check_for_others
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actions import note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.files.access import register_owner
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose, register_purpose
from gonghui.kernel.files.storing import attach
from gonghui.kernel.files.types import DOCX, JPEG, OFD, PDF, PNG
from gonghui.kernel.identity.models import User
from gonghui.systems.rights.legal_aid.actions import numbers, stages
from gonghui.systems.rights.legal_aid.actions.aid import link, told
from gonghui.systems.rights.legal_aid.actions.stages import stage
from gonghui.systems.rights.legal_aid.models import (
    Aid,
    AidDocument,
    Assigned,
    Assignment,
    Hearing,
)
from gonghui.systems.rights.legal_aid.permissions import (
    DECIDE_AID,
    HANDLE_AID,
    WORK_AID,
)
from gonghui.systems.rights.legal_aid.queries import aid as queries
from gonghui.systems.rights.legal_aid.queries import people
from gonghui.systems.rights.legal_aid.queries.figures import ANSWER_WORKDAYS
from gonghui.systems.rights.legal_aid.rules import aid as rules
from gonghui.systems.rights.legal_aid.rules import conflicts, registers

PAPERS = register_purpose(
    Purpose("legal-aid-paper", "援助案件文书", (PDF, OFD, DOCX, JPEG, PNG), 20 * 1024 * 1024)
)
OWNER = "legal_aid.document"
LOOK = "the case of a paper decides who reads it"
CLIENT = "a lawyer acts for the aided and must know them"
MEANT = "the row of an assignment at hand"


def _may_read(actor: Actor, file: StoredFile) -> bool:
    found = Aid.objects.unscoped(LOOK).select_related("case").filter(pk=file.owner_id).first()
    return found is not None and cases.may_see(actor, found.case)


register_owner(OWNER, _may_read)


def _aid(assignment: Assignment) -> Aid:
    """The locked aid of an assignment, for a lawyer without a post as well."""
    with everywhere():
        rows = Aid.objects.unscoped(MEANT).select_for_update(of=("self",))
        return rows.select_related("case", "union").get(pk=assignment.aid_id)


@stage("legal-aid.assign", "指派援助律师", HANDLE_AID)
def assign(row: Aid, *, by: Actor, lawyer: int) -> Assignment:
    """Offer a case to a lawyer who may take it and has no tie to a party."""
    rules.check_state("assign", row.state)
    found = people.chosen(lawyer, registers.LAWYER, "lawyer")
    people.check_fit(found, row.matter, "lawyer")
    today = timezone.localdate()
    conflicts.check(people.against(found, row.case, row.employer, today), "lawyer")
    made = Assignment(
        aid=row,
        lawyer=found,
        person_id=found.person_id,
        number=numbers.document(row.union, "指", today.year),
        assigned_on=today,
        assigned_by_name=by.name[:50],
        answer_due_on=add_workdays(today, ANSWER_WORKDAYS.on(today)),
        checked=f"核查任职单位、代理客户和亲属申报 {found.ties.count() + 1} 项，未发现利益冲突",
    )
    made.place_at(row.union)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Conflict("这件援助已经指派。", remedy="请刷新页面。", code="assigned") from error
    stages.moved(row, rules.ASSIGNED, f"已指派{found.workplace}的律师。", by=by)
    stages.done(row, stages.ASSIGN, by)
    _ask_lawyer(made, row)
    return made


def _ask_lawyer(made: Assignment, row: Aid) -> None:
    address = reverse("legal-aid-work", args=[made.pk])
    user = User.objects.filter(person_id=made.person_id or -1, is_active=True).first()
    stages.todo(
        made,
        stages.ANSWER,
        HANDLE_AID,
        address,
        number=row.case.number,
        user_id=user.pk if user else None,
        due_on=made.answer_due_on,
    )
    stages.message(
        what="法律援助指派",
        text=f"请在 {made.answer_due_on:%Y-%m-%d} 前答复是否接受。",
        number=row.case.number,
        link=address,
        user_id=user.pk if user else None,
        person_id=made.person_id,
    )


@stage("legal-aid.answer", "答复援助指派", WORK_AID)
def answer(assignment: Assignment, *, by: Actor, accepts: bool, words: str = "") -> Assignment:
    """The lawyer takes the case or says why not; a tie found now is a reason."""
    row = _aid(assignment)
    rules.check_state("answer", row.state)
    if assignment.state != Assigned.OFFERED:
        raise Conflict("这份指派已经答复。", code="answered")
    if not accepts and not words.strip():
        raise Refusal("不接受指派的请写明原因。", field="words", code="empty")
    assignment.answer = check_for_others(words, secrets_of(row.case), "words")[:300]
    assignment.answered_on = timezone.localdate()
    assignment.state = Assigned.ACCEPTED if accepts else Assigned.DECLINED
    assignment.version += 1
    assignment.save()
    stages.done(assignment, stages.ANSWER, by)
    if accepts:
        stages.moved(row, rules.WORKING, "律师已接受指派，开始办理。", by=by)
    else:
        stages.moved(row, rules.GRANTED, "将另行指派律师。", by=by)
        stages.todo(row, stages.ASSIGN, HANDLE_AID, link(row), number=row.case.number)
    return assignment


@stage("legal-aid.replace", "更换援助律师", HANDLE_AID)
def replace(row: Aid, *, by: Actor, reason: str) -> Aid:
    """Take a case from its lawyer; another is assigned next."""
    rules.check_state("replace", row.state)
    if not reason.strip():
        raise Refusal("请写明更换原因。", field="reason", code="empty")
    held = queries.present_assignment(row)
    if held is not None:
        held.state = Assigned.REPLACED
        held.ended_reason = check_for_others(reason, secrets_of(row.case), "reason")[:300]
        held.version += 1
        held.save()
        stages.done(held, stages.ANSWER, by)
    stages.moved(row, rules.GRANTED, "将另行指派律师。", by=by)
    stages.todo(row, stages.ASSIGN, HANDLE_AID, link(row), number=row.case.number)
    return row


def _working(assignment: Assignment) -> Aid:
    row = _aid(assignment)
    rules.check_state("work", row.state)
    if assignment.state != Assigned.ACCEPTED:
        raise Conflict("这份指派不在办理中。", code="state")
    return row


@stage("legal-aid.client", "承办律师查看受援人联系方式", WORK_AID)
def meet(assignment: Assignment, *, by: Actor) -> list[tuple[str, str, str]]:
    """Name, telephone and story of the aided, for the lawyer who accepted; each look is audited."""
    if (
        assignment.state != Assigned.ACCEPTED
        or by.person_id is None
        or assignment.person_id != by.person_id
    ):
        raise Forbidden(
            "只有已接受指派的承办律师可以查看。",
            rule="受援人身份信息限于承办人员知悉",
            remedy="工会人员需要查看的，请在办件页面写明理由查看。",
            code="not_lawyer",
        )
    with everywhere():
        rows = list(Intake.objects.unscoped(CLIENT).filter(case_id=assignment.aid.case_id))
    return [
        tuple(sealed.reveal() if sealed else "" for sealed in (row.name, row.mobile, row.text))
        for row in rows
        if row.withdrawn_at is None
    ]


@stage("legal-aid.paper", "登记援助文书", WORK_AID)
def add_paper(
    assignment: Assignment,
    *,
    by: Actor,
    paper: str,
    title: str,
    files: Sequence[UUID] = (),
) -> Assignment:
    """Keep a paper in its place of the file. files: keys of uploads by the same user."""
    row = _aid(assignment)
    if assignment.state in queries.GIVEN_BACK:
        raise Conflict("这份指派已经结束，不再登记文书。", code="given_back")
    if row.state not in (rules.WORKING, rules.CONCLUDED, rules.CLOSED):
        rules.check_state("work", row.state)
    known = {item.code: item.title for item in rules.ORDER}
    if paper not in known:
        raise Refusal("请选择文书在卷内的位置。", field="paper", code="paper")
    if not title.strip():
        raise Refusal("请填写文书名称。", field="title", code="empty")
    for key in files or (None,):
        if key is not None:
            attach(key, user_id=by.user_id or -1, owner_kind=OWNER, owner_id=row.pk)
        AidDocument.objects.create(
            aid=row,
            paper=paper,
            title=title.strip()[:120],
            file_key=key,
            added_at=timezone.now(),
            added_by_name=by.name[:50],
        )
    note(paper={"label": known[paper], "after": f"{max(len(files), 1)} 份"})
    return assignment


@stage("legal-aid.hearing", "登记开庭", WORK_AID)
def add_hearing(
    assignment: Assignment, *, by: Actor, at: datetime, forum: str, place: str
) -> Assignment:
    """Keep when and where it is heard; lawyer and applicant are reminded before."""
    row = _working(assignment)
    forum, place = forum.strip()[:80], place.strip()[:120]
    if not forum or not place:
        raise Refusal("请填写审理机构和地点。", field="forum", code="empty")
    if timezone.localdate(at) < timezone.localdate(row.case.received_at):
        raise Refusal("开庭时间不能早于收到申请的日期。", field="at", code="day")
    if row.hearings.filter(at=at, cancelled=False).exists():
        raise Conflict("这次开庭已经登记。", field="at", code="twice")
    Hearing.objects.create(aid=row, at=at, forum=forum, place=place)
    local = timezone.localtime(at)
    note(hearing={"label": "开庭", "after": f"{local:%Y-%m-%d %H:%M} {forum}"})
    told(row, f"{local:%Y-%m-%d %H:%M} 在{forum}（{place}）开庭。", by)
    return assignment


@stage("legal-aid.unhear", "取消开庭", WORK_AID)
def cancel_hearing(assignment: Assignment, *, by: Actor, hearing: int, reason: str) -> Assignment:
    row = _working(assignment)
    found = row.hearings.filter(pk=hearing, cancelled=False).first()
    if found is None:
        raise Refusal("没有这次开庭。", field="hearing", code="missing")
    found.cancelled = True
    found.save(update_fields=["cancelled"])
    told(row, f"{timezone.localtime(found.at):%Y-%m-%d %H:%M} 的开庭已取消。{reason}", by)
    return assignment


@stage("legal-aid.progress", "登记办案进展", WORK_AID)
def progress(assignment: Assignment, *, by: Actor, words: str) -> Assignment:
    """A line of progress the applicant reads."""
    row = _working(assignment)
    if not words.strip():
        raise Refusal("请填写进展。", field="words", code="empty")
    told(row, words, by)
    return assignment


@stage("legal-aid.conclude", "提交结案", WORK_AID)
def conclude(
    assignment: Assignment,
    *,
    by: Actor,
    result: str,
    summary: str,
    recovered: Decimal = Decimal(0),
) -> Assignment:
    """Hand in the result and what was recovered; an approver closes."""
    row = _working(assignment)
    rules.check_result(result, row.claimed, recovered)
    summary = check_for_others(summary, secrets_of(row.case), "summary")
    if not summary:
        raise Refusal("请写明办案小结。", field="summary", code="empty")
    row.result, row.recovered, row.summary = result, recovered, summary[:2000]
    row.concluded_by_id, row.concluded_on = by.user_id, timezone.localdate()
    stages.moved(row, rules.CONCLUDED, "律师已提交办理结果，正在审核。", by=by)
    stages.todo(row, stages.CLOSE, DECIDE_AID, link(row), number=row.case.number)
    return assignment
