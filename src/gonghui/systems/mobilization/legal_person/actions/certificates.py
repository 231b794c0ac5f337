"""Certificates: made out, printed on a numbered sheet, sealed, issued, void; and the sheets."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.names import check_name
from gonghui.kernel.documents import codes
from gonghui.kernel.documents.models import CheckCode
from gonghui.kernel.files.access import register_owner
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.legal_person import permissions
from gonghui.systems.mobilization.legal_person.actions.applications import moved
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    Certificate,
    CertificateState,
    Copy,
    LegalPerson,
    SealUse,
    Sheet,
    SheetState,
    State,
)
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.rules import certificates as rules
from gonghui.systems.mobilization.legal_person.rules.procedures import TERRITORIAL, check_reason

OWNER = codes.owner("legal_person.certificate")
OF_A_PERSON = "certificates of the legal person under the action"


def _may_read(actor: Actor, file: StoredFile) -> bool:
    rows = Certificate.objects.within(actor.scope(permissions.VIEW_CERTIFICATES))
    return rows.filter(pk=file.owner_id).exists()


register_owner(OWNER, _may_read)


def make_out(application: Application, person: LegalPerson) -> list[Certificate]:
    """Original and duplicate as the register stands now; both rest on the registered code."""
    made = []
    for copy in Copy.values:
        certificate = Certificate(
            person=person,
            code=person.code,
            application=application,
            registrar=application.registrar,
            copy=copy,
            number=person.number,
            name=person.name,
            residence=person.residence,
            representative_name=person.representative_name,
            valid_from=person.valid_from,
            expires_on=person.expires_on,
            made_at=timezone.now(),
        )
        certificate.place_at(application.union)
        certificate.save()
        made.append(certificate)
    return made


def void_all(person: LegalPerson, reason: str, but: Certificate | None = None) -> int:
    """Let the certificates in force be void."""
    rows = Certificate.objects.unscoped(OF_A_PERSON).filter(
        person=person, state=CertificateState.ISSUED
    )
    if but is not None:
        rows = rows.filter(copy=but.copy).exclude(pk=but.pk)
    found = list(rows.select_for_update(of=("self",)))
    for certificate in found:
        certificate.state = CertificateState.VOID
        certificate.voided_at, certificate.void_reason = timezone.now(), reason[:200]
        _saved(certificate)
        state = CheckCode.State.REPLACED if but is not None else CheckCode.State.REVOKED
        _end_code(certificate, reason, state)
    return len(found)


def _issue_code(certificate: Certificate, sheet: Sheet) -> None:
    codes.issue(
        kind="工会法人资格证书",
        title=f"{certificate.name}（{certificate.get_copy_display()}）",
        issuer=certificate.registrar.name,
        issued_on=timezone.localdate(),
        owner=(OWNER, certificate.pk),
        number=certificate.number,
        valid_until=certificate.expires_on,
        facts=[
            ("统一社会信用代码", certificate.code.uscc),
            ("法定代表人", certificate.representative_name),
            ("住所", certificate.residence),
            ("登记机关", certificate.registrar.name),
            ("证书纸编号", sheet.number),
        ],
    )


def _end_code(certificate: Certificate, reason: str, state: CheckCode.State) -> None:
    for code in codes.of(OWNER, certificate.pk):
        if code.state == CheckCode.State.IN_FORCE:
            codes.end(code, reason, on=timezone.localdate(), state=state)


def _at(record: Certificate, by: Actor, permission: Permission) -> None:
    if not queries.at_registrar(by, record, permission):
        raise Forbidden(
            f"这份证书由“{record.registrar.name}”制发。", rule=TERRITORIAL, code="not_registrar"
        )


def _turn(certificate: Certificate, states: tuple[str, ...], what: str) -> None:
    if certificate.state not in states:
        raise Conflict(
            f"这份证书目前是“{certificate.get_state_display()}”，不能{what}。",
            rule=rules.REISSUE_RULE,
            remedy="请刷新页面，按它现在的状态办理。",
            code="state",
        )


@action(
    "certificates.print",
    "打印法人证书",
    permissions.PRINT_CERTIFICATE,
    place=queries.registrar_path,
)
def print_out(certificate: Certificate, *, by: Actor) -> Certificate:
    """Take the next sheet of the stock for a certificate; printing again needs it spoiled first."""
    _turn(certificate, (CertificateState.READY,), "打印")
    _at(certificate, by, permissions.PRINT_CERTIFICATE)
    rows = Sheet.objects.unscoped("the stock of the registering union").select_for_update(
        skip_locked=True, of=("self",)
    )
    sheet = (
        rows.filter(
            union_id=certificate.registrar_id, copy=certificate.copy, state=SheetState.STOCK
        )
        .order_by("number")
        .first()
    )
    if sheet is None:
        raise Refusal(
            f"没有库存的{certificate.get_copy_display()}证书纸。",
            rule=rules.STOCK_RULE,
            remedy="请先登记领入的证书纸。",
            code="no_sheet",
        )
    sheet.state, sheet.certificate = SheetState.USED, certificate
    sheet.used_at, sheet.used_by_name = timezone.now(), by.name
    sheet.save()
    _issue_code(certificate, sheet)
    certificate.state = CertificateState.PRINTED
    certificate.printed_at, certificate.printed_by_name = timezone.now(), by.name
    note(sheet={"label": "证书纸编号", "after": sheet.number})
    return _saved(certificate)


@action(
    "certificates.spoil",
    "登记打坏的证书纸",
    permissions.PRINT_CERTIFICATE,
    place=queries.registrar_path,
)
def spoil(certificate: Certificate, *, by: Actor, reason: str) -> Certificate:
    """The sheet of a certificate not yet issued is spoiled: it may be printed on the next."""
    _turn(
        certificate,
        (CertificateState.PRINTED, CertificateState.SEALED),
        "登记作废（未打印或已发证）",
    )
    _at(certificate, by, permissions.PRINT_CERTIFICATE)
    sheet = sheet_of(certificate)
    _spoil(sheet, by, reason)
    _end_code(certificate, f"证书纸 {sheet.number} 已作废", CheckCode.State.REVOKED)
    certificate.state = CertificateState.READY
    certificate.printed_at, certificate.printed_by_name = None, ""
    note(sheet={"label": "作废的证书纸", "after": sheet.number})
    return _saved(certificate)


def sheet_of(certificate: Certificate) -> Sheet:
    """The sheet a printed certificate stands on."""
    rows = Sheet.objects.unscoped(OF_A_PERSON).filter(
        certificate=certificate, state=SheetState.USED
    )
    return rows.get()


@action(
    "certificates.seal",
    "批准法人证书用印",
    permissions.SEAL_CERTIFICATE,
    place=queries.registrar_path,
)
def seal(certificate: Certificate, *, by: Actor, purpose: str = "") -> Certificate:
    """Put the registering union's seal on a printed certificate; entered in the seal record."""
    _turn(certificate, (CertificateState.PRINTED,), "用印")
    _at(certificate, by, permissions.SEAL_CERTIFICATE)
    use = SealUse(
        certificate=certificate,
        seal=f"{certificate.registrar.name[:50]}印章",
        subject=purpose.strip() or f"发给{certificate.name}的法人资格证书"[:200],
        sheet=sheet_of(certificate).number,
        approved_by_name=by.name,
        at=timezone.now(),
    )
    use.place_at(certificate.registrar)
    use.save()
    certificate.state = CertificateState.SEALED
    return _saved(certificate)


@action(
    "certificates.issue",
    "发放法人证书",
    permissions.ISSUE_CERTIFICATE,
    place=queries.registrar_path,
)
def issue(certificate: Certificate, *, by: Actor, received_by: str) -> Certificate:
    """Hand the certificate over; the one before it is void from now on."""
    _turn(certificate, (CertificateState.SEALED,), "发放")
    _at(certificate, by, permissions.ISSUE_CERTIFICATE)
    void_all(certificate.person, "已换发新证", certificate)
    certificate.received_by = check_name(received_by)
    certificate.state = CertificateState.ISSUED
    certificate.issued_at, certificate.issued_by_name = timezone.now(), by.name
    _saved(certificate)
    rows = Application.objects.unscoped(OF_A_PERSON).select_for_update(of=("self",))
    application = rows.select_related("union", "registrar__parent").get(
        pk=certificate.application_id
    )
    left = [item for item in queries.certificates_of(application) if item.issued_at is None]
    if not left and application.state == State.CERTIFYING:
        application.state, application.done_at = State.DONE, timezone.now()
        moved(application, by, "证书已发放", f"{certificate.received_by}领取。")
    return certificate


def _saved(certificate: Certificate) -> Certificate:
    certificate.version += 1
    certificate.save()
    return certificate


# Sheets


@action("certificates.receive", "登记领入证书纸", permissions.STOCK_SHEETS, creates=True)
def receive(
    union: Union,
    *,
    by: Actor,
    copy: str,
    prefix: str,
    first: str,
    count: int,
    received_on: date,
    received_from: str,
) -> Sheet:
    """Enter a pack of numbered sheets into the stock of a registering union."""
    if union.kind not in queries.REGISTRARS:
        raise Refusal("证书纸由县级以上登记机关领用。", rule=TERRITORIAL, field="union")
    if copy not in Copy.values:
        raise Refusal("请选择正本或副本。", field="copy")
    if received_on > timezone.localdate():
        raise Refusal("领入日期不能晚于今天。", field="received_on")
    sheets = []
    for number in rules.sheet_numbers(prefix, first, count):
        sheet = Sheet(
            number=number,
            copy=copy,
            received_on=received_on,
            received_from=received_from.strip(),
            received_by_name=by.name,
        )
        sheet.place_at(union)
        sheets.append(sheet)
    try:
        with transaction.atomic():
            made = Sheet.objects.bulk_create(sheets, batch_size=500)
    except IntegrityError as error:
        raise Refusal(
            "其中有的编号已经登记过。",
            rule=rules.STOCK_RULE,
            remedy="请核对起始号和张数。",
            field="first",
            code="number_known",
        ) from error
    note(sheets={"label": "领入", "after": f"{made[0].number}—{made[-1].number}，{count} 张"})
    return made[0]


@action("certificates.waste", "作废库存证书纸", permissions.STOCK_SHEETS)
def waste(sheet: Sheet, *, by: Actor, reason: str) -> Sheet:
    """A sheet of the stock that cannot be used: entered in the register of spoiled ones."""
    if not queries.holds_at(by, sheet.union_id, permissions.STOCK_SHEETS):
        raise Forbidden(
            f"这张证书纸由“{sheet.union.name}”保管。", rule=TERRITORIAL, code="not_registrar"
        )
    if sheet.state != SheetState.STOCK:
        raise Conflict(
            f"这张证书纸{sheet.get_state_display()}，不能这样作废。",
            rule=rules.STOCK_RULE,
            code="state",
        )
    _spoil(sheet, by, reason)
    return sheet


def _spoil(sheet: Sheet, by: Actor, reason: str) -> None:
    sheet.spoiled_reason = check_reason(reason, "作废原因")[:200]
    sheet.state = SheetState.SPOILED
    sheet.spoiled_at, sheet.spoiled_by_name = timezone.now(), by.name
    sheet.save()
