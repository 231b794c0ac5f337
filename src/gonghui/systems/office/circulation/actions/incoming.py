"""Incoming documents (收文): register, 拟办, 批示, 承办, 传阅, finish."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import LOCKING, action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.rules.versions import decide_for
from gonghui.systems.office.circulation.actions import papers
from gonghui.systems.office.circulation.models import Circulation, Delivery, Incoming, Opinion
from gonghui.systems.office.circulation.permissions import (
    HANDLE,
    INSTRUCT,
    REGISTER_INCOMING,
)
from gonghui.systems.office.circulation.queries import incoming as queries
from gonghui.systems.office.circulation.queries import people
from gonghui.systems.office.circulation.rules import handling as rules
from gonghui.systems.office.circulation.rules import numbers, secrecy

TARGET = "circulation.incoming"
PROPOSE, DECIDE, ACT, READ, LATE = (
    "incoming.propose",
    "incoming.instruct",
    "incoming.handle",
    "incoming.read",
    "incoming.late",
)
DUPLICATE = "同一来文只登记一次"


@action("incoming.register", "登记收文", REGISTER_INCOMING, creates=True)
def register(
    union: Union,
    *,
    by: Actor,
    organ: str,
    title: str,
    number: str = "",
    urgency: str = "",
    received_on: date | None = None,
    copies: int = 1,
    scan: UploadedFile | None = None,
    anyway: bool = False,
) -> Incoming:
    """A paper that came by post or by hand; one like it registered before is shown first."""
    secrecy.check(title=title, organ=organ, number=number)
    if received_on and received_on > timezone.localdate():
        raise Refusal("收文日期不能晚于今天。", field="received_on", code="future")
    found = enter(
        union,
        by=by,
        organ=organ,
        number=number,
        title=title,
        urgency=urgency,
        received_on=received_on,
        copies=copies,
        anyway=anyway,
    )
    found.scan = papers.keep(scan, papers.SCAN, found, by=by, field="scan")
    if found.scan is not None:
        found.save(update_fields=["scan"])
    return found


def enter(
    union: Union,
    *,
    by: Actor,
    organ: str,
    number: str,
    title: str,
    urgency: str = "",
    received_on: date | None = None,
    copies: int = 1,
    delivery: Delivery | None = None,
    anyway: bool = False,
) -> Incoming:
    """Put one line into the register, in the caller's transaction, with the union's next number."""
    # The union's row is the register's lock: of two at once the second takes the next number.
    Union.objects.unscoped(LOCKING).select_for_update(no_key=True).get(pk=union.pk)
    same = queries.duplicates(union, organ, number, title)
    if same and not anyway and delivery is None:
        first = same[0]
        raise Refusal(
            f"像是重复登记：{first.mark}“{first.title}”（{first.organ}"
            f"{' ' + first.number if first.number else ''}，{first.received_on:%Y-%m-%d} 收）。",
            rule=DUPLICATE,
            remedy="确实是另一件来文的，请勾选“仍要登记”。",
            field="number",
            code="duplicate",
        )
    received_on = received_on or timezone.localdate()
    found = Incoming(
        year=received_on.year,
        serial=queries.next_serial(union, received_on.year),
        organ=organ.strip(),
        number=number.strip(),
        number_key=numbers.canonical(number),
        title=title.strip(),
        urgency=urgency,
        received_on=received_on,
        copies=copies,
        delivery=delivery,
        registered_at=timezone.now(),
    )
    found.place_at(union)
    found.save()
    found.due_on = _due(found)
    found.save(update_fields=["due_on"])
    if same:
        note(duplicate={"label": "重复来文", "after": same[0].mark})
    _todo(found, PROPOSE, "拟办", permission=REGISTER_INCOMING.code)
    return found


def _due(incoming: Incoming) -> date | None:
    """Until when it is to be handled, by the table of the union's place; None: as proposed."""
    decision = decide_for(
        rules.TERM_TABLE,
        incoming,
        rules.term_case(incoming.urgency, from_above=incoming.delivery_id is not None),
        union=incoming.union,
        on=timezone.localdate(),
        now=timezone.now(),
        label=f"{incoming.mark}办理期限",
    )
    days = decision.outcome["workdays"] if decision.outcome else None
    return None if days is None else add_workdays(incoming.received_on, days)


@action("incoming.propose", "拟办", REGISTER_INCOMING)
def propose(
    incoming: Incoming, *, by: Actor, text: str, leader: int | str, due_on: date | None = None
) -> Incoming:
    """The office proposes what to do and asks the leader."""
    rules.check("propose", incoming.state)
    incoming.leader = people.chosen(
        incoming.union, INSTRUCT, timezone.localdate(), leader, "leader"
    )
    if due_on is not None:
        if due_on < timezone.localdate():
            raise Refusal("办理期限不能早于今天。", field="due_on", code="past")
        incoming.due_on = due_on
    _say(incoming, by, "拟办意见", text)
    incoming.state = rules.PROPOSED
    _moved(incoming, by)
    _todo(incoming, DECIDE, "批示", user_id=incoming.leader_id)
    return incoming


@action("incoming.instruct", "批示", INSTRUCT)
def instruct(
    incoming: Incoming,
    *,
    by: Actor,
    text: str,
    handler: int | str = "",
    ink: UploadedFile | None = None,
) -> Incoming:
    """The leader's instruction; with somebody to act on it, or for reading only."""
    rules.check("instruct", incoming.state)
    if by.user_id != incoming.leader_id:
        raise Forbidden(
            "这件收文请的是其他领导批示。",
            remedy="需要改请您批示的，请办公室重新拟办。",
            code="holder",
        )
    _say(incoming, by, "批示", text, ink)
    if handler:
        found = people.chosen(incoming.union, HANDLE, timezone.localdate(), handler, "handler")
        incoming.handler, incoming.handler_name = found, found.display_name
    incoming.state = rules.HANDLING
    _moved(incoming, by)
    if incoming.handler_id:
        _todo(incoming, ACT, "承办", user_id=incoming.handler_id)
    else:
        _todo(incoming, ACT, "办结阅件", permission=REGISTER_INCOMING.code)
    return incoming


@action("incoming.circulate", "传阅", HANDLE)
def circulate(incoming: Incoming, *, by: Actor, users: Iterable[int | str]) -> Incoming:
    """Give a document to several to read, all at the same time."""
    rules.check("circulate", incoming.state)
    today, now, fresh = timezone.localdate(), timezone.now(), []
    for pk in dict.fromkeys(str(item) for item in users):
        user = people.chosen(incoming.union, HANDLE, today, pk, "users")
        _, made = Circulation.objects.get_or_create(
            incoming=incoming, user=user, defaults={"name": user.display_name, "sent_at": now}
        )
        if made:
            fresh.append(user)
    if not fresh:
        raise Conflict("所选人员都已在传阅范围内。", field="users", code="twice")
    for user in fresh:
        _todo(incoming, READ, "传阅", user_id=user.pk, target=f"{incoming.pk}:{user.pk}")
    note(readers={"label": "传阅", "after": "、".join(user.display_name for user in fresh)})
    incoming.version += 1
    incoming.save()
    return incoming


@action("incoming.read", "阅毕", HANDLE)
def finish_reading(incoming: Incoming, *, by: Actor, words: str = "") -> Incoming:
    """One of the readers has read it, with a word if there is one."""
    row = incoming.circulations.filter(user_id=by.user_id).first()
    if row is None:
        raise Forbidden("这件收文没有传阅给您。", code="not_asked")
    if row.read_at is not None:
        raise Conflict("您已经阅毕。", code="read")
    secrecy.check(words=words)
    row.read_at, row.words = timezone.now(), words.strip()
    row.save(update_fields=["read_at", "words"])
    close_todo(
        target_type=TARGET, target_id=f"{incoming.pk}:{by.user_id}", kind=READ, by=by.user_id
    )
    return incoming


@action("incoming.finish", "办结", HANDLE)
def finish(incoming: Incoming, *, by: Actor, result: str) -> Incoming:
    """What was done; a paper only to be read ends with having been read."""
    rules.check("finish", incoming.state)
    if incoming.handler_id and incoming.handler_id != by.user_id:
        raise Forbidden(
            f"承办人是{incoming.handler_name}。",
            rule=rules.RULE,
            remedy="请由承办人办结；承办人离任的，请先办理工作交接。",
            code="holder",
        )
    here = Scope.of([incoming.org_path])
    waiting = (
        incoming.tasks.within(here)
        .exclude(state__in=(rules.TASK_CLOSED, rules.TASK_CANCELLED))
        .count()
    )
    if waiting:
        raise Conflict(
            f"还有 {waiting} 个督办事项没有销号。",
            rule=rules.CLOSURE,
            remedy="请先销号或撤销督办事项。",
            code="tasks",
        )
    secrecy.check(result=result)
    if not result.strip():
        raise Refusal("请写明办理结果。", field="result", code="result")
    incoming.result, incoming.finished_on = result.strip(), timezone.localdate()
    incoming.state = rules.DONE
    _moved(incoming, by)
    return incoming


def remind_late(today: date) -> int:
    """A to-do for whoever instructs, for each document past its day; one already open stays."""
    found = list(queries.late(today))
    for item in found:
        _todo(item, LATE, "收文逾期未办结", permission=INSTRUCT.code)
    return len(found)


def _say(
    incoming: Incoming, by: Actor, verdict: str, text: str, ink: UploadedFile | None = None
) -> None:
    secrecy.check(text=text)
    Opinion.objects.create(
        incoming=incoming,
        step=incoming.state,
        verdict=verdict,
        text=text.strip(),
        ink=papers.keep(ink, papers.INK, incoming, by=by, field="ink"),
        by_id=by.user_id,
        by_name=by.name,
        at=timezone.now(),
    )


def _moved(incoming: Incoming, by: Actor) -> None:
    incoming.version += 1
    incoming.save()
    close_todo(target_type=TARGET, target_id=incoming.pk, by=by.user_id)


def _todo(
    incoming: Incoming,
    kind: str,
    words: str,
    *,
    user_id: int | None = None,
    permission: str = "",
    target: str = "",
) -> None:
    due = incoming.due_on
    open_todo(
        kind=kind,
        target_type=TARGET,
        target_id=target or incoming.pk,
        title=f"{words}：{incoming.title}",
        link=reverse("resource:incoming:record", args=[incoming.pk]),
        org_path=incoming.org_path,
        union_id=None if user_id else incoming.union_id,
        permission="" if user_id else permission,
        assignee_user_id=user_id,
        due_at=timezone.make_aware(datetime.combine(due, time(23, 59))) if due else None,
    )
