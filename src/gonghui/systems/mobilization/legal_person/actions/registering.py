"""What a decision does to the register: enter, change, extend, cancel; and taking over old ones."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel import codes
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.identifiers import parse_uscc
from gonghui.kernel.base.names import check_name
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.codes.parameters import TERM_EXTENSION_MAX_MONTHS
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.legal_person import permissions
from gonghui.systems.mobilization.legal_person.actions import (
    certificates,
    numbers,
    requesting,
    watching,
)
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    CodeState,
    LegalPerson,
    RequestKind,
    Standing,
    State,
    UnionCode,
)
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.queries.figures import CERTIFICATE_YEARS
from gonghui.systems.mobilization.legal_person.queries.persons import code_known
from gonghui.systems.mobilization.legal_person.rules import codes as code_rules
from gonghui.systems.mobilization.legal_person.rules import comparing
from gonghui.systems.mobilization.legal_person.rules import procedures as rules
from gonghui.systems.mobilization.membership.public import write_back

REGISTERED = "the union of the application under decision"
WRITTEN = frozenset({"name", "representative_name", "residence", "founded_document"})


def take_effect(application: Application, by: Actor) -> None:
    """Carry a locked application's approval out; the caller saves it."""
    today = timezone.localdate()
    union = _locked(application.union_id)
    application.union = union
    if not union.is_active and application.procedure != rules.CANCEL:
        raise Conflict(f"“{union.name}”{union.get_status_display()}，不能登记。", code="ended")
    _write_back(application, union, today)
    match application.procedure:
        case rules.NEW:
            requesting.ask_for_code(application)
            application.state = State.CODING
            return
        case rules.CANCEL:
            _cancel(application, union, today)
            return
        case _:
            person = _locked_person(application)
            _renew(application, person, today)
            certificates.make_out(application, person)
            application.state = State.CERTIFYING


def _write_back(application: Application, union: Union, today: date) -> None:
    """Bring the grass-roots record up to what was declared, where that was decided."""
    facts = {
        field: str(getattr(application, field))
        for field, made in application.decisions.items()
        if made.get("choice") == comparing.DECLARED and field in WRITTEN
    }
    if facts:
        write_back(union, on=today, document=application.document, **facts)


def _renew(application: Application, person: LegalPerson, today: date) -> None:
    for field in ("name", "residence", "representative_name", "funds"):
        if value := getattr(application, field):
            setattr(person, field, value)
    if application.representative_id is not None:
        person.representative_id = application.representative_id.reveal()
        person.representative_mask = application.representative_mask
    if application.procedure == rules.ELECTION:
        elected = application.happened_on or today
        person.valid_from = elected
        person.expires_on = rules.valid_to(
            elected, application.term_years or 0, CERTIFICATE_YEARS.on(today)
        )
        person.delayed_to = None
    if application.procedure == rules.DELAY:
        person.expires_on = person.delayed_to = rules.check_delay(
            person.expires_on,
            application.delayed_to,
            delayed_before=person.delayed_to is not None,
            months=TERM_EXTENSION_MAX_MONTHS.on(today),
        )
    if application.procedure == rules.REISSUE:
        certificates.void_all(person, f"{application.reason}，已补（换）领")
    person.mismatch = ""
    _save(person)


def _cancel(application: Application, union: Union, today: date) -> None:
    """Out of the register: the code is never used again, the certificates are void."""
    person = _locked_person(application)
    code = _locked_code(person)
    code.state, code.cancelled_at = CodeState.CANCELLED, timezone.now()
    code.save()
    person.state, person.cancelled_on = Standing.CANCELLED, today
    _save(person)
    certificates.void_all(person, "法人已注销")
    requesting.ask(application, RequestKind.CANCEL, code)
    if union.is_active and union.uscc == code.uscc:
        write_back(union, on=today, document=application.document, uscc="")
    application.state = State.DONE
    application.done_at = timezone.now()
    publish(
        "cn.gonghui.legal_person.cancelled",
        f"union/{union.pk}",
        {"id": union.pk, "uscc": code.uscc},
        union.path,
    )


def enter(application: Application, uscc: str, serial: str) -> LegalPerson:
    """Enter a new legal person with the code the platform gave; within the allotting action.

    Raises Refusal when the code was ever in the register, or is another union's.
    """
    today = timezone.localdate()
    union = _locked(application.union_id)
    if queries.person_of(union.pk) is not None:
        raise Conflict(f"“{union.name}”已经在法人库中。", code="registered")
    code = _registered(union, application.registrar, uscc, application.name, serial)
    elected = application.happened_on or today
    person = LegalPerson(
        code=code,
        number=numbers.legal(application.registrar.region[:6]),
        registrar=application.registrar,
        name=application.name,
        residence=application.residence,
        representative_name=application.representative_name,
        representative_mask=application.representative_mask,
        funds=application.funds,
        founded_on=application.founded_on or union.founded_on,
        registered_on=today,
        valid_from=elected,
        expires_on=rules.valid_to(
            elected, application.term_years or 0, CERTIFICATE_YEARS.on(today)
        ),
    )
    if application.representative_id is not None:
        person.representative_id = application.representative_id.reveal()
    person.place_at(union)
    person.save()
    write_back(union, on=today, document=application.document, uscc=uscc)
    application.person = person
    certificates.make_out(application, person)
    application.state = State.CERTIFYING
    publish(
        "cn.gonghui.legal_person.registered",
        f"union/{union.pk}",
        {"id": union.pk, "uscc": uscc},
        union.path,
    )
    return person


def _registered(
    union: Union, registrar: Union, uscc: str, name: str, serial: str, *, old: bool = False
) -> UnionCode:
    code = UnionCode(
        uscc=uscc,
        name=name,
        region=registrar.region[:6],
        registrar=registrar,
        serial=serial[:64],
        taken_over=old,
        allotted_at=timezone.now(),
    )
    code.place_at(union)
    taken = Refusal(
        "该代码已在赋码登记簿中，不能再次赋给工会。",
        rule=code_rules.CONTROL,
        field="uscc",
        code="answer.taken",
    )
    if code_known(uscc) is not None:
        raise taken
    try:
        with transaction.atomic():
            code.save(force_insert=True)
    except IntegrityError as error:
        raise taken from error
    return code


@action("legal-persons.enter", "补录存量工会法人", permissions.ENTER_PERSON, creates=True)
def take_over(union: Union, *, by: Actor, uscc: str, **facts: Any) -> LegalPerson:
    """Enter a union that holds a certificate from before the platform, from that certificate.

    facts: name, residence, representative_name, number, valid_from, expires_on, registered_on.
    """
    queries.check_applicant(union, rules.NEW)
    registrar = queries.registrar_of(union)
    if registrar.pk not in queries.own_registrars(by, permissions.ENTER_PERSON):
        raise Forbidden(
            f"这个工会由“{registrar.name}”登记。", rule=rules.TERRITORIAL, code="not_registrar"
        )
    if queries.person_of(union.pk) is not None:
        raise Conflict(f"“{union.name}”已经在法人库中。", code="registered")
    if queries.open_application(union.pk) is not None:
        raise Conflict(
            f"“{union.name}”正在申请法人登记，不能同时补录。",
            remedy="已持有证书的，请先由该工会撤回申请。",
            code="open_application",
        )
    today = timezone.localdate()
    found = parse_uscc(uscc, region_known=codes.known_region)
    if not found.is_union or found.kind not in code_rules.classes_of(union.is_grassroots):
        raise Refusal(
            "这不是工会登记的统一社会信用代码。",
            rule=code_rules.STANDARD,
            remedy="请对照《工会法人资格证书》。",
            field="uscc",
        )
    first, last = facts["valid_from"], facts["expires_on"]
    rules.check_day(facts["registered_on"], today, "registered_on")
    if not first < last:
        raise Refusal("有效期的起止不对。", field="expires_on")
    code = _registered(union, registrar, found.number, facts["name"], "", old=True)
    person = LegalPerson(
        code=code,
        number=facts["number"].strip(),
        registrar=registrar,
        name=facts["name"].strip(),
        residence=facts["residence"].strip(),
        representative_name=check_name(facts["representative_name"]),
        founded_on=union.founded_on,
        registered_on=facts["registered_on"],
        valid_from=first,
        expires_on=last,
    )
    person.place_at(union)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise Refusal("这个证号已登记给其他工会。", field="number", code="number") from error
    if union.uscc != found.number:
        if union.uscc:
            raise Refusal(
                "证书上的代码与组织库中的不同。",
                remedy="请先核对；组织库有误的，由该工会提交变更申请更正。",
                field="uscc",
                code="uscc.differs",
            )
        write_back(_locked(union.pk), on=today, document=person.number, uscc=found.number)
    note(uscc={"label": "统一社会信用代码", "after": found.number})
    return person


def _locked(union_id: int) -> Union:
    rows = Union.objects.unscoped(REGISTERED).select_related("parent")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=union_id)


def _locked_person(application: Application) -> LegalPerson:
    rows = LegalPerson.objects.unscoped(REGISTERED).select_related("code", "union", "registrar")
    found = rows.select_for_update(of=("self",)).get(pk=application.person_id)
    if found.state != Standing.ACTIVE:
        raise Conflict("该法人已经注销。", code="cancelled")
    return found


def _locked_code(person: LegalPerson) -> UnionCode:
    rows = UnionCode.objects.unscoped(REGISTERED)
    return rows.select_for_update(of=("self",)).get(pk=person.code_id)


def _save(person: LegalPerson) -> None:
    person.version += 1
    person.save()
    if person.state != Standing.ACTIVE or person.reminded_for != person.expires_on:
        watching.settle_reminder(person)
