"""Papers of a session as PDF: its minutes, and each resolution it carried."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.documents.content import Kind, Official, chinese_day
from gonghui.kernel.documents.rendering import render
from gonghui.systems.mobilization.staff_congress import permissions
from gonghui.systems.mobilization.staff_congress.models import AgendaItem, Session, SessionState


@require_safe
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes (会议纪要); a draft until the session is closed."""
    session = _session(request, pk)
    if session.state == SessionState.PLANNED:
        raise Missing("会议还没有召开。", remedy="登记签到并开会之后可以打印。")
    return _pdf(_minutes(session), f"会议纪要-{session.pk}")


@require_safe
def resolution(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """A resolution (决议) on an item that was carried; a draft until the session is closed."""
    session = _session(request, pk)
    found = session.items.filter(pk=item, carried=True).first()
    if found is None:
        raise Missing("这一项议题没有通过的决议。", remedy="请从会议的详情页打开。")
    return _pdf(_resolution(session, found), f"决议-{found.pk}")


def _session(request: HttpRequest, pk: int) -> Session:
    actor: Actor = request.actor
    actor.require(permissions.VIEW_CONGRESSES)
    rows = Session.objects.within(actor.scope(permissions.VIEW_CONGRESSES))
    found = rows.select_related("congress__union", "union").filter(pk=pk).first()
    if found is None:
        actor.require(permissions.VIEW_CONGRESSES, "-")
        raise Missing("没有这次会议。")
    return found


def _pdf(document: Official, name: str) -> HttpResponse:
    response = HttpResponse(render(document), content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}.pdf"
    response["Cache-Control"] = "no-store"
    return response


def _name(session: Session) -> str:
    congress = session.congress
    kind = congress.get_kind_display()
    return f"第{congress.number}届{kind}第{session.number}次会议"


def _minutes(session: Session) -> Official:
    union = session.union.name
    body = [
        f"{chinese_day(session.planned_on)}，{union}在{session.place}召开{_name(session)}，"
        f"职工代表 {session.delegates} 人，出席 {session.present} 人，符合法定人数。"
    ]
    for number, item in enumerate(session.items.all(), 1):
        body.append(f"{number}. {item.title}（{item.get_matter_display()}）")
        if item.carried is not None:
            body.append("".join(line["text"] for line in item.lines))
        if item.resolution:
            body.append(f"会议决议：{item.resolution}")
    return Official(
        organs=(union,),
        title=f"{_name(session)}纪要",
        body=tuple(body),
        kind=Kind.MINUTES,
        mark=f"{union}会议纪要",
        present=tuple(session.signed_in.values_list("name", flat=True)),
        date=session.planned_on,
        draft=session.state != SessionState.CLOSED,
    )


def _resolution(session: Session, item: AgendaItem) -> Official:
    congress = session.congress
    passed = f"（{chinese_day(session.planned_on)}{_name(session)}通过）"
    return Official(
        organs=(f"{session.union.name}{congress.get_kind_display()}",),
        mark=f"{session.union.name}{congress.get_kind_display()}",
        title=f"关于“{item.title}”的决议",
        body=(
            passed,
            f"{_name(session)}应到职工代表 {session.delegates} 人，实到 {session.present} 人，"
            f"赞成 {item.agreed} 票，反对 {item.against} 票，弃权 {item.abstained} 票，"
            f"审议通过“{item.title}”。",
            item.resolution or "会议决定予以施行。",
        ),
        date=session.planned_on,
        printed_on=timezone.localdate(),
        draft=session.state != SessionState.CLOSED,
    )
