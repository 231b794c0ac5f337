"""The IT architecture (IT体系架构) as this installation really is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.services.permissions import REVIEW, VIEW_SERVICES
from gonghui.systems.foundation.services.queries import architecture, manifests

COLUMNS = [
    ui.Column("程序库", "title"),
    ui.Column("版本", "code"),
    ui.Column("许可"),
]


def _code(text: str) -> SafeString:
    return format_html("<code>{}</code>", text)


def architecture_page(request: HttpRequest) -> HttpResponse:
    """Floors and parts, processes, database, files; libraries with their licences.

    What the machine looks like inside is for system administrators only.
    """
    request.actor.require(VIEW_SERVICES)
    groups: dict[str, list[architecture.Told]] = {}
    if request.actor.may(REVIEW):
        for told in architecture.facts():
            groups.setdefault(told.group, []).append(told)
    rows = [
        ui.Row(item.name, [_code(item.name), item.version, _code(item.licence)])
        for item in architecture.libraries()
    ]
    context = {
        "floors": architecture.floors(),
        "groups": groups.items(),
        "libraries": ui.Table("程序库", COLUMNS, rows),
        "count": len(rows),
        "version": manifests.version(),
        "as_of": timezone.now(),
    }
    return render(request, "services/architecture.html", context)
