"""The audit log (操作日志) as a list for auditors; masked as it is stored, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import AuditEntry
from gonghui.kernel.access.roles import AUDITOR, Permission
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
)
from gonghui.kernel.ui.shell import MenuGroup, MenuItem
from gonghui.site.parameters import PARAMETERS, shown
from gonghui.site.security import EVENTS, VIEW_EVENTS

VIEW_AUDIT = Permission("audit.view", "查看操作日志", (AUDITOR,))
EXPORT_AUDIT = Permission("audit.export", "导出操作日志", (AUDITOR,))


def search(rows: QuerySet, text: str, scope: Scope) -> QuerySet:
    """Entries by actor or by the label of what was acted upon, beginning with the text."""
    return rows.filter(actor_name__startswith=text) | rows.filter(target_label__startswith=text)


def changes(entry: AuditEntry, actor: Actor) -> dict[str, Any] | None:
    """What changed, field by field, as the entry holds it."""
    rows = [
        (change.get("label", name), shown(change.get("before")), shown(change.get("after")))
        if isinstance(change, dict)
        else (name, "", shown(change))
        for name, change in entry.changes.items()
    ]
    return {"rows": rows} if rows else None


AUDIT = Resource(
    code="audit-entries",
    title="操作日志",
    model=AuditEntry,
    view=VIEW_AUDIT,
    columns=(
        Column("action_name", "操作", kind="title"),
        Column("at", "时间"),
        Column("actor_name", "操作人"),
        Column("target_label", "对象"),
        Column("channel", "途径", choices=AuditEntry.Channel),
        Column("ip", "来源地址"),
        Column("reason", "事由"),
    ),
    filters=(
        Choice("channel", "途径", choices=AuditEntry.Channel),
        Days("at", "时间"),
    ),
    sorts=(Sort("id", "时间先后"),),
    search=search,
    search_hint="操作人或对象",
    facts=(
        Facts(
            "操作",
            (
                ("操作", "action_name"),
                ("时间", "at"),
                ("操作人", "actor_name"),
                ("途径", "channel"),
                ("来源地址", "ip"),
                ("对象", "target_label"),
                ("事由", "reason"),
                ("记录摘要", lambda entry: bytes(entry.digest).hex()),
            ),
        ),
    ),
    sections=(Section("变更内容", "audit/changes.html", changes),),
    timeline=lambda entry, actor: (),
    export=EXPORT_AUDIT,
    empty="还没有操作记录。",
)


def menu(request: HttpRequest) -> Iterable[MenuGroup]:
    """The chapter of platform management: parameters for cadres, logs for administrators."""
    if not request.actor.is_cadre:
        return
    shown = [PARAMETERS]
    if request.actor.paths(VIEW_AUDIT):
        shown.insert(0, AUDIT)
    items = []
    if request.actor.paths(VIEW_EVENTS):
        url = reverse("security")
        items.append(MenuItem("安全概况", url, active=request.path == url))
        shown.insert(0, EVENTS)
    for resource in shown:
        url = reverse(f"resource:{resource.code}:list")
        items.append(MenuItem(resource.title, url, active=request.path.startswith(url)))
    yield MenuGroup("平台管理", items, icon="settings")
