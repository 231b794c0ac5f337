"""Clocks of a case: begun and met by verbs, paused, resumed, extended once."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.engines.casework.actions.telling import (
    EXTEND,
    TARGET,
    happened,
    open_for,
    refresh_todos,
    remind,
)
from gonghui.engines.casework.actions.verbs import verb
from gonghui.engines.casework.declaring import Begin, ClockRule, Moment, Until, kind_of
from gonghui.engines.casework.models import (
    Case,
    Clock,
    Extension,
    ExtensionState,
    Pause,
)
from gonghui.engines.casework.models.cases import NO_TERM
from gonghui.engines.casework.rules import clocks as rules
from gonghui.engines.casework.rules import phases
from gonghui.kernel.access.actions import note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Missing
from gonghui.kernel.notify.todos import close_todo


def _scope(case: Case) -> list[int]:
    """Union ids whose own values of a parameter count, the nearest first."""
    return [int(part) for part in reversed(case.org_path.rstrip(".").split("."))]


def start(case: Case, code: str, *, on: date) -> Clock:
    """Start a clock of the kind for the present round.

    Once started it stays; one that `repeats` starts again when what it waited for was done.
    """
    rule = kind_of(case).clock(code)
    made = _make(case, rule, on)
    recount(case)
    return made


def _make(case: Case, rule: ClockRule, on: date) -> Clock:
    term = rule.on(on, case.difficulty, _scope(case))
    before = Clock.objects.filter(case=case, code=rule.code, round=case.round).order_by("-pk")
    if rule.repeats:
        before = before.filter(met_on=None, stopped=False)
    return before.first() or Clock.objects.create(
        case=case,
        code=rule.code,
        round=case.round,
        title=rule.title,
        unit=term.unit,
        days=term.days,
        pausable=rule.pausable,
        started_on=on,
        source=term.source,
    )


def begin(case: Case, begin: Begin, on: date) -> None:
    """Start every clock of the kind that counts from here; the caller recounts and saves."""
    for rule in kind_of(case).clocks:
        if rule.begin == begin:
            _make(case, rule, on)


def meet(case: Case, code: str, *, on: date) -> None:
    """Say that what a clock waits for was done that day; a second time changes nothing."""
    running(case).filter(code=code).update(met_on=on)
    recount(case)


def met(case: Case, until: Until, on: date) -> None:
    """End in time every clock that waited for this; the caller recounts and saves."""
    codes = [rule.code for rule in kind_of(case).clocks if rule.until == until]
    if codes:
        running(case).filter(code__in=codes).update(met_on=on)


def stop(case: Case) -> None:
    """Stop what still runs: nothing is waited for any more."""
    running(case).update(stopped=True)


def running(case: Case) -> Any:
    return Clock.objects.filter(case=case, met_on=None, stopped=False, round=case.round)


def stops(case: Case) -> list[rules.Stop]:
    return [rules.Stop(item.from_on, item.until_on) for item in case.pauses.all()]


def refit(case: Case, started: date | None = None) -> None:
    """Give running clocks the terms of the case's difficulty, and an earlier start if known."""
    kind = kind_of(case)
    for clock in running(case):
        rule = kind.clock(clock.code)
        if started is not None and rule.begin == Begin.RECEIVED and started < clock.started_on:
            clock.started_on = started
        clock.days = rule.on(clock.started_on, case.difficulty, _scope(case)).days
        clock.save(update_fields=["started_on", "days"])


def recount(case: Case) -> None:
    """Work out every running clock's last day; the case keeps the nearest. The caller saves."""
    pauses = stops(case)
    nearest: date | None = None
    for clock in running(case):
        term = rules.Term(clock.days, rules.Unit(clock.unit), clock.source)
        day = rules.due(clock.started_on, term, pauses if clock.pausable else (), clock.extra_days)
        if day != clock.due_on:
            clock.due_on = day
            clock.warned = clock.alarmed = False
            clock.save(update_fields=["due_on", "warned", "alarmed"])
        if day is not None and (nearest is None or day < nearest):
            nearest = day
    case.due_on = nearest
    case.rank_on = nearest or NO_TERM


@verb("pause", "暂停办理时限", "approve")
def pause(case: Case, *, by: Actor, reason: str) -> Case:
    """Stop the clocks that may be stopped, from today until work goes on."""
    rules.check_pause(case.paused_on is not None, running(case).filter(pausable=True).exists())
    today = timezone.localdate()
    Pause.objects.create(case=case, from_on=today, reason=reason, by_name=by.name)
    case.paused_on = today
    recount(case)
    return _saved(case, Moment.PAUSED, "办理时限暂停", reason, by)


@verb("resume", "恢复办理时限", "handle")
def resume(case: Case, *, by: Actor, reason: str = "") -> Case:
    """Let the clocks run on; today counts again."""
    if not wake(case, by.name):
        raise Conflict("办理时限没有暂停。", code="not_paused")
    return _saved(case, Moment.RESUMED, "办理时限恢复", reason, by)


def wake(case: Case, who: str) -> bool:
    """End a pause if there is one; the caller saves."""
    found = Pause.objects.filter(case=case, until_on=None).first()
    if found is None:
        return False
    today = timezone.localdate()
    rules.check_resume_day(found.from_on, today)
    found.until_on, found.resumed_by_name = today, who
    found.save()
    case.paused_on = None
    recount(case)
    return True


@verb("ask_extension", "申请延期", "handle")
def ask_extension(case: Case, *, by: Actor, days: int, reason: str, clock: str = "finish") -> Case:
    """Ask for more days of a clock, before it runs out; once for each clock."""
    found = _clock(case, clock)
    today = timezone.localdate()
    rule = kind_of(case).clock(clock)
    rules.check_extension(
        days,
        rule.extension.on(today, _scope(case)) if rule.extension else 0,
        found.due_on,
        today,
        asked_before=found.extensions.exclude(state=ExtensionState.REFUSED).exists(),
        source=found.source,
    )
    try:
        with transaction.atomic():
            Extension.objects.create(
                clock=found,
                days=days,
                reason=reason,
                asked_at=timezone.now(),
                asked_by_id=by.user_id,
                asked_by_name=by.name,
            )
    except IntegrityError as error:
        raise Conflict("这项时限已经申请过延期。", rule=rules.ONCE, code="extended") from error
    open_for(case, EXTEND, kind_of(case).permissions.approve.code)
    note(extension={"label": "申请延期", "after": f"{found.title} {days} 天"})
    return case


@verb("decide_extension", "审批延期", "approve")
def decide_extension(
    case: Case, *, by: Actor, grant: bool, opinion: str = "", clock: str = "finish"
) -> Case:
    """Grant or refuse; who asked does not decide."""
    found = _clock(case, clock)
    asked = Extension.objects.filter(clock=found, state=ExtensionState.ASKED).first()
    if asked is None:
        raise Conflict("没有待审批的延期申请。", code="no_request")
    phases.check_other_hand(asked.asked_by_id, by.user_id, "提出的延期申请")
    asked.state = ExtensionState.GRANTED if grant else ExtensionState.REFUSED
    asked.decided_at, asked.decided_by_name, asked.opinion = timezone.now(), by.name, opinion
    asked.save()
    close_todo(target_type=TARGET, target_id=case.pk, kind=EXTEND, by=by.user_id)
    remind(case, asked.asked_by_id, "延期申请已审批", asked.get_state_display())
    if not grant:
        note(extension={"label": "延期申请", "after": f"不同意：{opinion}"})
        return case
    found.extra_days = asked.days
    found.save(update_fields=["extra_days"])
    recount(case)
    found.refresh_from_db()
    words = f"{found.title}延长 {asked.days}{rules.UNIT_WORDS[rules.Unit(found.unit)]}"
    return _saved(
        case,
        Moment.EXTENDED,
        "办理时限延长",
        words,
        by,
        public=True,
        clock=found,
        reason=asked.reason,
    )


def _clock(case: Case, code: str) -> Clock:
    found = running(case).filter(code=code).first()
    if found is None:
        raise Missing("没有这项正在计算的时限。", field="clock", code="no_clock")
    return found


def _saved(
    case: Case,
    moment: Moment,
    title: str,
    text: str,
    by: Actor,
    *,
    public: bool = False,
    **facts: Any,
) -> Case:
    case.version += 1
    case.save()
    refresh_todos(case, by)
    happened(case, moment, title, text, by=by, public=public, **facts)
    return case
