"""Corrections of a member's facts (会员信息变更).

Plain facts are changed at once by the member or the handler. Key facts (name, document, sex,
birth) change only by a request with evidence that an approver grants who neither asked for it
nor is the person.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel import codes
from gonghui.kernel.access.actions import action, difference, note, snapshot
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.identifiers import parse_mobile
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.codes.parameters import CORRECTION_WORKDAYS
from gonghui.kernel.files.access import register_owner
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose, register_purpose
from gonghui.kernel.files.storing import store
from gonghui.kernel.files.types import JPEG, PDF, PNG
from gonghui.kernel.notify import timeline
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import Membership, Person
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions.receipts import next_receipt
from gonghui.systems.mobilization.membership.models.corrections import (
    Correction,
    CorrectionState,
)
from gonghui.systems.mobilization.membership.queries.corrections import OWNER
from gonghui.systems.mobilization.membership.queries.deciding import seat_of
from gonghui.systems.mobilization.membership.rules import corrections as rules

PREFIX = "BG"
TARGET = OWNER
SERVICE, SYSTEM = "更正信息", "C1.1"
STEPS = {
    CorrectionState.APPROVED: "good",
    CorrectionState.REFUSED: "stop",
    CorrectionState.WITHDRAWN: "idle",
}
"""The tone of a decision on the member's timeline."""
EVIDENCE = register_purpose(
    Purpose("person-evidence", "身份证明材料", (PDF, JPEG, PNG), 10 * 1024 * 1024)
)
READING = "a file of a request is read by whoever may see the request"
SUBJECT = "the person of a membership the actor may act on, locked before it changes"
TABLES = {
    "nationality": "nationality",
    "education": "education",
    "political_status": "political",
    "household": "household",
    "employment": "employment_status",
    "occupation": "occupation",
}

CORRECTIONS = Category("correction", "信息变更", may_mute=False)
UPDATED = Template(
    "correction.updated",
    "您的会员信息已更新",
    "“{union}”更新了您的信息：{facts}。如有不符，请联系该工会。",
    CORRECTIONS,
    "/hall/membership/",
)
APPROVED = Template(
    "correction.approved",
    "信息变更已办结：{receipt}",
    "关键信息已按证明材料更正。",
    CORRECTIONS,
    "/hall/membership/",
)
REFUSED = Template(
    "correction.refused",
    "信息变更未获同意：{receipt}",
    "意见：{outcome}。可以补充材料后重新申请。",
    CORRECTIONS,
    "/hall/correct/{id}/",
)


def _may_read(actor: Actor, file: StoredFile) -> bool:
    found = Correction.objects.unscoped(READING).filter(pk=file.owner_id).first()
    if found is None:
        return False
    return actor.may(permissions.VIEW_CORRECTIONS, found.org_path, found.person_id)


register_owner(OWNER, _may_read)


@action("memberships.facts", "更新一般信息", permissions.CHANGE_FACTS)
def change_facts(member: Membership, *, by: Actor, **facts: str) -> Membership:
    """Change plain facts at once; a fact left out, and an empty mobile, stay as they are.

    facts: names of rules.PLAIN; others raise TypeError, for key facts go another way.
    """
    unknown = set(facts) - set(rules.PLAIN)
    if unknown:
        raise TypeError(f"not plain facts: {sorted(unknown)}")
    person = _locked(member)
    before = snapshot(person)
    changed = _checked(person, facts)
    if not changed:
        raise Refusal("没有要更新的内容。", code="nothing")
    persons.correct(person, **changed)
    found = difference(person, before, snapshot(person))
    found.pop("version", None)
    note(**found)
    if by.person_id != member.person_id:
        told = "、".join(dict.fromkeys(item["label"] for item in found.values()))
        _tell(member.person_id, UPDATED, member.org_path, union=member.union.name, facts=told)
    return member


def _checked(person: Person, facts: dict[str, str]) -> dict[str, str]:
    """The facts that differ from what is known, each valid."""
    changed = {}
    for name, value in facts.items():
        if name == "mobile":
            if value and (mobile := parse_mobile(value)) != persons.reveal(person)["mobile"]:
                changed[name] = mobile
            continue
        if value and not codes.is_valid(TABLES[name], value):
            raise Refusal("没有这个选项。", field=name, code="bad_choice")
        if value != getattr(person, name):
            changed[name] = value
    return changed


@action("corrections.request", "申请变更关键信息", permissions.REQUEST_CORRECTION)
def request(
    member: Membership,
    *,
    by: Actor,
    reason: str,
    evidence: UploadedFile | None,
    name: str = "",
    document_kind: str = "",
    document_number: str = "",
    sex: str = "",
    born_on: date | None = None,
) -> Correction:
    """Ask for other key facts, with evidence; what is left empty stays as it is."""
    if not evidence:
        raise Refusal("请上传证明材料。", rule=rules.RULE, field="evidence", code="evidence")
    person = _locked(member)
    number = persons.reveal(person)["document_number"]
    identity = _identity(person, number, name, document_kind, document_number, sex, born_on)
    now = timezone.now()
    today = timezone.localdate(now)
    correction = Correction(
        receipt=next_receipt(PREFIX, today),
        membership=member,
        person_id=person.pk,
        name=person.name,
        old_name=person.name,
        old_document_kind=person.document_kind,
        old_document_mask=person.document_mask,
        old_sex=person.sex,
        old_born_on=person.born_on,
        new_name=identity.name,
        new_document_kind=identity.document_kind,
        new_document_number=identity.document_number,
        new_sex=identity.sex,
        new_born_on=identity.born_on,
        reason=reason,
        requested_at=now,
        requested_by_id=by.user_id,
        requested_by_name=by.name,
        due_on=add_workdays(today, CORRECTION_WORKDAYS.on(today)),
    )
    correction.place_at(member.union)
    try:
        with transaction.atomic():
            correction.save(force_insert=True)
    except IntegrityError as error:
        if "correction_open_once" not in str(error):
            raise
        raise Conflict(
            "这名会员已有一件信息变更申请正在审批。",
            remedy="请等它办结，或先撤回它。",
            code="correction_open",
        ) from error
    _keep_evidence(correction, evidence, by)
    _ask(correction)
    _line(correction, "已提交", f"{correction.due_on:%Y-%m-%d} 前答复。")
    return correction


def _identity(
    person: Person,
    number: str,
    name: str,
    kind: str,
    new_number: str,
    sex: str,
    born_on: date | None,
) -> persons.Identity:
    """The identity asked for, valid as a whole and different from the present one."""
    identity = persons.Identity.checked(
        name=name or person.name,
        document_kind=kind or person.document_kind,
        document_number=new_number or number,
        sex=sex or person.sex,
        born_on=born_on or person.born_on,
        today=timezone.localdate(),
    )
    for field, asked, told in (("sex", sex, identity.sex), ("born_on", born_on, identity.born_on)):
        if asked and asked != told:
            raise Refusal(
                "性别和出生日期以证件号码所载为准，与填写的不一致。",
                rule="《公民身份号码》（GB 11643-1999）",
                remedy="请核对证件号码，或不填这一项。",
                field=field,
                code="number_says",
            )
    asked_for = (identity.name, identity.document_kind, identity.document_number)
    if (*asked_for, identity.sex, identity.born_on) == (
        person.name,
        person.document_kind,
        number,
        person.sex,
        person.born_on,
    ):
        raise Refusal("没有要变更的内容。", code="nothing")
    holder = persons.by_document(identity.document_number)
    if holder is not None and holder.pk != person.pk:
        raise Refusal(
            "该证件号码已登记在另一份人员档案上。",
            rule="一个证件号码只对应一人（实名制管理）",
            remedy="如两份档案是同一人，请由工会办理重复人员合并。",
            field="document_number",
            code="duplicate",
        )
    return identity


def _keep_evidence(correction: Correction, evidence: UploadedFile, by: Actor) -> None:
    try:
        store(
            evidence.file,
            purpose=EVIDENCE,
            name=evidence.name or "",
            uploaded_by_id=by.user_id,
            owner_kind=OWNER,
            owner_id=correction.pk,
            org_path=correction.org_path,
        )
    except Refusal as refusal:
        refusal.field = "evidence"
        raise


@action("corrections.approve", "同意变更", permissions.DECIDE_CORRECTION)
def approve(correction: Correction, *, by: Actor, opinion: str = "") -> Correction:
    """Grant a request: the person's key facts become those asked for."""
    _expect_open(correction)
    _check_not_own(correction, by)
    member = Membership.objects.unscoped(SUBJECT).select_for_update(of=("self",))
    found = member.filter(pk=correction.membership_id).first()
    if found is None or found.union_id != correction.union_id:
        raise Conflict(
            "会籍在申请之后已转到其他工会，本工会不能再审批。",
            rule=rules.RULE,
            remedy="请退回本申请，由会员本人或其现在的工会重新提出。",
            code="membership_changed",
        )
    person = _locked(found)
    _check_still(correction, person)
    number = correction.new_document_number.reveal()
    values: dict[str, Any] = {
        "name": correction.new_name,
        "sex": correction.new_sex,
        "born_on": correction.new_born_on,
    }
    if number != persons.reveal(person)["document_number"]:
        values |= {"document_number": number, "document_kind": correction.new_document_kind}
    before = snapshot(person)
    persons.correct(person, **values)
    note(person={"label": "人员", "before": None, "after": person.audit_label})
    note(**{f"person_{key}": item for key, item in _differences(person, before).items()})
    found_now = _decide(correction, CorrectionState.APPROVED, by, opinion)
    _tell(person.pk, APPROVED, correction.org_path, receipt=correction.receipt)
    return found_now


def _differences(person: Person, before: dict[str, Any]) -> dict[str, Any]:
    found = difference(person, before, snapshot(person))
    found.pop("version", None)
    return found


@action("corrections.refuse", "不同意变更", permissions.DECIDE_CORRECTION)
def refuse(correction: Correction, *, by: Actor, reason: str) -> Correction:
    """Say no, and why."""
    _expect_open(correction)
    _check_not_own(correction, by)
    if not reason.strip():
        raise Refusal("请写明不同意的理由。", field="reason")
    found = _decide(correction, CorrectionState.REFUSED, by, reason.strip())
    _tell(
        correction.person_id,
        REFUSED,
        correction.org_path,
        receipt=correction.receipt,
        outcome=correction.outcome,
        id=str(correction.pk),
    )
    return found


@action("corrections.withdraw", "撤回申请", permissions.WITHDRAW_CORRECTION)
def withdraw(correction: Correction, *, by: Actor) -> Correction:
    """Take a request back before it is decided."""
    _expect_open(correction)
    return _decide(correction, CorrectionState.WITHDRAWN, by, "申请方撤回")


def _expect_open(correction: Correction) -> None:
    if correction.state == CorrectionState.REQUESTED:
        return
    at = timezone.localtime(correction.decided_at) if correction.decided_at else None
    raise Conflict(
        f"该申请已由{correction.decided_by_name}于{at:%Y-%m-%d %H:%M}办理："
        f"{correction.get_state_display()}。",
        remedy="请刷新后查看最新状态。",
        code="decided",
    )


def _check_not_own(correction: Correction, by: Actor) -> None:
    if rules.may_decide(
        user_id=by.user_id,
        person_id=by.person_id,
        requested_by=correction.requested_by_id,
        subject=correction.person_id,
    ):
        return
    raise Forbidden(
        "不能审批本人的信息变更，也不能审批自己提出的申请。",
        rule="本人不得办理本人的事项；申请人不得批准自己提出的申请",
        remedy="请由本工会的其他审批人或上级工会的审批人办理。",
        code="own_matter",
    )


def _check_still(correction: Correction, person: Person) -> None:
    """Refuse when the key facts are no longer those the approver sees on the left."""
    now = (person.name, person.document_kind, person.document_mask, person.sex, person.born_on)
    then = (
        correction.old_name,
        correction.old_document_kind,
        correction.old_document_mask,
        correction.old_sex,
        correction.old_born_on,
    )
    if now != then:
        raise Conflict(
            "关键信息在申请之后已有变动，与申请时的原值不同。",
            rule=rules.RULE,
            remedy="请退回本申请，核对后重新提出。",
            code="facts_changed",
        )


def _locked(member: Membership) -> Person:
    rows = Person.objects.unscoped(SUBJECT).select_for_update(of=("self",))
    return rows.get(pk=member.person_id)


def _decide(correction: Correction, state: CorrectionState, by: Actor, outcome: str) -> Correction:
    correction.state = state
    correction.decided_at = timezone.now()
    correction.decided_by_name = by.name
    correction.outcome = outcome[:200]
    correction.version += 1
    correction.save()
    close_todo(target_type=TARGET, target_id=correction.pk, by=by.user_id)
    _line(correction, correction.get_state_display(), outcome, STEPS[state], settled=True)
    return correction


def _line(
    correction: Correction, title: str, text: str = "", tone: str = "info", settled: bool = False
) -> None:
    """Keep a step on the member's timeline."""
    timeline.tell(
        correction.person_id,
        service=SERVICE,
        system=SYSTEM,
        target_type=TARGET,
        target_id=correction.pk,
        title=title,
        text=text,
        link=reverse("hall-correction", args=[correction.pk]),
        tone=tone,
        settled=settled,
    )


def _ask(correction: Correction) -> None:
    seat = seat_of(correction.union, permissions.DECIDE_CORRECTION, timezone.localdate())
    due = datetime.combine(correction.due_on, datetime.max.time()).replace(microsecond=0)
    open_todo(
        kind="correction.decide",
        target_type=TARGET,
        target_id=correction.pk,
        title=f"信息变更待审批：{mask_name(correction.name)}（{correction.receipt}）",
        link=f"/w/corrections/{correction.pk}/",
        org_path=seat.path,
        union_id=seat.pk,
        permission=permissions.DECIDE_CORRECTION.code,
        due_at=timezone.make_aware(due),
    )


def _tell(person_id: int, template: Template, org_path: str, **context: str) -> None:
    send([Recipient(person_id=person_id)], template, context, org_path=org_path)
