"""After the answer: call back, rate, close, ask for it to be taken up again."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Avg
from django.utils import timezone

from gonghui.engines.casework.actions import clocks
from gonghui.engines.casework.actions.intake import check_here, heed
from gonghui.engines.casework.actions.telling import happened, refresh_todos
from gonghui.engines.casework.actions.verbs import verb
from gonghui.engines.casework.declaring import Begin, Moment, Until
from gonghui.engines.casework.models import (
    Answer,
    CallBack,
    Case,
    Intake,
    Phase,
    Rating,
    ThreadLine,
)
from gonghui.engines.casework.parameters import MOST_ROUNDS, REOPEN_DAYS
from gonghui.engines.casework.rules import phases
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actions import note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal

THEIRS = "the complaints of a case are settled with it"


@verb("call_back", "回访", "handle", hangs=True)
def call_back(
    intake: Intake,
    *,
    by: Actor,
    reached: bool,
    score: int | None = None,
    resolved: bool | None = None,
    words: str = "",
) -> CallBack:
    """Keep a call-back; a score said on the telephone counts as the rating."""
    case = intake.case
    if not reached and (score is not None or words.strip()):
        raise Refusal("没有联系上就没有评价。", field="reached", code="not_reached")
    made = CallBack.objects.create(
        intake=intake,
        round=case.round,
        at=timezone.now(),
        by_id=by.user_id,
        by_name=by.name[:50],
        reached=reached,
        score=score,
        resolved=resolved,
        words=words.strip() or None,
    )
    if score is not None:
        _rate(intake, case, score, resolved, "", called_back=True)
    if reached:
        clocks.met(case, Until.CALLED_BACK, timezone.localdate())
        clocks.recount(case)
        case.save(update_fields=["due_on", "rank_on"])
    note(called={"label": "回访", "after": "已联系上" if reached else "未联系上"})
    happened(case, Moment.CALLED_BACK, "回访", by=by, intake=intake, score=score)
    return made


@verb("rate", "评价", "own", hangs=True)
def rate(
    intake: Intake,
    *,
    by: Actor,
    score: int,
    resolved: bool | None = None,
    words: str = "",
) -> Rating:
    """The complainant's own rating of the answer, once a round."""
    check_here(intake)
    case = intake.case
    made = _rate(intake, case, score, resolved, words, called_back=False)
    happened(
        case,
        Moment.RATED,
        "已评价",
        f"{score} 分",
        by=by,
        public=True,
        only=intake,
        intake=intake,
        score=score,
    )
    if case.phase == Phase.REPLIED and _all_rated(case):
        _close(case, by)
    heed(case, words, by)
    return made


def _rate(
    intake: Intake,
    case: Case,
    score: int,
    resolved: bool | None,
    words: str,
    *,
    called_back: bool,
) -> Rating:
    if not 1 <= score <= 5:
        raise Refusal("请打 1 到 5 分。", field="score", code="score")
    if intake.answered_at is None:
        raise Conflict("还没有答复，不能评价。", code="not_answered")
    try:
        with transaction.atomic():
            made = Rating.objects.create(
                intake=intake,
                round=case.round,
                score=score,
                resolved=resolved,
                words=words.strip()[:1000] or None,
                at=timezone.now(),
                called_back=called_back,
            )
    except IntegrityError as error:
        raise Conflict("这一次答复已经评价过。", rule="每次答复评价一次", code="rated") from error
    case.score = Rating.objects.filter(intake__case=case, round=case.round).aggregate(
        mean=Avg("score")
    )["mean"]
    if _all_rated(case):
        clocks.met(case, Until.CALLED_BACK, timezone.localdate())
        clocks.recount(case)
    case.save(update_fields=["score", "due_on", "rank_on"])
    return made


def _all_rated(case: Case) -> bool:
    with everywhere():
        open_ones = Intake.objects.unscoped(THEIRS).filter(case=case, withdrawn_at=None)
        ids = list(open_ones.values_list("pk", flat=True))
    return Rating.objects.filter(intake__in=ids, round=case.round).count() >= len(ids)


@verb("close", "办结", "handle")
def close(case: Case, *, by: Actor) -> Case:
    """End an answered case: rated, called back, or left without a word."""
    return _close(case, by)


def _close(case: Case, by: Actor) -> Case:
    now = timezone.now()
    case.phase = Phase.CLOSED
    case.closed_at = now
    clocks.met(case, Until.CLOSED, timezone.localdate(now))
    clocks.stop(case)
    clocks.recount(case)
    case.version += 1
    case.save()
    with everywhere():
        Intake.objects.unscoped(THEIRS).filter(case=case).update(closed_at=now)
    refresh_todos(case, by)
    happened(case, Moment.CLOSED, "已办结", by=by, public=True)
    return case


@verb("reopen", "要求重新办理", "own", hangs=True)
def reopen(intake: Intake, *, by: Actor, words: str) -> Case:
    """The complainant is not content: the case is worked on again, within a dated time."""
    return _reopen(intake, words, by)


@verb("reopen_for", "按回访意见重新办理", "handle", hangs=True)
def reopen_for(intake: Intake, *, by: Actor, words: str) -> Case:
    """The same, asked for in a call-back."""
    return _reopen(intake, words, by)


def _reopen(intake: Intake, words: str, by: Actor) -> Case:
    check_here(intake)
    case = intake.case
    words = words.strip()
    if not words:
        raise Refusal("请写明不满意的地方。", field="words", code="empty")
    now = timezone.now()
    today = timezone.localdate(now)
    answered = (
        Answer.objects.filter(intake=intake).order_by("-pk").values_list("sent_at", flat=True)
    ).first()
    if answered is None:
        raise Conflict("还没有答复。", code="not_answered")
    days = (today - timezone.localdate(answered)).days
    phases.check_reopen(days, REOPEN_DAYS.on(today), case.round, MOST_ROUNDS.on(today))
    ThreadLine.objects.create(
        intake=intake,
        side=ThreadLine.Side.COMPLAINANT,
        at=now,
        text=words[:5000],
        by_id=by.user_id,
    )
    clocks.stop(case)
    case.round += 1
    case.phase = Phase.ROUTED
    case.handler_id, case.handler_name, case.taken_at = None, "", None
    case.closed_at = case.replied_at = case.late = None
    _restart(case, today)
    case.version += 1
    case.save()
    with everywhere():
        Intake.objects.unscoped(THEIRS).filter(case=case).update(closed_at=None)
    refresh_todos(case, by)
    happened(case, Moment.REOPENED, "重新办理", by=by, public=True, intake=intake)
    heed(case, words, by)
    return case


def _restart(case: Case, today: Any) -> None:
    """The clocks of a new round count from the day it is asked for."""
    for moment in (Begin.RECEIVED, Begin.ACCEPTED, Begin.ROUTED):
        clocks.begin(case, moment, today)
    clocks.met(case, Until.ACCEPTED, today)
    clocks.met(case, Until.ROUTED, today)
    clocks.recount(case)
