"""The register of professional union workers (社会化工会工作者)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.people import persons
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.models.organisers import (
    Assessment,
    Grade,
    LeaveReason,
    Organiser,
    OrganiserPost,
    OrganiserState,
    Training,
)
from gonghui.systems.mobilization.membership.queries.organisers import on_duty
from gonghui.systems.mobilization.membership.queries.unions import recipients
from gonghui.systems.mobilization.membership.rules import organisers as rules

TARGET = "membership.organiser"
TODO = "organiser.contract"
REAL_NAME = "社会化工会工作者实名制管理：一人一档，在岗期间只在一个工会登记"

ABOUT_CONTRACTS = Category("organisers", "社会化工会工作者合同提醒")
ENDING = Template(
    "organisers.contract",
    "{name}的合同将于{day}到期",
    "“{union}”聘用的社会化工会工作者{name}，合同{day}到期。请办理续聘或离岗。",
    ABOUT_CONTRACTS,
    "{link}",
)


@action("organisers.register", "登记社会化工会工作者", permissions.KEEP_ORGANISERS, creates=True)
def register(
    union: Union,
    *,
    by: Actor,
    name: str,
    document_number: str,
    mobile: str,
    post: str,
    hired_on: date,
    contract_from: date,
    contract_to: date,
    document_kind: str = "resident_id",
    certificate: str = "",
    certificate_number: str = "",
    certified_on: date | None = None,
    serves: Sequence[Union] = (),
) -> Organiser:
    """Register somebody a union employs, by the real name; refused while on duty elsewhere."""
    today = timezone.localdate()
    _check_contract(contract_from, contract_to)
    if hired_on > today:
        raise Refusal("到岗日期不能晚于今天。", field="hired_on")
    identity = persons.Identity.checked(
        name=name,
        document_number=document_number,
        document_kind=document_kind,
        mobile=mobile,
        today=today,
    )
    person = persons.register(identity, union)
    present = on_duty(person.pk)
    if present is not None:
        raise Refusal(
            f"{person.name}已在“{present.union.name}”登记在岗。",
            rule=REAL_NAME,
            remedy="请由原工会登记离岗后再登记。",
            field="document_number",
            code="on_duty",
        )
    organiser = Organiser(
        person_id=person.pk,
        name=person.name,
        sex=person.sex,
        post=OrganiserPost(post),
        hired_on=hired_on,
        contract_from=contract_from,
        contract_to=contract_to,
        certificate=certificate.strip(),
        certificate_number=certificate_number.strip(),
        certified_on=certified_on,
    )
    organiser.place_at(union)
    try:
        with transaction.atomic():
            organiser.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"{person.name}刚刚已由他人登记。", rule=REAL_NAME) from error
    _serve(organiser, serves, union)
    return organiser


def _check_contract(start: date, end: date) -> None:
    fault = rules.contract_fault(start, end)
    if fault:
        raise Refusal(fault, field="contract_to")


def _require_on_duty(organiser: Organiser) -> None:
    if organiser.state != OrganiserState.ON_DUTY:
        raise Conflict(f"{organiser.name}已于 {organiser.left_on:%Y-%m-%d} 离岗。", code="left")


def _serve(organiser: Organiser, serves: Sequence[Union], employer: Union) -> None:
    """The service area: unions that have the same county, or city above the counties."""
    for union in serves:
        if not union.is_active:
            raise Refusal(f"“{union.name}”{union.get_status_display()}。", field="serves")
        same = union.path.startswith(employer.path) or (
            employer.county_id is not None and union.county_id == employer.county_id
        )
        if not same:
            raise Refusal(
                f"“{union.name}”不在“{employer.name}”的下级或同一县（市、区）范围内。",
                rule="社会化工会工作者在聘用工会的范围内服务",
                field="serves",
            )
    links = Organiser.serves.through
    links.objects.filter(organiser=organiser).delete()
    links.objects.bulk_create(
        [links(organiser_id=organiser.pk, union_id=union.pk) for union in serves]
    )
    note(serves={"label": "服务工会", "after": "、".join(union.name for union in serves)})


@action("organisers.renew", "续签合同", permissions.KEEP_ORGANISERS)
def renew(
    organiser: Organiser, *, by: Actor, contract_from: date, contract_to: date, post: str = ""
) -> Organiser:
    """A further contract, with another post if one is named."""
    _require_on_duty(organiser)
    _check_contract(contract_from, contract_to)
    if contract_to <= organiser.contract_to:
        raise Refusal(
            f"新合同应晚于现合同终止日期 {organiser.contract_to:%Y-%m-%d}。", field="contract_to"
        )
    organiser.contract_from, organiser.contract_to = contract_from, contract_to
    organiser.reminded = None
    if post:
        organiser.post = OrganiserPost(post)
    organiser.version += 1
    organiser.save()
    close_todo(target_type=TARGET, target_id=organiser.pk, by=by.user_id)
    return organiser


@action("organisers.serve", "调整服务工会", permissions.KEEP_ORGANISERS)
def assign(organiser: Organiser, *, by: Actor, serves: Sequence[Union]) -> Organiser:
    """Name the unions somebody serves from now on."""
    _require_on_duty(organiser)
    _serve(organiser, serves, organiser.union)
    return organiser


@action("organisers.certify", "登记资格证书", permissions.KEEP_ORGANISERS)
def certify(
    organiser: Organiser,
    *,
    by: Actor,
    certificate: str,
    certificate_number: str,
    certified_on: date,
) -> Organiser:
    """Record a qualification certificate."""
    _require_on_duty(organiser)
    if certified_on > timezone.localdate():
        raise Refusal("发证日期不能晚于今天。", field="certified_on")
    organiser.certificate = certificate.strip()
    organiser.certificate_number = certificate_number.strip()
    organiser.certified_on = certified_on
    organiser.version += 1
    organiser.save()
    return organiser


@action("organisers.train", "登记培训", permissions.KEEP_ORGANISERS)
def train(organiser: Organiser, *, by: Actor, title: str, on: date, hours: Decimal) -> Organiser:
    """Record training somebody took part in, with its hours."""
    if on > timezone.localdate() or on < organiser.hired_on:
        raise Refusal("培训日期应在到岗日期与今天之间。", field="on")
    Training.objects.create(organiser=organiser, title=title.strip(), on=on, hours=hours)
    note(training={"label": "培训", "after": f"{on:%Y-%m-%d} {title}（{hours} 学时）"})
    return organiser


@action("organisers.assess", "年度考核", permissions.ASSESS_ORGANISER)
def assess(
    organiser: Organiser, *, by: Actor, year: int, grade: str, remark: str = ""
) -> Organiser:
    """Give the grade of a year; a year is graded once."""
    fault = rules.assessment_fault(year, organiser.hired_on, timezone.localdate())
    if fault:
        raise Refusal(fault, field="year")
    if by.person_id is not None and by.person_id == organiser.person_id:
        raise Refusal("不能考核自己。", rule="考核由聘用工会的审批人办理", code="own")
    made, new = Assessment.objects.get_or_create(
        organiser=organiser,
        year=year,
        defaults={"grade": Grade(grade), "note": remark.strip()},
    )
    if not new:
        raise Conflict(
            f"{year} 年度已考核为“{made.get_grade_display()}”。", rule="年度考核一年一次"
        )
    note(assessment={"label": f"{year}年度考核", "after": made.get_grade_display()})
    return organiser


@action("organisers.leave", "登记离岗", permissions.KEEP_ORGANISERS)
def leave(
    organiser: Organiser, *, by: Actor, left_on: date, left_reason: str, left_note: str = ""
) -> Organiser:
    """Somebody goes off duty, with the reason."""
    _require_on_duty(organiser)
    if left_on > timezone.localdate() or left_on < organiser.hired_on:
        raise Refusal("离岗日期应在到岗日期与今天之间。", field="left_on")
    if left_reason == LeaveReason.OTHER and not left_note.strip():
        raise Refusal("原因为“其他”时请写明。", field="left_note")
    organiser.state = OrganiserState.LEFT
    organiser.left_on = left_on
    organiser.left_reason = LeaveReason(left_reason)
    organiser.left_note = left_note.strip()
    organiser.version += 1
    organiser.save()
    close_todo(target_type=TARGET, target_id=organiser.pk, by=by.user_id)
    return organiser


@action("organisers.remind", "合同到期提醒", permissions.REMIND_ORGANISERS)
def remind(organiser: Organiser, *, by: Actor, today: date) -> Organiser:
    """Send the reminder that is due for a contract, once, and open the employer's to-do."""
    level = rules.notice_due(organiser.contract_to, today)
    off_duty = organiser.state != OrganiserState.ON_DUTY
    if level is None or organiser.reminded == level or off_duty:
        return organiser
    link = reverse("resource:organisers:record", args=[organiser.pk])
    send(
        recipients([organiser.union_id], (HANDLER, APPROVER), today),
        ENDING,
        {
            "name": organiser.name,
            "union": organiser.union.name,
            "day": f"{organiser.contract_to:%Y年%m月%d日}",
            "link": link,
        },
        key=f"{TODO}:{organiser.pk}:{organiser.contract_to}:{level}",
        org_path=organiser.org_path,
    )
    open_todo(
        kind=TODO,
        target_type=TARGET,
        target_id=organiser.pk,
        title=f"合同到期：{organiser.name}（{organiser.contract_to:%Y-%m-%d}）",
        link=link,
        org_path=organiser.org_path,
        union_id=organiser.union_id,
        permission=permissions.KEEP_ORGANISERS.code,
        due_at=timezone.make_aware(datetime.combine(organiser.contract_to, time(23, 59))),
    )
    organiser.reminded = level
    organiser.save(update_fields=["reminded"])
    return organiser
