"""Papers of an application and the print of a certificate, as PDF."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Missing
from gonghui.kernel.config.declaring import Level, Setting
from gonghui.kernel.documents import codes
from gonghui.kernel.documents.content import Check, Document
from gonghui.kernel.documents.models import CheckCode
from gonghui.kernel.documents.rendering import render
from gonghui.systems.mobilization.legal_person import permissions
from gonghui.systems.mobilization.legal_person.actions import platform
from gonghui.systems.mobilization.legal_person.actions.certificates import OWNER
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    Certificate,
    CertificateState,
    State,
)
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.rules.certificates import REISSUE_RULE
from gonghui.systems.mobilization.legal_person.rules.procedures import TERRITORIAL
from gonghui.systems.mobilization.legal_person.views import layouts

_PRINTER = (Level.PLATFORM, Level.CITY, Level.COUNTY)
OFFSET_RIGHT = Setting(
    "legal_person.offset_right",
    "法人证书打印右移",
    Decimal,
    Decimal("0"),
    "套印偏左时填正数，偏右时填负数。",
    unit="毫米",
    levels=_PRINTER,
    minimum=Decimal("-20"),
    maximum=Decimal("20"),
)
OFFSET_DOWN = Setting(
    "legal_person.offset_down",
    "法人证书打印下移",
    Decimal,
    Decimal("0"),
    "套印偏上时填正数，偏下时填负数。",
    unit="毫米",
    levels=_PRINTER,
    minimum=Decimal("-20"),
    maximum=Decimal("20"),
)
SPECIMEN = "样张"


@require_safe
def paper(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The form, a notice or the decision of an application."""
    actor: Actor = request.actor
    rows = Application.objects.within(actor.scope(permissions.VIEW_LEGAL))
    found = rows.select_related("union", "registrar").filter(pk=pk).first()
    if found is None:
        raise Forbidden("没有查看这份申请的权限，或者它不存在。", code="forbidden")
    if not _exists(found, kind):
        raise Missing("还没有这份文书。", remedy="办理到那一步后才有。", code="paper")
    document: Document = (
        layouts.application_form(found, list(found.materials.order_by("id")))
        if kind == "form"
        else layouts.notice(found, kind)
    )
    return _pdf(document, f"{kind}-{found.receipt or found.pk}")


def _exists(found: Application, kind: str) -> bool:
    return {
        "form": True,
        "accepted": found.accepted_on is not None,
        "supplement": found.supplement_on is not None,
        "unaccepted": found.state == State.UNACCEPTED,
        "decision": found.granted is not None,
    }.get(kind, False)


@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """The print onto the sheet taken for a certificate, or a specimen to look at before.

    Only the registering union prints, and only while the certificate waits for its seal.
    """
    actor: Actor = request.actor
    rows = Certificate.objects.within(actor.scope(permissions.VIEW_CERTIFICATES))
    found = rows.select_related("registrar", "code").filter(pk=pk).first()
    if found is None:
        raise Forbidden("没有查看这份证书的权限，或者它不存在。", code="forbidden")
    if not queries.at_registrar(actor, found, permissions.PRINT_CERTIFICATE):
        raise Forbidden(
            f"这份证书由“{found.registrar.name}”制发。", rule=TERRITORIAL, code="not_registrar"
        )
    specimen = SPECIMEN if request.GET.get("specimen") else ""
    if not specimen and found.state != CertificateState.PRINTED:
        raise Conflict(
            f"这份证书目前是“{found.get_state_display()}”，不能打印。",
            rule=REISSUE_RULE,
            remedy="还没有领用证书纸的先领用；遗失或损毁的办理补（换）领。",
            code="state",
        )
    if not specimen and platform.PARTY.is_simulated():
        specimen = "演示"
    path = found.registrar.path
    offset = (float(OFFSET_RIGHT.value(path)), float(OFFSET_DOWN.value(path)))
    document = layouts.certificate(found, _check(found), offset, specimen)
    return _pdf(document, f"certificate-{found.pk}-{found.copy}")


def _check(found: Certificate) -> Check | None:
    """The check code of the printing under way."""
    live = [code for code in codes.of(OWNER, found.pk) if code.state == CheckCode.State.IN_FORCE]
    return codes.printed(live[0]) if live else None


def _pdf(document: Document, name: str) -> HttpResponse:
    response = HttpResponse(render(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
