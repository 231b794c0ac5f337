"""Cadres' pages of joining: deciding several at once, and the unit's QR code to print."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.membership.actions.joining import decide_each
from gonghui.systems.mobilization.membership.models.joining import JoinApplication, JoinState
from gonghui.systems.mobilization.membership.permissions import DECIDE_JOIN, VIEW_JOINS
from gonghui.systems.mobilization.membership.rules import joining as rules
from gonghui.systems.mobilization.membership.views.joining import unit_token

AT_ONCE = 50
COLUMNS = (
    ui.Column("姓名", "title"),
    ui.Column("受理编号", "code"),
    ui.Column("证件号码", "code"),
    ui.Column("申请加入"),
    ui.Column("状态", "state"),
    ui.Column("办理期限", "code"),
)


def _waiting(actor: Actor):
    return (
        JoinApplication.objects.within(actor.scope(DECIDE_JOIN))
        .filter(state__in=(JoinState.SUBMITTED, JoinState.APPEALED))
        .select_related("union")
        .order_by("due_on", "id")
    )


@require_http_methods(["GET", "HEAD", "POST"])
def pending(request: HttpRequest) -> HttpResponse:
    """Applications waiting for my decision; POST approves the chosen ones, each on its own."""
    actor: Actor = request.actor
    actor.require(DECIDE_JOIN)
    results = None
    if request.method == "POST":
        ids = [int(pk) for pk in request.POST.getlist("ids")[:AT_ONCE] if pk.isdecimal()]
        if not ids:
            raise Refusal("请先选择要批准的申请。", rule="逐份审批", code="none_chosen")
        rows = {item.pk: item for item in _waiting(actor).filter(pk__in=ids)}
        gone = len(ids) - len(rows)
        results = [
            {"application": item, "why": why}
            for item, why in decide_each([rows[pk] for pk in ids if pk in rows], by=actor)
        ]
        good = sum(not result["why"] for result in results)
        context = {"results": results, "gone": gone, "good": good, "total": len(ids)}
        return render(request, "membership/joining/decided.html", context)
    rows = list(_waiting(actor)[: AT_ONCE + 1])
    table = ui.Table(
        "待我审批的入会申请",
        COLUMNS,
        [_row(item) for item in rows[:AT_ONCE]],
        bulk=[ui.Action("批准所选", reverse("join-pending"), icon="check", how="post")],
        name="pending",
    )
    context = {
        "table": table,
        "more": len(rows) > AT_ONCE,
        "all": ui.Action("全部入会申请", reverse("resource:join-applications:list"), icon="list"),
    }
    return render(request, "membership/joining/pending.html", context)


def _row(item: JoinApplication) -> ui.Row:
    cells = [
        item.name,
        item.receipt,
        item.document_mask,
        item.union.name,
        ui.pill(item.get_state_display(), "wait"),
        f"{item.due_on:%Y-%m-%d}",
    ]
    link = reverse("resource:join-applications:record", args=[item.pk])
    return ui.Row(str(item.pk), cells, link)


@require_GET
def codes_page(request: HttpRequest) -> HttpResponse:
    """Unions of mine whose QR code can be printed."""
    actor: Actor = request.actor
    actor.require(VIEW_JOINS)
    text = request.GET.get("q", "").strip()[:40]
    rows = Union.objects.within(actor.scope(VIEW_JOINS)).filter(
        status=UnionStatus.ACTIVE, kind__in=rules.TAKES_MEMBERS
    )
    if text:
        rows = rows.filter(name__contains=text)
    found = list(rows.select_related("parent").order_by("path")[: AT_ONCE + 1])
    context = {"found": found[:AT_ONCE], "more": len(found) > AT_ONCE, "text": text}
    return render(request, "membership/joining/codes.html", context)


@require_GET
def poster(request: HttpRequest, pk: int) -> HttpResponse:
    """An A4 page with the QR code of one union, its name and the steps."""
    actor: Actor = request.actor
    union = Union.objects.within(actor.scope(VIEW_JOINS)).filter(pk=pk).first()
    if union is None:
        raise Forbidden("没有这个工会的入会二维码的权限，或者它不存在。", code="forbidden")
    rules.check_receives(union.kind, union.is_active, union.name)
    address = request.build_absolute_uri(reverse("join-unit", args=[unit_token(union)]))
    return render(request, "membership/joining/poster.html", {"union": union, "address": address})
