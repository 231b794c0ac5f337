"""Standing work: timers that are due, delegations by their days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.jobs.loops import loop
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.process import delegating, stepping, telling
from gonghui.kernel.process.cases import lock_subject
from gonghui.kernel.process.models import Case, CaseState, Timer, TimerKind, WorkItem
from gonghui.kernel.process.permissions import MANAGE_CASES
from gonghui.kernel.process.places import nearest

DUE = "timers come due wherever their case lies"
BATCH = 100
LATER = 600
"""Seconds until a timer is tried again whose step was refused."""
PLATFORM = platform("流程定时")


@action("cases.tick", "流程到期处理", MANAGE_CASES)
def _tick(case: Case, *, by: Actor, now: datetime) -> Case:
    if case.state != CaseState.RUNNING:
        return case
    for timer in Timer.objects.filter(case=case, due_at__lte=now).order_by("due_at", "pk"):
        if not Timer.objects.filter(pk=timer.pk).exists():
            # A timer before it took the case away from the step this one belonged to.
            continue
        timer.delete()
        if timer.kind == TimerKind.STEP:
            stepping.move(case, by, lambda run, token=timer.token: run.deliver(token))
            continue
        rows = WorkItem.objects.unscoped(DUE).select_related("union", "case")
        item = rows.filter(pk=timer.item_id).first()
        if item is None or not item.is_open:
            continue
        if timer.kind == TimerKind.REMIND:
            telling.write(telling.REMINDED, item, case)
        else:
            _overdue(case, item)
    return case


def _overdue(case: Case, item: WorkItem) -> None:
    """Tell everybody concerned, and let the superior's holders of the role sign as well."""
    telling.write(telling.OVERDUE, item, case, [case.starter_id] if case.starter_id else [])
    superior = item.union.parent
    raised = ""
    if item.role and superior is not None:
        above = nearest(superior, item.role, timezone.localdate())
        item.escalated_union_id = above.pk
        item.save()
        telling.escalate(item, case, above.pk, above.path)
        raised = f"，已同时报{above.name}"
    node = stepping.compiled(case.definition_id).diagram.nodes[item.step]
    stepping.tell(case, "overdue", node, f"逾期{raised}", item=item)


@loop("process.timers", seconds=5)
def sweep() -> bool:
    """Do what is due, a case at a time and a transaction each; True when more may be waiting.

    Several workers share the work: a case another one holds is left to it.
    """
    now = timezone.now()
    due = Timer.objects.filter(due_at__lte=now).order_by("due_at")
    cases = list(dict.fromkeys(due.values_list("case_id", flat=True)[:BATCH]))
    return sum(sweep_case(case_id, now) for case_id in cases) > 0 and len(cases) == BATCH


def sweep_case(case_id: int, now: datetime) -> bool:
    """Do what is due for one case, unless another process is at it; whether anything was done."""
    try:
        with transaction.atomic():
            case = Case.objects.unscoped(DUE).filter(pk=case_id).first()
            if case is None:
                return False
            lock_subject(case)
            rows = Case.objects.unscoped(DUE).select_for_update(skip_locked=True, of=("self",))
            locked = rows.filter(pk=case_id).first()
            if locked is None or not locked.timers.filter(due_at__lte=now).exists():
                return False
            _tick(locked, by=PLATFORM, now=now)
            return True
    except Refusal as refusal:
        _put_off(case_id, now, refusal)
        return False


def _put_off(case_id: int, now: datetime, refusal: Refusal) -> None:
    """Try a step that was refused again later, and say so in the history, once."""
    with transaction.atomic():
        case = Case.objects.unscoped(DUE).select_for_update(of=("self",)).get(pk=case_id)
        later = now + timedelta(seconds=LATER)
        Timer.objects.filter(case=case, due_at__lte=now).update(due_at=later)
        last = case.events.order_by("-pk").first()
        if last is None or last.kind != "stuck":
            stepping.tell(case, "stuck", None, "到期的环节暂时不能办理", opinion=str(refusal)[:500])


@every("5 0 * * *")
@job("process.delegations", "委托办理按日期生效和到期", once=True)
def follow_delegations() -> None:
    delegating.follow_dates(PLATFORM, timezone.localdate())
