"""Notices as those they are for see them, and who has yet to confirm one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from gonghui.kernel.base.errors import Missing
from gonghui.systems.portal.desk.actions import own
from gonghui.systems.portal.desk.models import Notice
from gonghui.systems.portal.desk.permissions import DRAFT_NOTICE, VIEW_NOTICES
from gonghui.systems.portal.desk.queries import notices as queries
from gonghui.systems.portal.desk.rules.markup import to_html
from gonghui.systems.portal.desk.views.home import required

PAGE = 30


def drawn(notice: Notice) -> str:
    """The text of a notice as safe markup: everything in it was escaped first."""
    return mark_safe(to_html(notice.body))


@require_safe
def reading_list(request: HttpRequest) -> HttpResponse:
    """The notices meant for the person: those of today, or all that are published."""
    actor = required(request)
    text = request.GET.get("q", "").replace("\0", "").strip()[:60]
    past = request.GET.get("show") == "past"
    today = timezone.localdate()
    found = queries.past if past else queries.current
    page = request.GET.get("page", "1")
    number = min(int(page), 200) if page.isdecimal() and int(page) else 1
    items = found(actor, today, text, most=PAGE + 1, skip=(number - 1) * PAGE)
    more, items = len(items) > PAGE, items[:PAGE]
    context = {
        "items": items,
        "text": text,
        "past": past,
        "number": number,
        "next": number + 1 if more else None,
        "may_manage": actor.may(VIEW_NOTICES),
        "may_draft": actor.may(DRAFT_NOTICE),
    }
    return render(request, "desk/notices.html", context)


def _readable(request: HttpRequest, pk: int) -> Notice:
    actor = required(request)
    notice = queries.readable(actor, pk)
    if notice is None or notice.starts_on > timezone.localdate():
        raise Missing(
            "没有这条公告，或者它不是发给您的岗位的。",
            remedy="它可能已经撤回或到期；如需查看，请联系发布公告的工会。",
            code="notice",
        )
    return notice


@require_safe
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice; opening it is noted for its read statistics."""
    notice = _readable(request, pk)
    reading = own.opened(notice, request.actor.user_id)
    context = {
        "notice": notice,
        "body": drawn(notice),
        "reading": reading,
        "files": queries.attachments(notice),
    }
    return render(request, "desk/notice.html", context)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one has read it."""
    notice = _readable(request, pk)
    own.confirm(notice, request.actor.user_id)
    messages.success(request, f"已确认阅读“{notice.title}”。")
    return redirect("notice", pk=pk)


@require_safe
def unconfirmed(request: HttpRequest, pk: int) -> HttpResponse:
    """For the union that gave the notice: who has yet to confirm it."""
    actor = required(request)
    actor.require(VIEW_NOTICES)
    notice = Notice.objects.within(actor.scope(VIEW_NOTICES)).filter(pk=pk).first()
    if notice is None:
        raise Missing("没有这条公告，或者它不在您的权限范围内。", code="notice")
    today = timezone.localdate()
    people = list(queries.not_confirmed(notice, today)[:201])
    context = {
        "notice": notice,
        "people": people[:200],
        "more": len(people) > 200,
        "spread": queries.spread(notice, today),
    }
    return render(request, "desk/unconfirmed.html", context)
