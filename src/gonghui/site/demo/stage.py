"""What the stages of the demo share: the day it is told from, living on a past day, looking up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.db.models import Max
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.workdays import is_workday
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people.models import Membership

DEMO = "the demo's own records are looked up by what they are called"


@contextmanager
def living_on(day: date, hour: int = 10, minute: int = 20) -> Iterator[date]:
    """Let the actions inside the block happen on a past day, receipts and terms included.

    A demo in which everything was done in one second shows neither terms nor history. Only this
    process, and only the clock Django's own code and the actions read, is turned back.
    """
    moment = timezone.make_aware(datetime.combine(day, time(hour, minute)))
    began, present = timezone.now(), timezone.now
    timezone.now = lambda: moment + (present() - began)  # type: ignore[assignment]
    try:
        yield day
    finally:
        timezone.now = present  # type: ignore[assignment]


def days_ago(count: int) -> date:
    """The last workday at least `count` days ago."""
    day = timezone.localdate() - timedelta(days=count)
    while not is_workday(day):
        day -= timedelta(days=1)
    return day


def years_before(day: date, years: int) -> date:
    """The same day some years earlier; 28 February for 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def last_july() -> date:
    """The last 1 July that is at least a week past."""
    today = timezone.localdate()
    july = date(today.year, 7, 1)
    return july if today - july >= timedelta(days=7) else date(today.year - 1, 7, 1)


def union_named(name: str) -> Union:
    """An active or ended union by its name, or a city's or county's by its region code."""
    rows = Union.objects.unscoped(DEMO).select_related("parent")
    if name.isdecimal():
        kind = UnionKind.CITY if name.endswith("00") else UnionKind.COUNTY
        return rows.get(region=name, kind=kind)
    return rows.get(name=name)


def acting(username: str) -> Actor:
    """The actor of a demo account."""
    user = User.objects.get(username=username)
    now = timezone.now()
    return actor_of(user, timezone.localdate(), request_id="demo", verified_at=now)


def members_of(union: Union) -> list[Membership]:
    """The members of a union in the ranks, without those bound to an account, oldest first."""
    with wall_at(Scope.everything()):
        rows = Membership.objects.unscoped(DEMO).filter(union=union, status="active")
        bound = User.objects.exclude(person=None).values("person_id")
        return list(
            rows.exclude(person_id__in=bound).select_related("union", "person").order_by("id")
        )


def last_entry() -> int:
    """The number of the latest audit entry."""
    return Entry.objects.aggregate(last=Max("pk"))["last"] or 0
