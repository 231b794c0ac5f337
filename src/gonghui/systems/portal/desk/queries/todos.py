"""To-dos of one person over every system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import PERMISSIONS
from gonghui.kernel.notify.kinds import KINDS, TodoKind, title_of
from gonghui.kernel.notify.models import Snooze, Todo
from gonghui.kernel.notify.todos import todos_at
from gonghui.kernel.search.finding import MOST, Hit
from gonghui.systems.portal.desk.rules import due as rules

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Where to-dos without a term stand in the order."""
COUNT_CAP = 100


@lru_cache(maxsize=256)
def _codes(roles: frozenset[str], declared: int) -> tuple[str, ...]:
    return tuple(
        code
        for code, permission in PERMISSIONS.items()
        if any(role.code in roles for role in permission.roles)
    )


def places(actor: Actor) -> dict[int, tuple[str, ...]]:
    """For each union the actor has a post at, the permission codes held there."""
    held: dict[int, set[str]] = {}
    for grant in actor.grants:
        held.setdefault(grant.union_id, set()).add(grant.role)
    declared = len(PERMISSIONS)
    return {union_id: _codes(frozenset(roles), declared) for union_id, roles in held.items()}


def my_todos(actor: Actor) -> QuerySet[Todo]:
    """Open to-dos addressed to the actor, or to a role of theirs at exactly its union.

    A superior is not shown what its subordinates have to decide; it sees that in the lists.
    """
    return todos_at(actor.user_id or 0, places(actor))


def my_done(actor: Actor) -> QuerySet[Todo]:
    """What the actor has settled, the latest first."""
    return Todo.objects.filter(done_by_id=actor.user_id).order_by("-done_at", "-id")


def settled_before(rows: QuerySet[Todo], at: datetime, pk: int) -> QuerySet[Todo]:
    """The settled to-dos behind a place in their order."""
    return rows.filter(Q(done_at__lt=at) | Q(done_at=at, id__lt=pk))


def put_off_by(actor: Actor, now: datetime) -> list[tuple[Todo, datetime]]:
    """Open to-dos the actor has put off, each with the time it comes back."""
    snoozes = Snooze.objects.filter(user_id=actor.user_id, until__gt=now)
    times = dict(snoozes.values_list("todo_id", "until"))
    rows = my_todos(actor).filter(pk__in=list(times)) if times else ()
    return sorted(((todo, times[todo.pk]) for todo in rows), key=lambda pair: pair[1])


@dataclass(frozen=True)
class Narrowed:
    """What the inbox is asked for. system: an app label; due: a class of rules.due."""

    system: str = ""
    kind: str = ""
    due: str = ""
    text: str = ""


def narrowed(rows: QuerySet[Todo], asked: Narrowed, now: datetime) -> QuerySet[Todo]:
    """The to-dos that fit what is asked for."""
    if asked.system:
        rows = rows.filter(target_type__startswith=f"{asked.system}.")
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.text:
        rows = rows.filter(title__icontains=asked.text)
    at = rules.bounds(timezone.localtime(now))
    match asked.due:
        case rules.OVERDUE:
            rows = rows.filter(due_at__lt=at.now)
        case rules.TODAY:
            rows = rows.filter(due_at__gte=at.now, due_at__lte=at.day_end)
        case rules.WEEK:
            rows = rows.filter(due_at__gt=at.day_end, due_at__lte=at.week_end)
        case rules.LATER:
            rows = rows.filter(due_at__gt=at.week_end)
        case rules.NONE:
            rows = rows.filter(due_at=None)
    return rows


def page(
    actor: Actor, rows: QuerySet[Todo], after: tuple[datetime, int] | None, size: int
) -> list[Todo]:
    """The next `size` + 1 of the actor among open to-dos, by term and number, those without last.

    Each way a to-do may be addressed is read in its own index's order, so a page costs the same
    however many there are.
    """
    addressed = [Q(assignee_user_id=actor.user_id)]
    for union_id, permissions in places(actor).items():
        addressed.append(Q(assignee_user_id=None, union_id=union_id, permission__in=permissions))
    rows = rows.filter(done_at=None)
    if after is not None:
        term, pk = after
        rows = rows.filter(
            Q(due_at=None, id__gt=pk)
            if term == NEVER
            else Q(due_at__gt=term) | Q(due_at=term, id__gt=pk) | Q(due_at=None)
        )
    # PostgreSQL puts what is empty last.
    parts = [rows.filter(one).order_by("due_at", "id")[: size + 1] for one in addressed]
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return list(found.order_by("due_at", "id")[: size + 1] if len(parts) > 1 else found)


def cursor_of(todo: Todo) -> str:
    """Where the page after this to-do begins."""
    return f"{(todo.due_at or NEVER).timestamp():.6f}_{todo.pk}"


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """The place a cursor names; None for none or a broken one."""
    stamp, _, pk = text.partition("_")
    try:
        return datetime.fromtimestamp(float(stamp), UTC), int(pk)
    except (ValueError, OverflowError, OSError):
        return None


@dataclass
class Counted:
    """How many open to-dos there are: of each system and kind, and of each class of term."""

    total: int = 0
    unread: int = 0
    by_kind: dict[tuple[str, str], int] = field(default_factory=dict)
    by_due: dict[str, int] = field(default_factory=lambda: dict.fromkeys(rules.TITLES, 0))

    @property
    def by_system(self) -> list[tuple[str, str, int]]:
        """(label, name, count) of each system, most first."""
        sums: dict[str, int] = {}
        for (label, _), count in self.by_kind.items():
            sums[label] = sums.get(label, 0) + count
        order = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(label, system_name(label), count) for label, count in order]

    def kinds(self, system: str = "") -> list[tuple[str, str, int]]:
        """(code, title, count) of each kind, most first."""
        sums: dict[str, int] = {}
        for (label, kind), count in self.by_kind.items():
            if not system or label == system:
                sums[kind] = sums.get(kind, 0) + count
        order = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(kind, title_of(kind) or "其他", count) for kind, count in order]


# What every page asks is plain SQL: compiling the same through the ORM costs more than running
# it. `my_todos` says the same for pages that narrow and page through it.
_AWAKE = (
    "done_at IS NULL AND NOT EXISTS (SELECT FROM notify_snooze AS s"
    " WHERE s.todo_id = t.id AND s.user_id = %s AND s.until > %s)"
)
_UNREAD = "(SELECT 1 FROM notify_message WHERE read_at IS NULL AND {} = %s LIMIT %s)"


def _mine(actor: Actor, columns: str, now: datetime) -> tuple[str, list[Any]]:
    """SQL of the open to-dos of an actor that are not put off, with its values."""
    parts = [f"SELECT {columns} FROM notify_todo AS t WHERE assignee_user_id = %s AND {_AWAKE}"]
    values: list[Any] = [actor.user_id, actor.user_id, now]
    for union_id, permissions in places(actor).items():
        parts.append(
            f"SELECT {columns} FROM notify_todo AS t WHERE assignee_user_id IS NULL"
            f" AND union_id = %s AND permission = ANY(%s) AND {_AWAKE}"
        )
        values += [union_id, list(permissions), actor.user_id, now]
    return " UNION ALL ".join(parts), values


def _unread(actor: Actor) -> tuple[str, list[Any]]:
    """SQL of the unread messages of an actor, capped, with its values."""
    parts, values = [_UNREAD.format("recipient_user_id")], [actor.user_id, COUNT_CAP]
    if actor.person_id is not None:
        parts.append(_UNREAD.format("recipient_person_id"))
        values += [actor.person_id, COUNT_CAP]
    return " UNION ALL ".join(parts), values


def frame_counts(
    actor: Actor, now: datetime, resource: str = "", target: str = ""
) -> tuple[int, int, bool]:
    """Open to-dos and unread messages, capped, and whether a record is followed. One query."""
    mine, mine_values = _mine(actor, "1", now)
    unread, unread_values = _unread(actor)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT count(*) FROM ({mine} LIMIT %s) AS todo),"
            f" (SELECT count(*) FROM ({unread}) AS message),"
            " EXISTS (SELECT FROM desk_follow WHERE user_id = %s AND resource = %s"
            " AND target_id = %s)",
            [*mine_values, COUNT_CAP, *unread_values, actor.user_id, resource, target],
        )
        return cursor.fetchone()


_COUNTS = """
SELECT split_part(target_type, '.', 1), kind, count(*),
       count(*) FILTER (WHERE due_at < %s),
       count(*) FILTER (WHERE due_at >= %s AND due_at <= %s),
       count(*) FILTER (WHERE due_at > %s AND due_at <= %s),
       count(*) FILTER (WHERE due_at > %s),
       count(*) FILTER (WHERE due_at IS NULL)
FROM ({mine}) AS mine GROUP BY 1, 2
UNION ALL
SELECT '', '', count(*), 0, 0, 0, 0, 0 FROM ({unread}) AS message
"""


def counted(actor: Actor, now: datetime) -> Counted:
    """Counts of what is open and awake, and of unread messages, in one query."""
    mine, mine_values = _mine(actor, "target_type, kind, due_at", now)
    unread, unread_values = _unread(actor)
    at = rules.bounds(timezone.localtime(now))
    terms = [at.now, at.now, at.day_end, at.day_end, at.week_end, at.week_end]
    found = Counted()
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTS.format(mine=mine, unread=unread), [*terms, *mine_values, *unread_values]
        )
        for label, kind, count, *classes in cursor.fetchall():
            if not kind:
                found.unread = count
                continue
            found.total += count
            found.by_kind[label, kind] = count
            for code, part in zip(rules.TITLES, classes, strict=True):
                found.by_due[code] += part
    return found


class Waiting(NamedTuple):
    """An open to-do as lists show it; the names are those of the table."""

    pk: int
    kind: str
    title: str
    link: str
    target_type: str
    union_id: int | None
    due_at: datetime | None


def first_due(actor: Actor, now: datetime, most: int) -> list[Waiting]:
    """The first to-dos by term, for the home page. One query."""
    columns = "id, kind, title, link, target_type, union_id, due_at"
    mine, values = _mine(actor, columns, now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({mine}) AS mine ORDER BY due_at NULLS LAST, id LIMIT %s",
            [*values, most],
        )
        return [Waiting(*row) for row in cursor.fetchall()]


@lru_cache(maxsize=1)
def _labels() -> dict[str, str]:
    """Names of the installed systems by app label."""
    names = {config.name: config.label for config in apps.get_app_configs()}
    return {
        names[app]: import_module(f"{app}.system").SYSTEM.name
        for app in settings.GONGHUI_SYSTEMS
        if app in names and find_spec(f"{app}.system")
    }


def system_name(label: str) -> str:
    """The name of the system a to-do comes from."""
    return _labels().get(label, "平台")


def bulk_of(kinds: Iterable[str]) -> list[TodoKind]:
    """The kinds that can be settled many at once."""
    return [KINDS[kind] for kind in kinds if kind in KINDS and KINDS[kind].settle is not None]


def among_mine(actor: Actor, ids: Sequence[int]) -> list[Todo]:
    """Those of these to-dos that are open and the actor's."""
    return list(my_todos(actor).filter(pk__in=list(ids)[:500]))


def find_todos(text: str, actor: Actor) -> list[Hit]:
    """Open to-dos whose title holds the text, for the search."""
    if actor.user_id is None:
        return []
    rows = my_todos(actor).filter(title__icontains=text)[: MOST + 1]
    return [
        Hit(todo.title, todo.link, system_name(todo.target_type.split(".")[0])) for todo in rows
    ]
