"""Urging (催办) and supervision (督办): what a superior does when work stands still."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.engines.casework.actions.telling import (
    REPORT,
    TARGET,
    happened,
    open_for,
    remind,
)
from gonghui.engines.casework.actions.verbs import verb
from gonghui.engines.casework.declaring import Moment, kind_of
from gonghui.engines.casework.models import Case, Supervision, Urging
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.notify.todos import close_todo
from gonghui.kernel.org.models import Union

SUPERVISOR = "the supervising union is one the actor holds the right at"


@verb("urge", "催办", "supervise")
def urge(case: Case, *, by: Actor, text: str) -> Case:
    """Urge the desk or the handler on; once a day."""
    if not text.strip():
        raise Refusal("请写明催办内容。", field="text", code="empty")
    now = timezone.now()
    try:
        with transaction.atomic():
            Urging.objects.create(
                case=case,
                day=timezone.localdate(now),
                at=now,
                by_name=by.name[:50],
                text=text.strip()[:300],
            )
    except IntegrityError as error:
        raise Conflict("今天已经催办过。", rule="同一办件每天催办一次", code="urged") from error
    case.urged += 1
    case.version += 1
    case.save()
    remind(case, case.handler_id, "催办", text)
    happened(case, Moment.URGED, "催办", text, by=by)
    return case


@verb("supervise", "督办", "supervise")
def supervise(case: Case, *, by: Actor, requirement: str, due_on: date) -> Case:
    """Ask the desk for an account by a day, as the union at or above it one acts for."""
    today = timezone.localdate()
    if due_on <= today:
        raise Refusal("报告期限应晚于今天。", field="due_on", code="past")
    if not requirement.strip():
        raise Refusal("请写明督办要求。", field="requirement", code="empty")
    union = _acting_for(case, by)
    try:
        with transaction.atomic():
            Supervision.objects.create(
                case=case,
                union=union,
                requirement=requirement.strip()[:500],
                due_on=due_on,
                opened_at=timezone.now(),
                opened_by_id=by.user_id,
                opened_by_name=by.name[:50],
            )
    except IntegrityError as error:
        raise Conflict("这个办件已在督办中。", code="supervised") from error
    case.supervised = True
    case.version += 1
    case.save()
    open_for(case, REPORT, kind_of(case).permissions.handle.code, due_on=due_on)
    remind(case, case.handler_id, "督办", requirement)
    happened(case, Moment.SUPERVISED, "督办", f"{union.name}：{requirement}", by=by)
    return case


def _acting_for(case: Case, by: Actor) -> Union:
    """The lowest union of the actor's, at or above the desk, that may supervise it."""
    paths = [
        path
        for path in by.paths(kind_of(case).permissions.supervise)
        if case.org_path.startswith(path)
    ]
    if not paths:
        return case.union
    return Union.objects.unscoped(SUPERVISOR).get(path=max(paths, key=len))


def _open(case: Case, *states: str) -> Supervision:
    found = Supervision.objects.filter(case=case, state__in=states).first()
    if found is None:
        raise Conflict("没有这样的督办。", code="no_supervision")
    return found


@verb("report", "报告督办情况", "handle")
def report(case: Case, *, by: Actor, text: str) -> Case:
    """The desk's account to the supervising union."""
    found = _open(case, Supervision.State.OPEN)
    if not text.strip():
        raise Refusal("请填写办理情况。", field="text", code="empty")
    found.answer, found.answered_at = text.strip()[:4000], timezone.now()
    found.state = Supervision.State.ANSWERED
    found.save()
    close_todo(target_type=TARGET, target_id=case.pk, kind=REPORT, by=by.user_id)
    remind(case, found.opened_by_id, "督办事项已报告", "请打开办件核对。")
    happened(case, Moment.SUPERVISED, "已报告督办情况", by=by)
    return case


@verb("settle", "督办销号", "supervise")
def settle(case: Case, *, by: Actor, done: bool = True, opinion: str = "") -> Case:
    """Take the account as enough, or ask for another."""
    found = _open(case, Supervision.State.ANSWERED)
    if done:
        found.state, found.closed_at = Supervision.State.CLOSED, timezone.now()
        case.supervised = False
        case.version += 1
        case.save()
    else:
        if not opinion.strip():
            raise Refusal("请写明还要报告什么。", field="opinion", code="empty")
        found.state = Supervision.State.OPEN
        open_for(case, REPORT, kind_of(case).permissions.handle.code, due_on=found.due_on)
    found.save()
    happened(case, Moment.SUPERVISED, "督办销号" if done else "督办未销号", opinion, by=by)
    return case
