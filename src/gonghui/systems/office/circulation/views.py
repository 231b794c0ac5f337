"""Pages the declarations cannot draw: the paper, its trace, reading, receipts, statistics."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden
from gonghui.kernel.documents import rendering
from gonghui.kernel.documents.word import to_docx
from gonghui.kernel.org.models import Union
from gonghui.kernel.ui import charts
from gonghui.kernel.ui import components as ui
from gonghui.systems.office.circulation import permissions
from gonghui.systems.office.circulation.actions import issuing
from gonghui.systems.office.circulation.models import Delivery, Outgoing
from gonghui.systems.office.circulation.models.outgoing import DeliveryState
from gonghui.systems.office.circulation.queries import desk
from gonghui.systems.office.circulation.queries import outgoing as queries
from gonghui.systems.office.circulation.queries import statistics as figures
from gonghui.systems.office.circulation.queries.paper import official

RECEIPTS = 100
"""Receipts of one page; a provincial document has tens of thousands."""
RECEIPT_TONES = {"sent": "wait", "received": "good", "recalled": "idle"}
get = require_http_methods(["GET", "HEAD"])


def _document(actor: Actor, pk: int) -> Outgoing:
    rows = Outgoing.objects.within(actor.scope(permissions.VIEW_OUTGOING))
    found = (
        queries.visible(rows, actor)
        .select_related("union", "signer", "drafter", "paper")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Forbidden(
            "没有查看这件公文的权限，或者它不存在。",
            remedy="如确需查看，请联系发文机关。",
            code="forbidden",
        )
    return found


@get
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The document as a PDF: the sealed file, else a draft with 草稿 across the page."""
    document = _document(request.actor, pk)
    if document.paper is not None:
        return redirect("files:download", document.paper.key)
    made = rendering.render(official(document))
    return _file(made, f"{document.title}（草稿）.pdf", "application/pdf")


@get
def docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The document as DOCX, to be worked on outside."""
    document = _document(request.actor, pk)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return _file(to_docx(official(document)), f"{document.title}.docx", kind)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@get
def trace(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version with what it added and removed, by whom and when."""
    document = _document(request.actor, pk)
    context = {
        "document": document,
        "traces": queries.trace(document),
        "back_url": reverse("resource:outgoing:record", args=[pk]),
    }
    return render(request, "circulation/trace.html", context)


@get
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The processing sheet (发文处理单) to print: who said what, by hand too."""
    document = _document(request.actor, pk)
    context = {
        "document": document,
        "opinions": desk.opinions(document),
        "back_url": reverse("resource:outgoing:record", args=[pk]),
    }
    return render(request, "circulation/sheet.html", context)


@get
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """A delivered document on the screen; whoever of the receiving union opens it is noted."""
    actor: Actor = request.actor
    rows = Delivery.objects.within(actor.scope(permissions.VIEW_DELIVERIES))
    delivery = (
        rows.select_related("document", "document__union", "document__paper", "union", "sender")
        .filter(pk=pk)
        .first()
    )
    if delivery is None:
        raise Forbidden(
            "没有查看这件来文的权限，或者它不存在。",
            remedy="如确需查看，请联系收文单位。",
            code="forbidden",
        )
    if actor.user_id and any(held.union_id == delivery.union_id for held in actor.grants):
        issuing.read(delivery, by=actor)
    document = delivery.document
    context = {
        "delivery": delivery,
        "document": document,
        "body": [line.strip() for line in document.body.splitlines() if line.strip()],
        "attachments": [line for line in document.attachments.splitlines() if line.strip()],
        "signed_on": timezone.localdate(document.signed_at) if document.signed_at else None,
        "file_url": reverse("files:download", args=[document.paper.key]) if document.paper else "",
        "record_url": reverse("resource:deliveries:record", args=[pk]),
        "waiting": delivery.state == "sent" and actor.may(permissions.RECEIVE, delivery.org_path),
        "readings": list(delivery.readings.all()),
    }
    return render(request, "circulation/read.html", context)


@get
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far distribution is, asked by the page every other second."""
    document = _document(request.actor, pk)
    context = {
        "errands": queries.errands_of(document),
        "progress_url": request.path,
        "finished": reverse("resource:outgoing:record", args=[pk]),
    }
    return render(request, "circulation/progress.html", context)


@get
def receipts(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has received a document, who read it when, who was urged how often."""
    document = _document(request.actor, pk)
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in DeliveryState.values else ""
    asked = request.GET.get("after", "")
    after = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    rows = queries.deliveries_of(document).filter(pk__gt=after)
    if chosen:
        rows = rows.filter(state=chosen)
    page = list(rows.select_related("union").prefetch_related("readings")[: RECEIPTS + 1])
    columns = [
        ui.Column("单位", "title"),
        ui.Column("签收", "state"),
        ui.Column("签收人"),
        ui.Column("签收时间"),
        ui.Column("阅读人"),
        ui.Column("催收次数", "number"),
    ]
    lines = [
        ui.Row(
            str(row.pk),
            [
                row.union.name,
                ui.pill(row.get_state_display(), RECEIPT_TONES[row.state]),
                row.received_by or "—",
                timezone.localtime(row.received_at).strftime("%Y-%m-%d %H:%M")
                if row.received_at
                else "—",
                "、".join(item.name for item in row.readings.all()) or "—",
                row.urged,
            ],
        )
        for row in page[:RECEIPTS]
    ]
    found = queries.receipts_of(document)
    further = urlencode({"state": chosen, "after": lines[-1].id}) if lines else ""
    tabs = [("", "全部"), *DeliveryState.choices]
    context = {
        "document": document,
        "errands": queries.errands_of(document),
        "progress_url": reverse("circulation-progress", args=[pk]),
        "table": ui.Table("签收情况", columns, lines),
        "tabs": [ui.Tab(words, f"?state={key}", key == chosen) for key, words in tabs],
        "chosen": chosen,
        "pager": ui.Pager(
            previous_url=f"?state={chosen}" if after else "",
            next_url=f"?{further}" if len(page) > RECEIPTS else "",
            shown=len(lines),
        ),
        "stats": [
            ui.Stat("分发单位", found.live, "个"),
            ui.Stat("已签收", found.received, "个"),
            ui.Stat("待签收", found.live - found.received, "个"),
            ui.Stat("已撤回", found.recalled, "个"),
        ],
        "back_url": reverse("resource:outgoing:record", args=[pk]),
    }
    return render(request, "circulation/receipts.html", context)


@get
def templates(request: HttpRequest) -> HttpResponse:
    """Templates one may begin a document from; each opens the draft form filled in."""
    actor: Actor = request.actor
    actor.require(permissions.DRAFT)
    ids = {held.union_id for held in actor.grants if held.path in actor.paths(permissions.DRAFT)}
    unions = Union.objects.within(actor.scope(permissions.DRAFT)).filter(pk__in=ids)
    found: dict[int, Any] = {}
    for union in unions:
        for item in queries.templates_for(union).select_related("union"):
            found.setdefault(item.pk, item)
    start = reverse("resource:outgoing:create", args=["draft"])
    rows = [
        (
            item,
            f"{start}?{urlencode({'kind': item.kind, 'title': item.title, 'body': item.body})}",
        )
        for item in found.values()
    ]
    context = {"rows": rows, "manage_url": reverse("resource:paper-templates:list")}
    return render(request, "circulation/templates.html", context)


def _kinds_chart(kinds: list[figures.ByKind]) -> charts.Chart:
    return charts.Chart(
        "各文种发文",
        "bar",
        [item.title for item in kinds],
        [
            charts.Series("起草", [item.drafted for item in kinds]),
            charts.Series("签发", [item.signed for item in kinds]),
        ],
        unit="件",
        first="文种",
    )


@get
def statistics(request: HttpRequest) -> HttpResponse:
    """A year's documents, receipts, incoming and supervision of the actor's organs."""
    actor: Actor = request.actor
    actor.require(permissions.VIEW_OUTGOING)
    today = timezone.localdate()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and 2000 <= int(asked) <= today.year else today.year
    found = figures.figures(actor, year, today)
    columns = [
        ui.Column("文种", "title"),
        ui.Column("起草", "number"),
        ui.Column("签发", "number"),
        ui.Column("分发", "number"),
    ]
    rows = [
        ui.Row(item.title, [item.title, item.drafted, item.signed, item.issued])
        for item in found.kinds
    ]
    context = {
        "year": year,
        "earlier": f"?year={year - 1}",
        "later": f"?year={year + 1}" if year < today.year else "",
        "as_of": timezone.now(),
        "found": found,
        "table": ui.Table(f"{year}年发文按文种统计", columns, rows),
        "chart": _kinds_chart(found.kinds) if found.kinds else None,
        "stats": [
            ui.Stat("发文", found.drafted, "件", url=reverse("resource:outgoing:list")),
            ui.Stat("已签发", found.signed, "件"),
            ui.Stat("送审到签发", _days(found.signing_days), ""),
            ui.Stat("来文按期签收", _share(found.received_in_time), ""),
            ui.Stat("收文", found.incoming, "件", url=reverse("resource:incoming:list")),
            ui.Stat("收文按期办结", _share(found.done_in_time), ""),
            ui.Stat("办理中督办", found.open_tasks, "项", url=reverse("resource:supervision:list")),
            ui.Stat("逾期督办", found.late_tasks, "项"),
        ],
    }
    return render(request, "circulation/statistics.html", context)


def _share(value: int | None) -> str:
    return "—" if value is None else f"{value}%"


def _days(value: float | None) -> str:
    return "—" if value is None else f"平均 {value} 个工作日"
