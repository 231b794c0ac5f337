"""Messages to the person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from gonghui.kernel.notify.messages import inbox, mark_all_read, mark_read
from gonghui.systems.portal.desk.views.home import required

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def messages_page(request: HttpRequest) -> HttpResponse:
    """My messages, fifty at a time; POST marks one (`id`) or all as read."""
    actor = required(request)
    if request.method == "POST":
        chosen = request.POST.get("id", "")
        if chosen.isdecimal() and len(chosen) < 19:
            mark_read(actor.user_id, actor.person_id, ids=[int(chosen)])
        else:
            mark_all_read(actor.user_id, actor.person_id)
            messages.success(request, "已全部标为已读。")
        return redirect("messages")
    unread = request.GET.get("show") == "unread"
    text = request.GET.get("before", "")
    before = int(text) if text.isdecimal() and len(text) < 19 else None
    rows = inbox(actor.user_id, actor.person_id, unread=unread, before=before, limit=PAGE + 1)
    items = list(rows)
    more, items = len(items) > PAGE, items[:PAGE]
    context = {
        "items": items,
        "unread": unread,
        "more": items[-1].pk if more else None,
        "before": before,
    }
    return render(request, "desk/messages.html", context)
