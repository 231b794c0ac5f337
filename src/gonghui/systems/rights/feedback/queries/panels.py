"""What C4.5 puts into the engine's case page: its own row, calls, papers, reviews."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from gonghui.engines.casework.declaring import Panel
from gonghui.engines.casework.models import Case
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.ui import components as ui
from gonghui.systems.rights.feedback.models import Appeal, Call, Matter, Petition
from gonghui.systems.rights.feedback.permissions import VIEW_CALLS
from gonghui.systems.rights.feedback.rules.alerts import LEVELS
from gonghui.systems.rights.feedback.rules.calls import span_words

SHOWN = "who sees the case sees the row that belongs to it"


def hotline(case: Case, actor: Actor) -> Panel | None:
    """Nature, alert, call-back and the calls of a 12351 case."""
    with everywhere():
        row = Matter.objects.unscoped(SHOWN).filter(case=case).first()
    if row is None:
        return None
    calls = Call.objects.within(actor.scope(VIEW_CALLS)).filter(case=case).order_by("rang_at")
    facts = [
        ui.Fact("性质", row.get_nature_display()),
        ui.Fact("集体事项提示", LEVELS[row.alerted] or "没有"),
        ui.Fact("回访期限", row.call_back_by or "答复后起算"),
        ui.Fact("回访", row.called_back_at or "还没有"),
    ]
    values: dict[str, Any] = {
        "facts": facts,
        "calls": [
            (call, reverse("feedback:call", args=[call.pk]), span_words(call.talked))
            for call in calls[:20]
        ],
    }
    return Panel("热线", "feedback/panel_hotline.html", values)


def petition(case: Case, actor: Actor) -> Panel | None:
    """Form, purpose, stage, papers and reviews of a petition."""
    with everywhere():
        row = Petition.objects.unscoped(SHOWN).filter(case=case).first()
        if row is None:
            return None
        papers = list(row.papers.order_by("pk"))
        appeals = list(Appeal.objects.unscoped(SHOWN).filter(petition=row).order_by("pk"))
    facts = [
        ui.Fact("信访形式", row.get_way_display()),
        ui.Fact("信访目的", row.get_purpose_display()),
        ui.Fact("程序", row.get_stage_display()),
        ui.Fact("来访人数", f"{row.visitors} 人"),
    ]
    values: dict[str, Any] = {
        "facts": facts,
        "papers": papers,
        "appeals": appeals,
        "record": reverse("resource:petitions:record", args=[row.pk]),
    }
    return Panel("信访", "feedback/panel_petition.html", values)
