"""What time does: yellow and red lights, cases left without a word, articles that run out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from gonghui.engines.casework.actions import after, knowledge
from gonghui.engines.casework.actions.telling import (
    RED,
    happened,
    open_for,
    remind,
    superior_of,
)
from gonghui.engines.casework.declaring import KINDS, Moment, kind_of
from gonghui.engines.casework.models import LIVE, Article, ArticleState, Case, Clock, Phase
from gonghui.engines.casework.parameters import CLOSE_WORKDAYS, YELLOW_WORKDAYS
from gonghui.engines.casework.queries.statistics import start_of
from gonghui.engines.casework.rules import clocks as rules
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.org.scoping import Scope, raise_wall

SWEEP = "time runs for every case"
BATCH = 500
CLOCKWORK = platform("时限监测")


@every("5 0,8,13 * * *")
@job("casework.lights", "办件时限亮灯", retry=3, once=True)
def lights() -> int:
    """Tell of clocks that turned yellow or red, each once; returns how many."""
    today = timezone.localdate()
    yellow = rules.turns_yellow_until(today, YELLOW_WORKDAYS.on(today))
    rows = Clock.objects.filter(met_on=None, stopped=False, due_on__lte=yellow)
    rows = rows.filter(alarmed=False).exclude(warned=True, due_on__gte=today)
    done = 0
    for pk in list(rows.order_by("due_on", "pk").values_list("pk", flat=True)):
        with transaction.atomic():
            raise_wall(Scope.everything())
            done += _light(pk)
    return done


def _light(pk: int) -> bool:
    clock = Clock.objects.get(pk=pk)
    # The case first, as every verb does.
    case = _locked(clock.case_id)
    if case is None or case.phase not in LIVE:
        return False
    clock = Clock.objects.select_for_update().get(pk=pk)
    today = timezone.localdate()
    light = rules.light(clock.due_on, today, YELLOW_WORKDAYS.on(today), clock.met_on)
    words = f"“{clock.title}”应于 {clock.due_on} 前完成。"
    if light is rules.Light.RED and not clock.alarmed:
        clock.alarmed = clock.warned = True
        clock.save(update_fields=["alarmed", "warned"])
        _tell_superior(case)
        remind(case, case.handler_id, "办件已超期", words)
        happened(case, Moment.RED, "亮红灯", words, by=CLOCKWORK, clock=clock)
        return True
    if light is rules.Light.YELLOW and not clock.warned:
        clock.warned = True
        clock.save(update_fields=["warned"])
        remind(case, case.handler_id, "办件即将到期", words)
        happened(case, Moment.YELLOW, "亮黄灯", words, by=CLOCKWORK, clock=clock)
        return True
    return False


def _locked(pk: int) -> Case | None:
    rows = Case.objects.unscoped(SWEEP).select_for_update(of=("self",)).select_related("union")
    case = rows.filter(pk=pk).first()
    return case if case is not None and case.kind in KINDS else None


def _tell_superior(case: Case) -> None:
    """The to-do of whoever supervises above, or at the desk where nothing is above."""
    open_for(case, RED, kind_of(case).permissions.supervise.code, union=superior_of(case))


@every("20 1 * * *")
@job("casework.close", "答复后无异议自动办结", retry=3, once=True)
def close_silent() -> int:
    """Close what was answered and left without a word for the dated number of workdays."""
    today = timezone.localdate()
    last = start_of(add_workdays(today, -CLOSE_WORKDAYS.on(today)))
    rows = Case.objects.unscoped(SWEEP).filter(phase=Phase.REPLIED, replied_at__lt=last)
    return sum(
        _each(pk, lambda case, by: after.close(case, by=by))
        for pk in list(rows.order_by("pk").values_list("pk", flat=True)[: BATCH * 20])
    )


def _each(pk: int, run: Callable[[Case, Actor], Any]) -> bool:
    """Run a verb on one case; one that changed meanwhile is left for the next turn."""
    with transaction.atomic():
        raise_wall(Scope.everything())
        case = Case.objects.unscoped(SWEEP).filter(pk=pk).first()
        if case is None or case.kind not in KINDS:
            return False
        try:
            run(case, CLOCKWORK)
        except Refusal:
            return False
    return True


@every("40 1 * * *")
@job("casework.articles", "知识条目到期提醒", retry=3, once=True)
def expiring() -> int:
    """Ask for the review of published articles that run out soon; returns how many."""
    today = timezone.localdate()
    soon = today + timedelta(days=knowledge.notice_days(today))
    with transaction.atomic():
        raise_wall(Scope.everything())
        rows = Article.objects.unscoped(SWEEP).filter(
            state=ArticleState.PUBLISHED, expires_on__lte=soon
        )
        found = list(rows)
        for article in found:
            knowledge.ask_for_review(article)
    return len(found)
