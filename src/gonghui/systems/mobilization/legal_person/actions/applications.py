"""The applicant's side: draw up, bring materials, submit, mend, withdraw, appeal."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel import codes
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.identifiers import compact, parse_mobile, parse_resident_id
from gonghui.kernel.base.masking import mask_id, mask_mobile
from gonghui.kernel.base.names import check_name
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.codes.parameters import TERM_EXTENSION_MAX_MONTHS
from gonghui.kernel.files.access import register_owner
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose, register_purpose
from gonghui.kernel.files.storing import store
from gonghui.kernel.files.types import JPEG, OFD, PDF, PNG
from gonghui.kernel.org.models import Union
from gonghui.kernel.rules.versions import decide_for
from gonghui.systems.mobilization.legal_person.actions import numbers
from gonghui.systems.mobilization.legal_person.actions.telling import next_todo, tell
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    LegalPerson,
    MaterialFile,
    State,
)
from gonghui.systems.mobilization.legal_person.permissions import APPLY_LEGAL, VIEW_LEGAL
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.queries.figures import (
    ACCEPT_WORKDAYS,
    APPEAL_DAYS,
    CERTIFICATE_YEARS,
    CHANGE_DAYS,
    FIRST_DAYS,
)
from gonghui.systems.mobilization.legal_person.rules import procedures as rules
from gonghui.systems.mobilization.legal_person.rules.materials import MATERIAL_TABLE
from gonghui.systems.mobilization.membership.public import recorded_facts

PAPERS = register_purpose(
    Purpose("legal-material", "法人登记材料", (PDF, OFD, JPEG, PNG), 20 * 1024 * 1024)
)
FILED = "legal_person.application"
LIMIT = 10
"""Files of one material."""
LOOK = "the place of the application a file belongs to decides who reads it"
_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}")


def _may_read(actor: Actor, file: StoredFile) -> bool:
    rows = Application.objects.unscoped(LOOK).filter(pk=file.owner_id)
    path = rows.values_list("org_path", flat=True).first()
    return path is not None and actor.may(VIEW_LEGAL, path)


register_owner(FILED, _may_read)


def check_state(application: Application, verb: str) -> None:
    """Conflict unless the application may be so handled now."""
    rules.check_state(verb, application.state, application.get_state_display())


@action("legal-applications.draw", "拟定法人登记申请", APPLY_LEGAL, creates=True)
def draw(union: Union, *, by: Actor, procedure: str, **facts: Any) -> Application:
    """Begin an application of a union; facts as `edit` takes them."""
    return opened(union, procedure, facts)


def opened(union: Union, procedure: str, facts: dict[str, Any]) -> Application:
    """A draft of a locked union; for actions and for what hears of a founding."""
    queries.check_applicant(union, procedure)
    other = queries.open_application(union.pk)
    if other is not None:
        raise Conflict(
            f"“{union.name}”已有一份{other.get_procedure_display()}申请"
            f"（{other.get_state_display()}）。",
            rule="同一工会同一时间只办理一项法人登记",
            remedy="请办完或撤回那一份再申请。",
            code="open_application",
        )
    person = queries.person_of(union.pk)
    _check_standing(union, procedure, person)
    application = Application(
        procedure=procedure, registrar=queries.registrar_of(union), person=person
    )
    application.place_at(union)
    application.union = union
    _prefill(application, person)
    _fill(application, facts)
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"“{union.name}”刚刚建立了另一份申请。", code="open_application") from error
    next_todo(application)
    return application


def _check_standing(union: Union, procedure: str, person: LegalPerson | None) -> None:
    if procedure not in rules.PROCEDURES:
        raise Refusal("没有这个登记事项。", field="procedure")
    if procedure == rules.NEW and person is not None:
        raise Refusal(
            f"“{union.name}”已经登记为法人（{person.number}）。",
            rule="一个工会只登记一个法人",
            remedy="登记事项有变化的请办理变更登记或换届换证。",
            code="registered",
        )
    if procedure == rules.NEW and union.uscc:
        raise Refusal(
            f"“{union.name}”在组织库中已有统一社会信用代码 {union.uscc}，不再申请新的代码。",
            rule="一个工会只有一个统一社会信用代码",
            remedy="请持原证书由登记机关补录；代码有误的先在工会档案中更正。",
            field="union",
            code="coded",
        )
    if procedure != rules.NEW and person is None:
        raise Refusal(
            f"“{union.name}”还没有登记为法人，不能办理{rules.PROCEDURES[procedure]}。",
            rule=rules.MEASURE,
            remedy="请先办理新办登记；已持有证书的请登记机关补录。",
            code="unregistered",
        )


def _prefill(application: Application, person: LegalPerson | None) -> None:
    """What is on file is not asked again."""
    if person is None:
        record = recorded_facts(application.union)
        for field in ("name", "residence", "representative_name", "founded_document"):
            setattr(application, field, record[field])
        application.founded_on = record["founded_on"]
        return
    for field in ("name", "residence", "representative_name", "funds"):
        setattr(application, field, getattr(person, field))
    application.representative_id = person.representative_id
    application.representative_mask = person.representative_mask


TEXTS = (
    "name",
    "residence",
    "funds",
    "founded_document",
    "basis",
    "reason",
    "late_reason",
)
DAYS = ("founded_on", "happened_on", "delayed_to", "term_years")


def _fill(application: Application, facts: dict[str, Any]) -> None:
    """Put what was filled in on the application; numbers of persons are checked and sealed.

    What the procedure does not ask for is left out: a reissue renames nobody.
    """
    asked = rules.asked(application.procedure)
    facts = {field: value for field, value in facts.items() if field in asked}
    for field in TEXTS:
        if facts.get(field) is not None:
            setattr(application, field, str(facts[field]).strip())
    for field in DAYS:
        if facts.get(field) is not None:
            setattr(application, field, facts[field])
    before = application.representative_name
    for field in ("representative_name", "contact_name"):
        if facts.get(field):
            setattr(application, field, check_name(facts[field]))
    number = facts.get("representative_id")
    renamed = application.representative_name != before
    if renamed and not number and _another_representative(application):
        application.representative_id, application.representative_mask = None, ""
    if number:
        try:
            found = parse_resident_id(
                number, on=timezone.localdate(), region_known=codes.known_region
            ).number
        except Refusal as refusal:
            refusal.field = "representative_id"
            raise
        application.representative_id = found
        application.representative_mask = mask_id(found)
    if phone := facts.get("contact_phone"):
        application.contact_phone = _telephone(phone)
        application.contact_mask = mask_mobile(application.contact_phone.reveal())


def _another_representative(application: Application) -> bool:
    """Whether somebody else is named beside the number of the representative registered now."""
    person, number = application.person, application.representative_id
    if person is None or number is None or person.representative_id is None:
        return False
    return (
        application.representative_name != person.representative_name
        and number.reveal() == person.representative_id.reveal()
    )


def _telephone(text: str) -> str:
    number = compact(text)
    if _LANDLINE.fullmatch(number):
        return number
    try:
        return parse_mobile(number)
    except Refusal as refusal:
        refusal.field = "contact_phone"
        raise


@action("legal-applications.edit", "填写法人登记申请", APPLY_LEGAL)
def edit(application: Application, *, by: Actor, **facts: Any) -> Application:
    """Fill in or mend the facts; those left out stay."""
    check_state(application, "edit")
    _fill(application, facts)
    application.version += 1
    application.save()
    return application


@action("legal-applications.bring", "上传法人登记材料", APPLY_LEGAL)
def bring(
    application: Application, *, by: Actor, files: dict[str, UploadedFile | None]
) -> Application:
    """Add files to materials, by material code."""
    check_state(application, "edit")
    given = {code: file for code, file in files.items() if file is not None}
    if not given:
        raise Refusal("没有选择文件。", remedy="请至少选择一个文件。")
    for code, file in given.items():
        material = rules.material_of(application.procedure, code, queries.needed(application))
        if application.materials.filter(code=code).count() >= LIMIT:
            raise Refusal(f"“{material.title}”已有 {LIMIT} 个文件。", field=code)
        stored = _stored(application, code, file, by)
        MaterialFile.objects.create(
            application=application,
            code=code,
            file_key=stored.key,
            name=stored.name,
            added_at=timezone.now(),
            added_by_name=by.name,
        )
        note(**{f"material.{code}": {"label": material.title, "after": stored.name}})
    application.version += 1
    application.save()
    return application


def _stored(application: Application, code: str, file: UploadedFile, by: Actor) -> StoredFile:
    try:
        return store(
            file.file,
            purpose=PAPERS,
            name=file.name or "",
            uploaded_by_id=by.user_id,
            owner_kind=FILED,
            owner_id=application.pk,
            org_path=application.org_path,
        )
    except Refusal as refusal:
        refusal.field = code
        raise


@action("legal-applications.submit", "提交法人登记申请", APPLY_LEGAL)
def submit(application: Application, *, by: Actor) -> Application:
    """Hand the application to the registering union; a receipt number is given."""
    check_state(application, "submit")
    today = timezone.localdate()
    check_whole(application, today)
    application.receipt = numbers.receipt(today)
    application.submitted_at = timezone.now()
    application.submitted_by_id, application.submitted_by_name = by.user_id, by.name
    application.state = State.SUBMITTED
    application.clock = rules.started(today, ACCEPT_WORKDAYS.on(today))
    # Kept, so that a change of the table can be tried on what was handed in before.
    decide_for(
        MATERIAL_TABLE,
        application,
        queries.material_case(application),
        union=application.registrar,
        on=today,
        now=application.submitted_at,
    )
    return moved(application, by, "已提交", "登记机关将在期限内受理。")


@action("legal-applications.answer", "补正法人登记申请", APPLY_LEGAL)
def answer(application: Application, *, by: Actor) -> Application:
    """The supplement is complete: the clock runs again with what was left."""
    check_state(application, "answer")
    today = timezone.localdate()
    check_whole(application, today)
    application.answered_on = today
    application.state = application.paused_from
    application.clock = rules.resumed(application.clock, today)
    application.submitted_by_id, application.submitted_by_name = by.user_id, by.name
    return moved(application, by, "已补正", "办理时限继续计算。")


def check_whole(application: Application, today: date) -> None:
    """Refusal unless facts and materials are what the procedure needs; sets `late`."""
    procedure = application.procedure
    _required(application)
    if procedure == rules.NEW:
        # The congress may elect before the superior's approval founds the union.
        rules.check_day(application.founded_on, today, "founded_on")
        rules.check_day(application.happened_on, today, "happened_on")
    elif procedure in (rules.CHANGE, rules.ELECTION):
        rules.check_day(application.happened_on, today, "happened_on")
    if procedure in (rules.NEW, rules.ELECTION):
        expires = rules.valid_to(
            application.happened_on or today,
            application.term_years or 0,
            CERTIFICATE_YEARS.on(today),
        )
        if expires <= today:
            raise Refusal(
                "按选举日期和任期，这一届已经届满。",
                rule=rules.TERM_RULE,
                remedy="请核对选举日期和任期。",
                field="happened_on",
            )
    person = application.person
    if procedure == rules.CHANGE and not queries.changed_fields(application):
        raise Refusal(
            "没有要变更的登记事项。",
            remedy="请填写变更后的名称、住所、法定代表人或经费来源。",
            code="nothing",
        )
    if procedure == rules.DELAY and person is not None:
        rules.check_delay(
            person.expires_on,
            application.delayed_to,
            delayed_before=person.delayed_to is not None,
            months=TERM_EXTENSION_MAX_MONTHS.on(today),
        )
    _check_identity(application)
    _check_term(application, today)
    rules.check_materials(procedure, queries.brought(application), queries.needed(application))


LABELS = {
    "name": "工会名称",
    "residence": "住所",
    "representative_name": "法定代表人",
    "representative_id": "法定代表人证件号码",
    "funds": "经费来源",
    "founded_document": "成立批复文号",
    "basis": "依据文号",
    "reason": "申请事由",
    "contact_name": "经办联系人",
    "contact_phone": "联系电话",
}
_CONTACT = ("contact_name", "contact_phone")
NEEDED = {
    rules.NEW: (
        "name",
        "residence",
        "representative_name",
        "representative_id",
        "funds",
        "founded_document",
        *_CONTACT,
    ),
    rules.CHANGE: ("name", "residence", "representative_name", "basis", "reason", *_CONTACT),
    rules.ELECTION: ("representative_name", "representative_id", "basis", *_CONTACT),
    rules.DELAY: ("basis", "reason", *_CONTACT),
    rules.REISSUE: ("reason", *_CONTACT),
    rules.CANCEL: ("basis", "reason", *_CONTACT),
}


def _required(application: Application) -> None:
    lacking = [field for field in NEEDED[application.procedure] if not getattr(application, field)]
    if lacking:
        raise Refusal(
            f"还没有填写：{'、'.join(LABELS[field] for field in lacking)}。",
            rule=rules.MEASURE,
            remedy="请在“填写”中补全后再提交。",
            field=lacking[0],
            code="lacking",
        )


def _check_identity(application: Application) -> None:
    """A new representative is not registered without a number of their own."""
    person = application.person
    new = person is not None and application.representative_name != person.representative_name
    if new and application.representative_id is None:
        raise Refusal(
            f"法定代表人换为{application.representative_name}，还没有填写证件号码。",
            rule=rules.MEASURE,
            remedy="请在“填写”中填写新任法定代表人的身份证号码。",
            field="representative_id",
            code="identity",
        )


def _check_term(application: Application, today: date) -> None:
    since, days, after, rule = _term_of(application, today)
    application.late = rules.is_late(application.procedure, since, today, days)
    if application.late and len(application.late_reason) < 4:
        raise Refusal(
            f"已超过{after}的申请期限，请说明逾期的原因。",
            rule=rule,
            remedy="在“逾期申请的说明”中写明后仍可申请，逾期情况会记入登记。",
            field="late_reason",
            code="late",
        )


def _term_of(application: Application, today: date) -> tuple[date | None, int, str, str]:
    """From which day a term runs, how many days, in words, and the rule."""
    if application.procedure == rules.ELECTION and application.person is not None:
        return application.person.expires_on, 0, "证书有效期满前", rules.RENEWAL_RULE
    if application.procedure == rules.NEW:
        days = FIRST_DAYS.on(today)
        return application.founded_on, days, f"成立后 {days} 天", rules.MEASURE
    days = CHANGE_DAYS.on(today)
    return application.happened_on, days, f"变更后 {days} 天", rules.CHANGE_RULE


@action("legal-applications.withdraw", "撤回法人登记申请", APPLY_LEGAL)
def withdraw(application: Application, *, by: Actor, reason: str = "") -> Application:
    """The union takes its application back before it is decided."""
    check_state(application, "withdraw")
    application.state = State.WITHDRAWN
    return moved(application, by, "已撤回")


@action("legal-applications.appeal", "申请复核不予登记的决定", APPLY_LEGAL)
def appeal(application: Application, *, by: Actor, reason: str) -> Application:
    """Ask the union above the registering one to look again; once, within the term."""
    check_state(application, "appeal")
    today = timezone.localdate()
    if application.appealed_at is not None:
        raise Refusal(
            "这份申请已经复核过一次。",
            rule=rules.APPEAL_RULE,
            remedy="情况有变化的，可以重新申请登记。",
            code="appealed_before",
        )
    decided = timezone.localdate(application.decided_at)
    days = APPEAL_DAYS.on(today)
    if (today - decided).days > days:
        raise Refusal(
            f"已超过收到决定之日起 {days} 天的复核期限。",
            rule=rules.APPEAL_RULE,
            remedy="可以重新申请登记。",
            code="appeal_late",
        )
    other = queries.open_application(application.union_id)
    if other is not None:
        raise Conflict("已有一份正在办理的申请，不能再对这份申请复核。", code="open_application")
    application.appeal = rules.check_reason(reason, "复核理由")
    application.appealed_at = timezone.now()
    application.state = State.APPEALED
    application.clock = rules.started(today, ACCEPT_WORKDAYS.on(today))
    return moved(application, by, "已申请复核", "由登记机关的上一级工会复核。")


def moved(application: Application, by: Actor, what: str, text: str = "") -> Application:
    """Save a step, hand the to-do on, tell the union, publish."""
    application.version += 1
    application.save()
    next_todo(application, by.user_id)
    tell(application, what, text)
    publish(
        "cn.gonghui.legal_person.stepped",
        f"legal-application/{application.pk}",
        {"id": application.pk, "procedure": application.procedure, "state": application.state},
        application.org_path,
    )
    return application


def supplement_due(today: date, workdays: int) -> date:
    """By when a supplement has to be in."""
    return add_workdays(today, workdays)


def refuse_own(application: Application, by: Actor) -> None:
    """Who submitted an application does not handle it at the registering union."""
    if by.user_id is not None and by.user_id == application.submitted_by_id:
        raise Forbidden(
            "不能办理自己提交的申请。",
            rule="申请与登记由不同的人办理",
            remedy="请由登记机关的其他人员办理。",
            code="own",
        )
