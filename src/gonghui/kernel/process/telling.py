"""Who is told of work: to-dos, reminders, messages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.process.models import Case, ItemKind, Timer, TimerKind, WorkItem
from gonghui.kernel.process.permissions import WORK_OF
from gonghui.kernel.process.places import HOLDING, holders

SIGN = register_kind("process.sign", "流程待办")
CONSULT = register_kind("process.consult", "流程征询意见")
FOR_OTHERS = register_kind("process.for_others", "受托办理的流程待办")
ESCALATED = register_kind("process.escalated", "下级逾期的流程待办")

TARGET = "process.workitem"
OTHER = "process.workitem.other"
REMIND_BEFORE = Setting(
    "process.remind_before",
    "流程待办提前催办天数",
    int,
    1,
    "流程待办到期前几个工作日提醒办理人，0 为当天。",
    unit="个工作日",
    minimum=0,
    maximum=10,
)
REMIND_AT = time(9)

ABOUT_WORK = Category("process", "流程办理")
REMINDED = Template(
    "process.reminded",
    "待办即将到期：{title}",
    "“{title}”的“{step}”将于{due}到期，请尽快办理。",
    ABOUT_WORK,
    "{link}",
)
OVERDUE = Template(
    "process.overdue",
    "待办已逾期：{title}",
    "“{title}”的“{step}”已超过办理期限（{due}）。",
    ABOUT_WORK,
    "{link}",
)
COPIED = Template(
    "process.copied", "抄送：{title}", "{by}把“{title}”抄送给您。{note}", ABOUT_WORK, "{link}"
)
CLOSED = Template(
    "process.closed", "流程{how}：{title}", "“{title}”{how}。{reason}", ABOUT_WORK, "{link}"
)


_TAKERS = """
SELECT DISTINCT taker_id FROM process_delegation
WHERE ended_at IS NULL AND valid_from <= %(today)s AND valid_to >= %(today)s
  AND (flows = '[]' OR flows @> %(flow)s::jsonb) AND giver_id {giver} ORDER BY taker_id
"""
_TAKERS_OF_USER = _TAKERS.format(giver="= %(giver)s")
_TAKERS_OF_ROLE = _TAKERS.format(
    giver=f"IN (SELECT held.user_id FROM {HOLDING} AND held.union_id = %(union)s)"
)


def item_link(item_id: int) -> str:
    """The page of a work item."""
    return f"/work/{item_id}/"


def case_link(case_id: int) -> str:
    """The page of a case."""
    return f"/cases/{case_id}/"


def ask(item: WorkItem, case: Case) -> None:
    """Open the to-dos of a new or newly addressed item; the caller closed those before."""
    consulted = item.kind == ItemKind.CONSULT
    open_todo(
        kind=(CONSULT if consulted else SIGN).code,
        target_type=TARGET,
        target_id=item.pk,
        title=f"{item.title}：{case.title}",
        link=item_link(item.pk),
        org_path=item.org_path,
        union_id=item.union_id,
        permission=WORK_OF[item.role].code if item.role and not item.assignee_id else "",
        assignee_user_id=item.assignee_id,
        due_at=item.due_at,
    )
    if not consulted:
        tell_takers(item, case, takers_of(item))


def takers_of(item: WorkItem) -> list[int]:
    """Users to whom somebody who may sign the item has delegated today."""
    values: dict[str, Any] = {
        "today": timezone.localdate(),
        "flow": json.dumps([item.flow]),
        "giver": item.assignee_id,
        "role": item.role,
        "union": item.union_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKERS_OF_USER if item.assignee_id else _TAKERS_OF_ROLE, values)
        return [taker for (taker,) in cursor.fetchall()]


def tell_takers(item: WorkItem, case: Case, users: Iterable[int]) -> None:
    """Open a to-do beside the item's own for each of these users, once."""
    new = [user for user in users if user not in item.told and user != item.assignee_id]
    for user in new:
        open_todo(
            kind=FOR_OTHERS.code,
            target_type=OTHER,
            target_id=f"{item.pk}/{user}",
            title=f"{item.title}：{case.title}",
            link=item_link(item.pk),
            org_path=item.org_path,
            union_id=item.union_id,
            assignee_user_id=user,
            due_at=item.due_at,
        )
    if new:
        item.told = [*item.told, *new]
        item.save(update_fields=["told"])


def close(item: WorkItem, by: int | None) -> None:
    """Close every to-do of an item. by: the user who settled it."""
    close_todo(target_type=TARGET, target_id=item.pk, by=by)
    for user in item.told:
        close_todo(target_type=OTHER, target_id=f"{item.pk}/{user}", by=by)


def escalate(item: WorkItem, case: Case, union_id: int, org_path: str) -> None:
    """Open a to-do for whoever holds the item's role at a superior, beside the first."""
    open_todo(
        kind=ESCALATED.code,
        target_type=TARGET,
        target_id=item.pk,
        title=f"{item.title}（下级逾期）：{case.title}",
        link=item_link(item.pk),
        org_path=org_path,
        union_id=union_id,
        permission=WORK_OF[item.role].code,
        due_at=item.due_at,
    )


def watch(items: Iterable[WorkItem]) -> None:
    """Set the reminder and the end of the term of items that have one."""
    now = timezone.now()
    timers = []
    for item in items:
        if item.due_at is None:
            continue
        early = reminder_at(item.due_at, item.org_path)
        times = [(TimerKind.OVERDUE, item.due_at)]
        if early > now:
            times.append((TimerKind.REMIND, early))
        timers += [
            Timer(
                case_id=item.case_id,
                item=item,
                kind=kind,
                token=item.token,
                step=item.step,
                due_at=at,
            )
            for kind, at in times
        ]
    Timer.objects.bulk_create(timers)


def reminder_at(due: datetime, path: str) -> datetime:
    """When to remind of a term: in the morning, the set number of workdays before it ends."""
    last = timezone.localtime(due)
    day = add_workdays(last.date(), -REMIND_BEFORE.value(path))
    return last.replace(year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0) + (
        timedelta(hours=REMIND_AT.hour)
    )


def signers(item: WorkItem) -> list[Recipient]:
    """Everybody a message about an open item goes to."""
    users = list(item.told)
    if item.assignee_id:
        users.append(item.assignee_id)
    else:
        rows = holders(item.union, item.role, timezone.localdate())
        users += rows.values_list("user_id", flat=True)[:50]
    return [Recipient(user_id=user) for user in sorted(set(users))]


def write(template: Template, item: WorkItem, case: Case, more: Iterable[int] = ()) -> None:
    """Send the signers of an item, and `more` users, a message about it; once per item."""
    due = f"{timezone.localtime(item.due_at):%Y年%m月%d日}" if item.due_at else "无期限"
    send(
        [*signers(item), *(Recipient(user_id=user) for user in more)],
        template,
        {"title": case.title, "step": item.title, "due": due, "link": item_link(item.pk)},
        key=f"{template.code}/{item.pk}",
        org_path=item.org_path,
    )
