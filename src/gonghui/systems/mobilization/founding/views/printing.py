"""Papers as PDF: replies, ballots, the sheet of the result, minutes, the report to the superior."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.documents.content import Form, Official
from gonghui.kernel.documents.rendering import render
from gonghui.systems.mobilization.founding import permissions
from gonghui.systems.mobilization.founding.models import Election, Preparation
from gonghui.systems.mobilization.founding.models.elections import ElectionState
from gonghui.systems.mobilization.founding.views import layouts

PAPERS = {
    "minutes": ("会议纪要", layouts.minutes),
    "sheet": ("选举结果报告单", layouts.result_sheet),
    "report": ("选举结果报告", layouts.report),
    "reply": ("批复", layouts.reply),
}


@require_safe
def paper(request: HttpRequest, pk: int, ballot: int) -> HttpResponse:
    """A ballot paper to be copied, one a page."""
    election = _election(request, pk)
    found = election.ballots.filter(pk=ballot).first()
    if found is None:
        raise Missing("这次选举没有这张选票。", remedy="请从选举的详情页打开。")
    return _pdf(layouts.ballot_paper(election, found), f"选票-{found}")


@require_safe
def printed(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """The minutes, the report to the superior, or its reply; a draft until it is approved."""
    election = _election(request, pk)
    if what not in PAPERS or (what == "reply" and election.state != ElectionState.APPROVED):
        raise Missing("现在还不能打印这份文件。", remedy="请从选举的详情页打开。")
    if election.held_on is None:
        raise Missing("大会还没有召开。", remedy="请先登记到会情况。")
    title, layout = PAPERS[what]
    return _pdf(layout(election), f"{title}-{election.receipt}")


@require_safe
def preparation(request: HttpRequest, pk: int) -> HttpResponse:
    """The reply that agreed to a preparatory group."""
    actor: Actor = request.actor
    actor.require(permissions.VIEW_PREPARATIONS)
    rows = Preparation.objects.within(actor.scope(permissions.VIEW_PREPARATIONS))
    found = rows.select_related("superior").filter(pk=pk).first()
    if found is None:
        actor.require(permissions.VIEW_PREPARATIONS, "-", -1)
        raise Missing("没有这份建会申请。")
    if not found.document or found.congress_due is None:
        raise Missing("上级工会还没有批复。", remedy="批复同意筹备后可以打印。")
    return _pdf(layouts.preparation_reply(found), f"批复-{found.receipt}")


def _election(request: HttpRequest, pk: int) -> Election:
    actor: Actor = request.actor
    actor.require(permissions.VIEW_ELECTIONS)
    rows = Election.objects.within(actor.scope(permissions.VIEW_ELECTIONS))
    found = rows.select_related("superior", "union").filter(pk=pk).first()
    if found is None:
        actor.require(permissions.VIEW_ELECTIONS, "-", -1)
        raise Missing("没有这次选举。")
    return found


def _pdf(document: Official | Form, name: str) -> HttpResponse:
    response = HttpResponse(render(document), content_type="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}.pdf"
    response["Cache-Control"] = "no-store"
    return response
