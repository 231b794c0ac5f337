"""Cases (流程实例): start, withdraw, suspend, resume, end, messages from outside; and reading them.

`start` and `stop` are for systems and run inside one of their actions; the actions are for people.
Every change locks the record first and its case next, so two of them never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.utils import timezone

from gonghui.kernel.access.actions import Action, action, note, under_way
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.workdays import add_workdays, workdays_between
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import ScopedQuerySet
from gonghui.kernel.process import stepping, telling
from gonghui.kernel.process.declaring import Flow
from gonghui.kernel.process.definitions import definition_for, flow_of
from gonghui.kernel.process.models import (
    OPEN_STATES,
    Case,
    CaseEvent,
    CaseState,
    Follow,
    ItemState,
    OutsideMessage,
    Timer,
    TimerKind,
    WorkItem,
)
from gonghui.kernel.process.permissions import (
    FOLLOW_CASE,
    MANAGE_CASES,
    VIEW_CASES,
    WITHDRAW_CASE,
)

OF_SUBJECT = "who may see the record may see how its case stands"
PARTICIPANT = "who has or had a part in a case may see it"
LOCKED = "the record of a case is locked before the case"
STOPPED = {CaseState.WITHDRAWN: "撤回", CaseState.ENDED: "终止"}


def start(
    flow: Flow,
    subject: models.Model,
    *,
    union: Union,
    starter: Actor,
    variables: Mapping[str, object] | None = None,
    title: str = "",
) -> Case:
    """Start the case of a record, inside the action that makes the record or sends it in.

    union: whose definition it runs by and whose cadres act on it. title: what lists show, else
    the flow's title and the record. Conflict when the record has an open case of this flow.
    Raises RuntimeError outside an action, KeyError for a variable not declared.
    """
    if not under_way():
        raise RuntimeError("a case is started inside the action that causes it")
    case = Case(
        flow=flow.code,
        definition=definition_for(flow, union),
        title=(title or f"{flow.title}：{subject}")[:200],
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        person_id=getattr(subject, "person_id", None),
        starter_id=starter.user_id,
        starter_name=starter.name,
        starter_union_id=starter.union_id,
    )
    case.place_at(union)
    host = stepping.CaseHost(case, starter)
    host.put(variables or {})
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:
        raise Conflict(
            f"“{subject}”已有一个办理中的“{flow.title}”。",
            rule="同一事项同一时间只有一个办理中的流程",
            remedy="请等它办结，或先撤回。",
            code="case_open",
        ) from error
    stepping.tell(case, "started", None, "发起", by=starter)
    stepping.begin(case, starter)
    note(case={"label": "流程", "before": None, "after": f"{flow.title} {case.pk}"})
    return case


def of(subject: models.Model, flow: Flow | None = None) -> Case | None:
    """The open case of a record, else its latest; None when it never had one."""
    rows = Case.objects.unscoped(OF_SUBJECT).filter(
        subject_type=subject._meta.label_lower, subject_id=subject.pk
    )
    if flow is not None:
        rows = rows.filter(flow=flow.code)
    found = list(rows.order_by("-pk")[:20])
    return next((case for case in found if case.is_open), found[0] if found else None)


def items(case: Case) -> QuerySet[WorkItem]:
    """Every work item of a case, the first first."""
    return WorkItem.objects.unscoped(OF_SUBJECT).filter(case=case).order_by("pk")


def history(case: Case) -> QuerySet[CaseEvent]:
    """What happened to a case, the first first."""
    return CaseEvent.objects.filter(case=case).order_by("pk")


def may_see(actor: Actor, case: Case) -> bool:
    """Whether somebody may look at a case: by the flow's permission, or by a part in it."""
    flow = flow_of(case.flow)
    by_place = actor.may(flow.view, case.org_path, case.person_id) or actor.may(
        VIEW_CASES, case.org_path
    )
    if by_place and (flow.seen is None or flow.seen(case, actor)):
        return True
    return actor.user_id is not None and takes_part(actor, case)


def takes_part(actor: Actor, case: Case) -> bool:
    """Whether somebody started a case, signs or signed in it, or had a copy."""
    if actor.user_id == case.starter_id:
        return True
    mine = models.Q(assignee_id=actor.user_id) | models.Q(decided_by_id=actor.user_id)
    mine |= models.Q(told__contains=[actor.user_id])
    for held in actor.grants:
        here = models.Q(union_id=held.union_id) | models.Q(escalated_union_id=held.union_id)
        mine |= models.Q(role=held.role, assignee_id=None) & here
    rows = WorkItem.objects.unscoped(PARTICIPANT).filter(case=case)
    return rows.filter(mine).exists() or case.copies.filter(user_id=actor.user_id).exists()


def lock_subject(case: Case) -> None:
    """Lock the record of a case; the first lock of every change."""
    model = flow_of(case.flow).subject
    rows: Any = model._default_manager.all()
    if isinstance(rows, ScopedQuerySet):
        rows = rows.unscoped(LOCKED)
    list(rows.select_for_update(of=("self",)).filter(pk=case.subject_id).values_list("pk"))


def act(run: Action, case: Case, *, by: Actor, **given: Any) -> Any:
    """Run an action on a case after locking its record.

    What is typed, texts directly in `given` and in its mappings, first passes the flow's `words`.
    """
    words = flow_of(case.flow).words
    if words is not None:
        typed: dict[str, object] = {}
        for name, value in given.items():
            typed |= value if isinstance(value, Mapping) else {name: value}
        words(**{name: text for name, text in typed.items() if isinstance(text, str)})
    with transaction.atomic():
        lock_subject(case)
        return run(case, by=by, **given)


def check_running(case: Case) -> None:
    """Raise Conflict unless work goes on in a case."""
    if case.state == CaseState.RUNNING:
        return
    raise Conflict(
        f"这个流程{case.get_state_display()}，不能办理。",
        remedy="请刷新页面查看最新情况。",
        code="case_not_running",
    )


def _check_open(case: Case) -> None:
    if not case.is_open:
        raise Conflict(
            f"这个流程{case.get_state_display()}，不能再变动。",
            remedy="请刷新页面查看最新情况。",
            code="case_over",
        )


def check_reason(reason: str, what: str) -> str:
    """The reason without blanks around it; Refusal when there is none."""
    found = reason.strip()
    if not found:
        raise Refusal(
            f"请写明{what}。",
            rule="流程的变动记录原因",
            remedy="写一两句话，办理人都会看到。",
            field="reason",
            code="no_reason",
        )
    return found[:500]


def stop(case: Case, state: CaseState, *, by: Actor, reason: str = "") -> None:
    """Take a case out of work because its record was withdrawn or settled otherwise.

    state: CaseState.WITHDRAWN or CaseState.ENDED. Inside an action of the record, which is locked
    by it; what happens to the record is that action's business. Nothing for a case that is over.
    """
    if not under_way():
        raise RuntimeError("a case is stopped inside the action that causes it")
    rows = Case.objects.unscoped(LOCKED).select_for_update(of=("self",))
    locked = rows.get(pk=case.pk)
    if locked.is_open:
        _stop(locked, state, by, reason)
    case.refresh_from_db()


def _stop(case: Case, state: CaseState, by: Actor, reason: str) -> None:
    stepping.close_all(case, by)
    case.state = state
    case.reason = reason[:500]
    case.ended_at = timezone.now()
    case.engine = {}
    case.standing = ""
    case.version += 1
    case.save()
    stepping.tell(case, str(state), None, STOPPED[state], by=by, opinion=reason)
    _tell_followers(case, STOPPED[state], reason, by)


def _tell_followers(case: Case, how: str, reason: str, by: Actor) -> None:
    users = set(case.followers.values_list("user_id", flat=True))
    if case.starter_id is not None:
        users.add(case.starter_id)
    users.discard(by.user_id or 0)
    send(
        [Recipient(user_id=user) for user in sorted(users)],
        telling.CLOSED,
        {
            "title": case.title,
            "how": f"已{how}",
            "reason": reason,
            "link": telling.case_link(case.pk),
        },
        org_path=case.org_path,
    )


@action("cases.withdraw", "撤回流程", WITHDRAW_CASE)
def _withdraw(case: Case, *, by: Actor, reason: str) -> Case:
    _check_open(case)
    if by.user_id != case.starter_id and not by.everywhere:
        raise Forbidden(
            "只有发起人可以撤回。",
            rule="流程由发起人撤回",
            remedy="需要停止办理的，请由本工会审批人终止流程。",
            code="not_starter",
        )
    _stop(case, CaseState.WITHDRAWN, by, check_reason(reason, "撤回的原因"))
    _tell_system(case, by)
    return case


def _tell_system(case: Case, by: Actor) -> None:
    ended = flow_of(case.flow).ended
    if ended is not None:
        ended(stepping.subject_of(case), case=case, by=by)


@action("cases.suspend", "挂起流程", MANAGE_CASES)
def _suspend(case: Case, *, by: Actor, reason: str) -> Case:
    check_running(case)
    case.reason = check_reason(reason, "挂起的原因")
    now = timezone.now()
    for timer in Timer.objects.filter(case=case, due_at__isnull=False):
        timer.left = max(0, round((timer.due_at - now).total_seconds())) if timer.due_at else 0
        timer.due_at = None
        timer.save()
    for item in items(case).filter(state=ItemState.OPEN):
        telling.close(item, None)
    case.state = CaseState.SUSPENDED
    case.suspended_at = now
    case.version += 1
    case.save()
    stepping.tell(case, "suspended", None, "挂起", by=by, opinion=case.reason)
    return case


@action("cases.resume", "恢复流程", MANAGE_CASES)
def _resume(case: Case, *, by: Actor, reason: str = "") -> Case:
    if case.state != CaseState.SUSPENDED or case.suspended_at is None:
        raise Conflict(
            "这个流程没有挂起。", remedy="请刷新页面查看最新情况。", code="not_suspended"
        )
    now = timezone.now()
    stood = workdays_between(timezone.localdate(case.suspended_at), timezone.localdate(now))
    case.state = CaseState.RUNNING
    case.suspended_at = None
    case.reason = ""
    case.version += 1
    case.save()
    for item in items(case).filter(state=ItemState.OPEN):
        if item.due_at is not None:
            last = timezone.localdate(item.due_at)
            item.due_at = stepping.end_of(add_workdays(last, stood))
        item.told = []
        item.save()
        telling.ask(item, case)
    for timer in Timer.objects.filter(case=case).select_related("item"):
        timer.due_at = now + timedelta(seconds=timer.left or 0)
        if timer.item is not None and timer.item.due_at is not None:
            timer.due_at = (
                timer.item.due_at
                if timer.kind == TimerKind.OVERDUE
                else telling.reminder_at(timer.item.due_at, timer.item.org_path)
            )
        timer.left = None
        timer.save()
    stepping.tell(case, "resumed", None, "恢复", by=by, opinion=reason)
    if case.arrivals.filter(delivered_at=None).exists():
        stepping.move(case, by, lambda run: None)
    return case


@action("cases.end", "终止流程", MANAGE_CASES)
def _end(case: Case, *, by: Actor, reason: str) -> Case:
    _check_open(case)
    _stop(case, CaseState.ENDED, by, check_reason(reason, "终止的原因"))
    _tell_system(case, by)
    return case


@action("cases.message", "向流程送达外部消息", MANAGE_CASES)
def _message(case: Case, *, by: Actor, name: str, payload: Mapping[str, object], key: str) -> Case:
    _check_open(case)
    host = stepping.CaseHost(case, by)
    run = stepping.run_of(case, host)
    waits = any(stepping.waits_for(token, name) for token in run.tokens())
    before = case.arrivals.filter(name=name)
    if before.filter(key=key).exists() if key else not waits and before.exists():
        raise Conflict(
            f"“{host.flow.messages.get(name, name)}”已经收到过。",
            rule="同一消息只送达一次",
            remedy="不用再送；确是另一件的，请带上自己的消息编号。",
            code="message_twice",
        )
    if not waits and name not in host.flow.messages:
        raise Conflict(
            f"流程不等待“{name}”。",
            remedy="请核对消息名称。",
            code="not_waiting",
        )
    try:
        values = host.plain(payload)
    except KeyError as unknown:
        raise Refusal(
            f"消息里的“{unknown.args[0]}”不是这个流程的数据项。", code="unknown_variable"
        ) from unknown
    found = OutsideMessage.objects.create(case=case, name=name, key=key, payload=values)
    if waits and case.state == CaseState.RUNNING:
        stepping.arrive(case, host, run, found)
        stepping.settle(case, host, run)
    else:
        title = host.flow.messages.get(name, name)
        stepping.tell(case, "message_kept", None, f"提前收到：{title}", by=by)
    return case


@action("cases.follow", "关注流程", FOLLOW_CASE)
def _follow(case: Case, *, by: Actor, on: bool) -> Case:
    if by.user_id is None or not may_see(by, case):
        raise Forbidden("没有查看这个流程的权限，不能关注。", code="forbidden")
    if on:
        Follow.objects.get_or_create(case=case, user_id=by.user_id)
    else:
        Follow.objects.filter(case=case, user_id=by.user_id).delete()
    return case


def withdraw(case: Case, *, by: Actor, reason: str) -> Case:
    """The starter takes a case back; the flow's `ended` settles the record."""
    return act(_withdraw, case, by=by, reason=reason)


def suspend(case: Case, *, by: Actor, reason: str) -> Case:
    """Let a case stand still: nothing can be signed, terms and timers stop."""
    return act(_suspend, case, by=by, reason=reason)


def resume(case: Case, *, by: Actor, reason: str = "") -> Case:
    """Let a suspended case go on; terms are longer by the workdays it stood still."""
    return act(_resume, case, by=by, reason=reason)


def end(case: Case, *, by: Actor, reason: str) -> Case:
    """Whoever manages cases there stops one; the flow's `ended` settles the record."""
    return act(_end, case, by=by, reason=reason)


def message(
    case: Case,
    name: str,
    payload: Mapping[str, object] | None = None,
    *,
    by: Actor,
    key: str = "",
) -> Case:
    """Deliver what came from outside to whatever waits for it in a case, now or later.

    name: the message's name in the diagram. payload: values of declared variables. key: the
    sender's own number of the message. What comes before its wait is reached, or while the case
    is suspended, is kept and delivered then, once. Conflict for a key that came before; without
    a key, for a name that came before and is not waited for now.
    """
    return act(_message, case, by=by, name=name, payload=payload or {}, key=key)


def follow(case: Case, *, by: Actor, on: bool = True) -> Case:
    """Follow a case, or no longer."""
    return act(_follow, case, by=by, on=on)


def open_of(subjects: Iterable[models.Model]) -> dict[int, Case]:
    """The open cases of records of one model, by record id; for lists."""
    rows = list(subjects)
    if not rows:
        return {}
    found = Case.objects.unscoped(OF_SUBJECT).filter(
        subject_type=rows[0]._meta.label_lower,
        subject_id__in=[row.pk for row in rows],
        state__in=OPEN_STATES,
    )
    return {case.subject_id: case for case in found}
