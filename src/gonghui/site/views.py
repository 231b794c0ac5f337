"""Two addresses for machines (is the web process well, where the event stream is), and errors."""

from __future__ import annotations

import os

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gonghui.kernel.base.errors import Missing
from gonghui.site import roles


@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """200 when this process and the database answer; 503 when row-level security would not bind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        bound = cursor.fetchone()[0] == roles.APP or settings.WORKS_AS_OWNER
    return HttpResponse(
        "ok" if bound else "wrong database role",
        content_type="text/plain",
        status=200 if bound else 503,
        headers={"Cache-Control": "no-store"},
    )


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Send the browser on to the realtime process beside us.

    Behind nginx or Envoy `/events` goes there directly and never reaches this view.
    """
    port = os.environ.get("GONGHUI_EVENTS_PORT")
    if not port:
        raise Http404
    host = request.get_host().rsplit(":", 1)[0] if ":" in request.get_host() else request.get_host()
    answer = HttpResponse(status=307, headers={"Cache-Control": "no-store"})
    answer["Location"] = f"{request.scheme}://{host}:{port}/events"
    return answer


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that does not exist."""
    missing = Missing("这个页面不存在。", remedy="请检查地址，或从菜单进入。")
    context = {"code": missing.status, "what": missing.message, "remedy": missing.remedy}
    return render(request, "ui/error.html", context, status=missing.status)


def failed(request: HttpRequest) -> HttpResponse:
    """The page for an error of ours."""
    return render(request, "500.html", status=500)
