"""What a person keeps for themselves: plain writes of own rows, seen by nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify import messages
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.templates import Category, Template
from gonghui.systems.portal.desk.models import (
    Appointment,
    Desk,
    Follow,
    Notice,
    NoticeReading,
    RoleHabit,
    Usage,
)
from gonghui.systems.portal.desk.rules import layout as layouts
from gonghui.systems.portal.desk.rules.habits import FEWEST_USERS, KEPT_DAYS

MOST_FOLLOWED = 200
MOST_COUNTED = 60
REMINDED = Template(
    "desk.reminded", "日程提醒：{title}", "{when}", Category("desk.reminders", "日程提醒"), "{link}"
)


def arrange(user_id: int, layout: layouts.Layout) -> None:
    """Keep how a person's home is arranged."""
    Desk.objects.update_or_create(user_id=user_id, defaults={"layout": layouts.write(layout)})


def reset(user_id: int) -> None:
    """Go back to the arrangement of the role; the choice about personalisation stays."""
    Desk.objects.filter(pk=user_id).update(layout=[])


def personalise(user_id: int, on: bool) -> None:
    """Count opened functions from now on, or stop and forget what was counted."""
    Desk.objects.update_or_create(user_id=user_id, defaults={"personal": on})
    if not on:
        Usage.objects.filter(user_id=user_id).delete()


def count_openings(user_id: int, openings: Mapping[str, int], today: date) -> int:
    """Add to today's counters of known functions; nothing for who switched it off.

    openings: times opened by function; the caller leaves out what is no function of the person.
    """
    if not openings or Desk.objects.filter(pk=user_id, personal=False).exists():
        return 0
    rows = [
        Usage(user_id=user_id, function=function, day=today, count=max(1, min(99, count)))
        for function, count in list(openings.items())[:MOST_COUNTED]
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO desk_usage (user_id, function, day, count) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (user_id, day, function) DO UPDATE"
            " SET count = least(desk_usage.count + excluded.count, 9999)",
            [(row.user_id, row.function, row.day, row.count) for row in rows],
        )
    return len(rows)


def fold_habits(today: date) -> int:
    """Count anew which functions the holders of each role share; forget old counters.

    Only what FEWEST_USERS different people opened is kept, so it says nothing about one.
    """
    Usage.objects.filter(day__lt=today - timedelta(days=KEPT_DAYS)).delete()
    RoleHabit.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO desk_rolehabit (role, function, users)"
            " SELECT g.role, u.function, count(DISTINCT u.user_id) FROM desk_usage u"
            " JOIN access_grant g ON g.user_id = u.user_id AND g.ended_at IS NULL"
            " AND g.valid_from <= %s AND (g.valid_to IS NULL OR g.valid_to >= %s)"
            " GROUP BY 1, 2 HAVING count(DISTINCT u.user_id) >= %s",
            [today, today, FEWEST_USERS],
        )
        return cursor.rowcount


def follow(
    user_id: int, resource: str, target_type: str, target_id: str, title: str, org_path: str
) -> Follow:
    """Mark a record to be told of its changes from now on."""
    if Follow.objects.filter(user_id=user_id).count() >= MOST_FOLLOWED:
        raise Refusal(
            f"最多关注 {MOST_FOLLOWED} 条记录。", remedy="请先取消一些不再需要的关注。", code="many"
        )
    made, _ = Follow.objects.get_or_create(
        user_id=user_id,
        resource=resource,
        target_id=target_id,
        defaults={
            "target_type": target_type,
            "title": title[:200],
            "org_path": org_path,
            "seen_entry": _last_entry(target_type, target_id),
        },
    )
    return made


def unfollow(user_id: int, resource: str, target_id: str) -> None:
    """Take the mark away."""
    Follow.objects.filter(user_id=user_id, resource=resource, target_id=target_id).delete()


def looked_at(user_id: int, pk: int | None = None) -> int:
    """Everything that happened to a followed record so far, or to all, counts as seen."""
    rows = Follow.objects.filter(user_id=user_id)
    if pk is not None:
        rows = rows.filter(pk=pk)
    seen = 0
    for mark in rows:
        latest = _last_entry(mark.target_type, mark.target_id)
        if latest > mark.seen_entry:
            mark.seen_entry = latest
            mark.save(update_fields=["seen_entry"])
            seen += 1
    return seen


def _last_entry(target_type: str, target_id: str) -> int:
    rows = Entry.objects.filter(target_type=target_type, target_id=target_id)
    return rows.order_by("-id").values_list("id", flat=True).first() or 0


def plan(user_id: int, values: Mapping[str, object], pk: int | None = None) -> Appointment:
    """Write an own entry, new or changed; a changed time is reminded of again."""
    item = Appointment(user_id=user_id)
    if pk is not None:
        item = Appointment.objects.get(pk=pk, user_id=user_id)
    for name, value in values.items():
        setattr(item, name, value)
    item.reminded = False
    item.save()
    return item


def cancel(user_id: int, pk: int) -> None:
    """Strike an own entry out."""
    Appointment.objects.filter(pk=pk, user_id=user_id).delete()


def remind(now: datetime, link: str) -> int:
    """Send the reminders whose time has come; return how many."""
    due = Appointment.objects.select_for_update(skip_locked=True).filter(
        reminded=False, remind_at__lte=now
    )
    items = list(due[:1000])
    for item in items:
        at = f"{item.at:%H:%M} " if item.at else ""
        words = {
            "title": item.title,
            "when": f"{item.day.month}月{item.day.day}日 {at}{item.note}".strip(),
            "link": f"{link}?day={item.day}",
        }
        key = f"desk.reminded/{item.pk}/{item.remind_at:%Y%m%d%H%M}"
        messages.send([Recipient(user_id=item.user_id)], REMINDED, words, key=key)
    Appointment.objects.filter(pk__in=[item.pk for item in items]).update(reminded=True)
    return len(items)


def opened(notice: Notice, user_id: int) -> NoticeReading:
    """Note that a user has opened a notice; the first time stands."""
    made, _ = NoticeReading.objects.get_or_create(
        notice=notice, user_id=user_id, defaults={"read_at": timezone.now()}
    )
    return made


def confirm(notice: Notice, user_id: int) -> NoticeReading:
    """Note that a user confirms to have read a notice; the first time stands."""
    reading = opened(notice, user_id)
    NoticeReading.objects.filter(pk=reading.pk, confirmed_at=None).update(
        confirmed_at=timezone.now(), read_at=F("read_at")
    )
    reading.refresh_from_db()
    return reading


def work_as(actor: Actor, union_id: int) -> None:
    """Work as another of one's posts from now on."""
    User.objects.filter(pk=actor.user_id).update(post_union_id=union_id)
