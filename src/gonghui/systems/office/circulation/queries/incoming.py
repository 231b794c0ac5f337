"""Reads of incoming documents: duplicates, the next number, what is late."""

from __future__ import annotations

from datetime import date

from django.db.models import Max, Q, QuerySet

from gonghui.kernel.codes.parameters import Parameter
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.office.circulation.models import Incoming, Task
from gonghui.systems.office.circulation.rules import handling, numbers

MOST_EXTENSIONS = Parameter("circulation.task_extensions", "督办事项最多延期次数", "次", int)
LATE = "a nightly job reminds every organ"


def duplicates(union: Union, organ: str, number: str, title: str) -> list[Incoming]:
    """What this union has registered already that is the same paper."""
    key = numbers.canonical(number)
    same = Q(organ=organ.strip(), title=title.strip())
    if key:
        # Two documents of one organ may share a title; their numbers then tell them apart.
        same = Q(number_key=key) | (same & Q(number_key=""))
    rows = Incoming.objects.within(Scope.of([union.path])).filter(same, union=union)
    return list(rows.order_by("-id")[:5])


def next_serial(union: Union, year: int) -> int:
    """The next number of the union's register; the caller holds the union's lock."""
    rows = Incoming.objects.within(Scope.of([union.path])).filter(union=union, year=year)
    return (rows.aggregate(last=Max("serial"))["last"] or 0) + 1


def late(today: date) -> QuerySet[Incoming]:
    rows = Incoming.objects.unscoped(LATE).exclude(state__in=(handling.DONE, handling.ARCHIVED))
    return rows.filter(due_on__lt=today).select_related("union")


def tasks_due(until: date) -> QuerySet[Task]:
    """Open tasks whose day has come or is near."""
    rows = Task.objects.unscoped(LATE).filter(state=handling.TASK_OPEN, due_on__lte=until)
    return rows.select_related("union")
