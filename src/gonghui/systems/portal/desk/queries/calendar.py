"""The calendar of a person: what systems, to-dos, notices and the person itself put there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.notify.calendar import SOURCES, CalendarEntry, register_calendar
from gonghui.systems.portal.desk.models import Appointment
from gonghui.systems.portal.desk.queries.notices import addressed_to
from gonghui.systems.portal.desk.queries.todos import my_todos

MOST = 100


def entries(actor: Actor, first: date, last: date) -> list[CalendarEntry]:
    """Everything between two days, both inclusive, by day and time; one query a source."""
    found = [
        CalendarEntry(
            entry.day,
            entry.title,
            entry.url,
            entry.until,
            entry.at,
            entry.note or source.title,
            entry.late,
            code,
        )
        for code, source in SOURCES.items()
        for entry in source.provide(actor, first, last)
    ]
    return sorted(found, key=lambda entry: (entry.day, entry.at is not None, entry.at or time.min))


def own(actor: Actor, first: date, last: date) -> Iterable[CalendarEntry]:
    """The person's own entries."""
    rows = Appointment.objects.filter(user_id=actor.user_id, day__lte=last)
    rows = rows.filter(day__gte=first) | rows.filter(until__gte=first)
    for item in rows.order_by("day", "at")[:MOST]:
        url = reverse("desk-appointment", args=[item.pk])
        yield CalendarEntry(item.day, item.title, url, item.until, item.at)


def due_todos(actor: Actor, first: date, last: date) -> Iterable[CalendarEntry]:
    """To-dos by their term; a term at midnight ends the day before."""
    start = timezone.make_aware(datetime.combine(first, time.min))
    end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
    now = timezone.now()
    rows = my_todos(actor).filter(due_at__gt=start, due_at__lte=end)
    for title, link, due_at in rows.values_list("title", "link", "due_at")[:MOST]:
        day = timezone.localtime(due_at - timedelta(microseconds=1)).date()
        yield CalendarEntry(day, title, link, late=due_at < now)


def dated_notices(actor: Actor, first: date, last: date) -> Iterable[CalendarEntry]:
    """Notices about a day."""
    if not actor.grants:
        return
    rows = addressed_to(actor).filter(event_on__gte=first, event_on__lte=last)
    for pk, title, day in rows.values_list("pk", "title", "event_on")[:MOST]:
        yield CalendarEntry(day, title, reverse("notice", args=[pk]))


def register_own() -> None:
    """The sources of the desk itself."""
    register_calendar("own", "我的日程", own)
    register_calendar("todos", "待办到期", due_todos)
    register_calendar("notices", "公告", dated_notices)
