"""How a case stands, for the page of its record: Section("流程", PANEL, case_panel)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.process import cases, queries, work
from gonghui.kernel.process.models import Case, CaseEvent, ItemKind, ItemState, WorkItem

PANEL = "process/c/panel.html"
TONES = {
    "running": "wait",
    "suspended": "info",
    "completed": "good",
    "withdrawn": "idle",
    "ended": "stop",
}
EVENT_TONES = {
    "decided": "good",
    "effect": "good",
    "completed": "good",
    "answered": "good",
    "sent_back": "stop",
    "ended": "stop",
    "suspended": "wait",
    "withdrawn": "stop",
    "overdue": "stop",
    "escalated": "stop",
}


@dataclass(frozen=True)
class Line:
    """One line of the course of a case: what happened, or where it stands. at: None for now."""

    title: str
    who: str
    text: str = ""
    opinion: str = ""
    at: datetime | None = None
    kind: str = "idle"
    url: str = ""
    due: str = ""
    late: bool = False


def course(case: Case, actor: Actor) -> list[Line]:
    """Who did what when, then where it stands and who has to act; the first first."""
    lines = [_past(event) for event in cases.history(case)]
    if not case.is_open:
        return lines
    rows = list(cases.items(case).filter(state=ItemState.OPEN).select_related("union"))
    lines += [_present(item, actor) for item in rows]
    waiting = queries.standing_steps(case)
    if waiting and not rows:
        lines.append(Line(case.standing, "平台", "等待时间到", kind="wait"))
    elif not rows:
        lines.append(Line(case.standing or "办理中", "外部系统", "等待消息", kind="wait"))
    return lines


def _past(event: CaseEvent) -> Line:
    who = event.user_name or "平台"
    if event.on_behalf_of_name:
        who += f"（代{event.on_behalf_of_name}）"
    return Line(
        event.title or event.text,
        who,
        event.text if event.title else "",
        event.opinion,
        event.at,
        EVENT_TONES.get(event.kind, "info"),
    )


def _present(item: WorkItem, actor: Actor) -> Line:
    text = "待答复征询" if item.kind == ItemKind.CONSULT else "待办理"
    if item.assignee_id and item.claimed_at:
        text = "已签收，待办理"
    due = timezone.localtime(item.due_at) if item.due_at else None
    mine = work.capacity(item, actor) is not None
    return Line(
        item.title,
        queries.asked(item),
        text,
        kind="wait",
        url=reverse("work-item", args=[item.pk]) if mine else "",
        due=f"{due:%Y-%m-%d}" if due else "",
        late=item.due_at is not None and item.due_at < timezone.now(),
    )


def case_panel(record: models.Model, actor: Actor) -> dict[str, Any] | None:
    """Context of the panel; None when the record has no case."""
    case = cases.of(record)
    if case is None:
        return None
    return {"panel": panel_of(case, actor)}


def panel_of(case: Case, actor: Actor) -> dict[str, Any]:
    """What the panel's template draws of a case."""
    lines = course(case, actor)
    mine = next((line.url for line in lines if line.url), "")
    return {
        "case": case,
        "state": case.get_state_display(),
        "kind": TONES[case.state],
        "lines": lines,
        "mine": mine,
        "url": reverse("case", args=[case.pk]) if cases.may_see(actor, case) else "",
    }
