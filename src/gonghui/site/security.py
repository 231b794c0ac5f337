"""Security events (安全事件) for the security administrator: list, handling, figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import SECURITY_ADMIN, Permission
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
)
from gonghui.kernel.resource.forms import ActionForm
from gonghui.kernel.security.events import CODES, FACTS, TITLES
from gonghui.kernel.security.models import EventReview, SecurityEvent, Severity, Verdict
from gonghui.kernel.ui import components as ui

VIEW_EVENTS = Permission("security.view", "查看安全事件", (SECURITY_ADMIN,))
HANDLE_EVENTS = Permission("security.handle", "处置安全事件", (SECURITY_ADMIN,))
EXPORT_EVENTS = Permission("security.export", "导出安全事件", (SECURITY_ADMIN,))

ROOT = "an event of no place is the province's, so its root is where the right must be held"
TONES = {Severity.INFO: "idle", Severity.WARNING: "wait", Severity.SERIOUS: "stop"}
FOUND = {Verdict.CONFIRMED: "stop", Verdict.FALSE_ALARM: "good"}
KINDS = models.TextChoices(
    "KINDS", [(kind.name, (kind.value, title)) for kind, title in TITLES.items()]
)
HANDLED = (("no", "未处理"), *Verdict.choices)


def place_of_event(event: SecurityEvent) -> str:
    """Where the right to handle an event must be held."""
    if event.org_path:
        return event.org_path
    rows = Union.objects.unscoped(ROOT).filter(parent=None, status="active")
    return rows.values_list("path", flat=True).first() or " "


# The event is only ever added to, so it is not what the action locks or changes.
@action("security.handle", "处置安全事件", HANDLE_EVENTS, creates=True, place=place_of_event)
def handle(event: SecurityEvent, *, by: Actor, verdict: str, reason: str) -> EventReview:
    """Say what an event was; said again, the later word counts and the audit has both."""
    before = EventReview.objects.select_for_update().filter(event=event).first()
    note(
        verdict={
            "label": "结论",
            "before": before.get_verdict_display() if before else "未处理",
            "after": Verdict(verdict).label,
        }
    )
    review, _ = EventReview.objects.update_or_create(
        event=event,
        defaults={
            "verdict": verdict,
            "note": reason,
            "by_id": by.user_id or 0,
            "by_name": by.name,
        },
    )
    return review


class HandleForm(ActionForm):
    verdict = forms.ChoiceField(label="结论", choices=Verdict.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="说明",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明怎样核实、采取了什么措施。",
    )


def handled_choices(actor: Actor) -> Sequence[tuple[str, str]]:
    return HANDLED


def narrow_handled(rows: QuerySet, value: str) -> QuerySet:
    """What waits: warnings and worse; an event that only informs needs no handling."""
    if value == "no":
        return rows.filter(review=None).exclude(severity=Severity.INFO)
    return rows.filter(review__verdict=value)


def search(rows: QuerySet, text: str, scope: Scope) -> QuerySet:
    """Events by account or name, address, or what they are about, beginning with the text."""
    return rows.filter(
        Q(name__startswith=text) | Q(ip__startswith=text) | Q(subject__startswith=text)
    )


def facts_of(event: SecurityEvent, actor: Actor) -> dict[str, Any] | None:
    """The facts of an event in words."""
    rows = [(FACTS.get(name, "其他"), in_words(value)) for name, value in event.facts.items()]
    return {"rows": rows} if rows else None


def in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "—" if value in (None, "") else CODES.get(str(value), str(value))


def review_of(event: SecurityEvent, actor: Actor) -> dict[str, Any] | None:
    """How the event was handled."""
    review = getattr(event, "review", None)
    return {"review": review} if review else None


def state_pill(verdict: str | None) -> Any:
    if not verdict:
        return ui.pill("未处理", "idle")
    return ui.pill(str(Verdict(verdict).label), FOUND[Verdict(verdict)])


EVENTS = Resource(
    code="security-events",
    title="安全事件",
    model=SecurityEvent,
    view=VIEW_EVENTS,
    columns=(
        Column("kind", "事件", kind="title", choices=KINDS),
        Column("severity", "级别", kind="state", choices=Severity, tones=TONES),
        Column("at", "时间"),
        Column("name", "姓名或账号"),
        Column("ip", "来源地址"),
        Column("subject", "对象"),
        Column("review__verdict", "处置", choices=Verdict, paint=state_pill),
    ),
    filters=(
        Choice("kind", "事件", choices=KINDS),
        Choice("severity", "级别", choices=Severity),
        Custom("handled", "处置", options=handled_choices, narrow=narrow_handled),
        Days("at", "时间"),
    ),
    sorts=(Sort("id", "时间先后"),),
    search=search,
    search_hint="账号、地址或对象",
    related=("review",),
    facts=(
        Facts(
            "事件",
            (
                ("事件", lambda event: TITLES.get(event.kind, event.kind)),
                ("级别", "severity"),
                ("时间", "at"),
                ("姓名或账号", "name"),
                ("来源地址", "ip"),
                ("对象", "subject"),
            ),
        ),
    ),
    sections=(
        Section("情况", "security/facts.html", facts_of),
        Section("处置", "security/review.html", review_of),
    ),
    timeline=lambda event, actor: (),
    steps=(
        Step(
            handle,
            "handle",
            "填写处置",
            form=HandleForm,
            tone="primary",
            help="事件本身不能修改或删除，处置另外记录。",
            done="已记录处置。",
        ),
    ),
    export=EXPORT_EVENTS,
    empty="还没有安全事件。登录异常、越权访问、异常导出等会自动记在这里。",
)


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """How many events of each kind in a day, a week and thirty days, and what waits."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require(VIEW_EVENTS)
    now = timezone.now()
    rows = SecurityEvent.objects.within(actor.scope(VIEW_EVENTS))
    recent = rows.filter(at__gte=now - timedelta(days=30))
    counted = {
        row["kind"]: row
        for row in recent.values("kind").annotate(
            month=Count("pk"),
            week=Count("pk", filter=Q(at__gte=now - timedelta(days=7))),
            day=Count("pk", filter=Q(at__gte=now - timedelta(days=1))),
            open=Count("pk", filter=Q(review=None) & ~Q(severity=Severity.INFO)),
        )
    }
    waiting = rows.filter(review=None).aggregate(
        serious=Count("pk", filter=Q(severity=Severity.SERIOUS)),
        warning=Count("pk", filter=Q(severity=Severity.WARNING)),
    )
    url = reverse("resource:security-events:list")
    stats = [
        ui.Stat("严重，未处理", waiting["serious"], "件", url=f"{url}?severity=serious&handled=no"),
        ui.Stat("警告，未处理", waiting["warning"], "件", url=f"{url}?severity=warning&handled=no"),
        ui.Stat("近一天", sum(row["day"] for row in counted.values()), "件", url=url),
        ui.Stat("近三十天", sum(row["month"] for row in counted.values()), "件", url=url),
    ]
    lines = [
        ui.Row(kind, [title, *(counted[kind][name] for name in ("day", "week", "month", "open"))])
        if kind in counted
        else ui.Row(kind, [title, 0, 0, 0, 0])
        for kind, title in TITLES.items()
    ]
    for line in lines:
        line.url = f"{url}?kind={line.id}"
    heads = [
        ui.Column("事件", "title"),
        *(ui.Column(title, "number") for title in ("近一天", "近七天", "近三十天", "未处理")),
    ]
    context = {
        "stats": stats,
        "table": ui.Table("安全事件统计", heads, lines),
        "as_of": now,
        "list": ui.Action("查看全部事件", url),
    }
    return render(request, "security/overview.html", context)
