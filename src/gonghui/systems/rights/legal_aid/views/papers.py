"""Papers of aid, mediation and supervision as PDF, and the list of subsidies as a table."""

from __future__ import annotations

import csv
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.engines.casework.actions import revealing
from gonghui.engines.casework.models import Case
from gonghui.engines.casework.queries import cases
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.documents.content import Document
from gonghui.kernel.documents.rendering import render
from gonghui.kernel.exchange.workbook import harmless
from gonghui.kernel.resource.exporting import log_export
from gonghui.systems.rights.legal_aid import permissions
from gonghui.systems.rights.legal_aid.models import Aid, Assignment, Mediation, Payout, Watch
from gonghui.systems.rights.legal_aid.queries import aid as aid_queries
from gonghui.systems.rights.legal_aid.rules import aid as rules
from gonghui.systems.rights.legal_aid.rules import mediation as mediation_rules
from gonghui.systems.rights.legal_aid.views import layouts

OWN = "the row of the worker's own case"
ABSENT = Missing("还没有这份文书。", remedy="办理到那一步后才有。", code="paper")


def _found(request: HttpRequest, model: Any, pk: int, permission: Permission) -> Any:
    """The row, for who may see its case; who has a post in the unit concerned may not."""
    actor: Actor = request.actor
    rows = model.objects.within(actor.scope(permission)).select_related("union", "case")
    found = rows.filter(pk=pk).first()
    if found is None or not cases.may_see(actor, found.case):
        raise Forbidden("没有查看这份文书的权限，或者它不存在。", code="forbidden")
    return found


def _said(case: Case, actor: Actor) -> str:
    """What was said, as the actor may read it."""
    return "\n".join(person.text for person in cases.face(case, actor).people)


@require_http_methods(["GET", "HEAD", "POST"])
def aid(request: HttpRequest, pk: int, paper: str) -> HttpResponse:
    """A paper of an aid case; a POST that says what for prints the applicant's name as well."""
    row: Aid = _found(request, Aid, pk, permissions.VIEW_AID)
    held = aid_queries.last_assignment(row)
    made = _aid_paper(request, row, paper, held, _parties(request, row.case))
    return _pdf(made, f"{paper}-{row.case.number}")


def _parties(request: HttpRequest, case: Case) -> layouts.Party:
    """The applicants by name, for who may see them and says what for; each print is on record."""
    if request.method != "POST":
        return layouts.NOBODY
    found = revealing.reveal(case, by=request.actor, reason=request.POST.get("reason", ""))
    return layouts.Party(
        "、".join(item.name for item in found if item.name),
        "、".join(item.mobile for item in found if item.mobile),
    )


@require_safe
def own(request: HttpRequest, number: str) -> HttpResponse:
    """The own application with the own name, to be signed at home."""
    actor: Actor = request.actor
    found = cases.own(number, actor)
    said = cases.thread(found).text
    who = layouts.Party(*(part.reveal() if part else "" for part in (found.name, found.mobile)))
    with everywhere():
        aided = Aid.objects.unscoped(OWN).select_related("union", "case")
        mediated = Mediation.objects.unscoped(OWN).select_related("union", "case")
        if row := aided.filter(case_id=found.case_id).first():
            return _pdf(layouts.application(row, said, who), f"form-{found.number}")
        if talk := mediated.filter(case_id=found.case_id).first():
            return _pdf(layouts.mediation_form(talk, said, who), f"form-{found.number}")
    raise ABSENT


def _aid_paper(
    request: HttpRequest,
    row: Aid,
    paper: str,
    held: Assignment | None,
    who: layouts.Party,
) -> Document:
    if paper == "form":
        return layouts.application(row, _said(row.case, request.actor), who)
    if paper == "decision" and row.decided_on:
        return layouts.approval(row)
    if paper == "assignment" and held is not None:
        return layouts.assignment(row, held)
    if paper == "report" and row.state in (rules.CLOSED, rules.ARCHIVED):
        subsidies = aid_queries.subsidies(row)
        return layouts.report(row, held, subsidies[0] if subsidies else None)
    if paper == "contents" and row.closed_on:
        return layouts.contents(row, rules.file_of(aid_queries.papers_there(row)))
    raise ABSENT


@require_http_methods(["GET", "HEAD", "POST"])
def mediation(request: HttpRequest, pk: int, paper: str) -> HttpResponse:
    """A paper of a mediation; a POST that says what for prints the applicant's name as well."""
    row: Mediation = _found(request, Mediation, pk, permissions.VIEW_MEDIATION)
    made = _mediation_paper(request, row, paper, _parties(request, row.case))
    return _pdf(made, f"{paper}-{row.case.number}")


def _mediation_paper(
    request: HttpRequest, row: Mediation, paper: str, who: layouts.Party
) -> Document:
    if paper == "form":
        return layouts.mediation_form(row, _said(row.case, request.actor), who)
    if paper == "notice" and row.employer_answer_on:
        return layouts.mediation_notice(row)
    if paper == "agreement" and row.terms is not None:
        request.actor.require(permissions.HANDLE_MEDIATION, row.org_path)
        return layouts.agreement(row, row.terms.reveal(), who)
    if paper == "failure" and row.state == mediation_rules.FAILED:
        return layouts.failure(row)
    raise ABSENT


@require_safe
def watch(request: HttpRequest, pk: int, letter: int) -> HttpResponse:
    row: Watch = _found(request, Watch, pk, permissions.VIEW_WATCH)
    found = row.letters.select_related("watch__union").filter(pk=letter).first()
    if found is None:
        raise ABSENT
    return _pdf(layouts.letter(found), f"letter-{found.pk}")


@require_POST
def payout(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of subsidies as a table for the finance desk; who took it for what is kept."""
    actor: Actor = request.actor
    rows = Payout.objects.within(actor.scope(permissions.PAY_AID)).select_related("union")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Forbidden("没有查看这份发放表的权限，或者它不存在。", code="forbidden")
    purpose = request.POST.get("purpose", "").strip()
    if len(purpose) < 4:
        raise Refusal("请写明导出的用途。", field="purpose", code="purpose")
    lines = aid_queries.lines_of(found)
    log_export(
        code="legal-payouts",
        title="办案补贴发放表",
        actor=actor,
        path=found.org_path,
        query=found.number,
        purpose=purpose[:200],
        rows=len(lines),
    )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="payout-{found.pk}.csv"'
    response["Cache-Control"] = "no-store"
    # A spreadsheet tells UTF-8 by this mark.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(
        ["发放表编号", "援助编号", "指派函号", "承办律师", "执业机构", "金额（元）", "计算"]
    )
    for line in lines:
        held = line.assignment
        writer.writerow(
            [
                found.number,
                held.aid.case.number,
                held.number,
                harmless(held.lawyer.name),
                harmless(held.lawyer.workplace),
                line.amount,
                line.words,
            ]
        )
    writer.writerow(["合计", "", "", "", "", found.total, f"{timezone.localdate():%Y-%m-%d} 导出"])
    return response


def _pdf(document: Document, name: str) -> HttpResponse:
    response = HttpResponse(render(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
