"""To-dos (待办): what waits for whom, written by the actions that cause and settle it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from gonghui.kernel.notify import realtime
from gonghui.kernel.notify.models import Snooze, Todo

# Opening again what is open refreshes it: a changed place or term must not leave a second one.
_OPEN = """
INSERT INTO notify_todo (kind, title, link, org_path, union_id, permission, assignee_user_id,
                         target_type, target_id, due_at, created)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (target_type, target_id, kind) WHERE done_at IS NULL DO UPDATE SET
    title = excluded.title, link = excluded.link, org_path = excluded.org_path,
    union_id = excluded.union_id, permission = excluded.permission,
    assignee_user_id = excluded.assignee_user_id, due_at = excluded.due_at
RETURNING id
"""
_OPEN_MANY = """
INSERT INTO notify_todo (kind, permission, target_type, created,
                         target_id, title, link, org_path, union_id, due_at)
SELECT %s, %s, %s, %s, many.*
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[])
     AS many (target_id, title, link, org_path, union_id, due_at)
ON CONFLICT (target_type, target_id, kind) WHERE done_at IS NULL DO UPDATE SET
    title = excluded.title, link = excluded.link, org_path = excluded.org_path,
    union_id = excluded.union_id, permission = excluded.permission,
    assignee_user_id = excluded.assignee_user_id, due_at = excluded.due_at
"""
_CLOSE_MANY = """
UPDATE notify_todo SET done_at = %s, done_by_id = %s
WHERE target_type = %s AND target_id = ANY(%s) AND done_at IS NULL
RETURNING assignee_user_id, union_id, permission
"""
_CLOSE = """
UPDATE notify_todo SET done_at = %s, done_by_id = %s
WHERE target_type = %s AND target_id = %s AND done_at IS NULL AND (%s = '' OR kind = %s)
RETURNING assignee_user_id, union_id, permission
"""


def open_todo(
    *,
    kind: str,
    target_type: str,
    target_id: object,
    title: str,
    link: str,
    org_path: str = "",
    union_id: int | None = None,
    permission: str = "",
    assignee_user_id: int | None = None,
    due_at: datetime | None = None,
) -> int:
    """Open a to-do, or refresh the open one of the same kind and target; return its id.

    Either the assignee has it, or everybody with `permission` granted at the union itself.
    Raises ValueError when neither is given, for nobody would see it.
    """
    if assignee_user_id is None and not (permission and union_id):
        raise ValueError("a to-do needs an assignee, or a permission and a union")
    values = [
        kind,
        title,
        link,
        org_path,
        union_id,
        permission,
        assignee_user_id,
        target_type,
        str(target_id),
        due_at,
        timezone.now(),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
        made: int = cursor.fetchone()[0]
    _tell(assignee_user_id, union_id, permission)
    return made


@dataclass(frozen=True)
class Waiting:
    """One of many to-dos opened at once, for whoever holds a permission at its union."""

    target_id: str
    title: str
    link: str
    org_path: str
    union_id: int
    due_at: datetime | None = None


def open_todos(*, kind: str, target_type: str, permission: str, rows: Sequence[Waiting]) -> None:
    """Open many to-dos of one kind, or refresh the open ones, in one statement."""
    if not rows:
        return
    columns = [list(column) for column in zip(*(astuple(row) for row in rows), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_MANY, [kind, permission, target_type, timezone.now(), *columns])
    realtime.tell_holders(realtime.TODOS, [row.union_id for row in rows], permission)


def close_todos(*, target_type: str, target_ids: Iterable[object], by: int | None = None) -> int:
    """Close every open to-do of many targets in one statement; return how many."""
    ids = [str(item) for item in target_ids]
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE_MANY, [timezone.now(), by, target_type, ids])
        closed = cursor.fetchall()
    places: dict[str, set[int]] = {}
    for user_id, union_id, permission in closed:
        if user_id is None and union_id is not None:
            places.setdefault(permission, set()).add(union_id)
    for permission, unions in places.items():
        realtime.tell_holders(realtime.TODOS, unions, permission)
    realtime.tell(realtime.TODOS, {f"user:{row[0]}" for row in closed if row[0] is not None})
    return len(closed)


def _tell(assignee_user_id: int | None, union_id: int | None, permission: str) -> None:
    """Let the pages of whoever has a to-do fetch it."""
    if assignee_user_id is not None:
        realtime.tell(realtime.TODOS, [f"user:{assignee_user_id}"])
    elif union_id is not None:
        realtime.tell_holders(realtime.TODOS, [union_id], permission)


def close_todo(
    *, target_type: str, target_id: object, kind: str | None = None, by: int | None = None
) -> int:
    """Close the open to-dos of a target, of one kind or all; return how many. by: user id."""
    values = [timezone.now(), by, target_type, str(target_id), kind or "", kind or ""]
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, values)
        closed = cursor.fetchall()
    for addressed in set(closed):
        _tell(*addressed)
    return len(closed)


def todos_at(user_id: int, places: Mapping[int, Sequence[str]]) -> QuerySet[Todo]:
    """Return the open to-dos named to a user, or to a permission held at exactly their union.

    places: for each union id, the permission codes the user holds there.
    """
    rows = addressed_to(user_id, places).filter(done_at=None)
    return rows.order_by(F("due_at").asc(nulls_last=True), "id")


def addressed_to(user_id: int, places: Mapping[int, Sequence[str]]) -> QuerySet[Todo]:
    """Return to-dos named to a user or to a permission held at their union, open or settled."""
    mine = Q(assignee_user_id=user_id)
    for union_id, permissions in places.items():
        mine |= Q(assignee_user_id=None, union_id=union_id, permission__in=permissions)
    return Todo.objects.filter(mine)


def awake(rows: QuerySet[Todo], user_id: int, now: datetime) -> QuerySet[Todo]:
    """Those of `rows` the user has not put off to a later time."""
    put_off = Snooze.objects.filter(todo=OuterRef("pk"), user_id=user_id, until__gt=now)
    return rows.filter(~Exists(put_off))


def put_off(user_id: int, ids: Iterable[int], until: datetime) -> None:
    """Keep to-dos out of a user's sight until a time; putting off again moves the time."""
    Snooze.objects.bulk_create(
        [Snooze(user_id=user_id, todo_id=pk, until=until) for pk in ids],
        update_conflicts=True,
        unique_fields=["user_id", "todo"],
        update_fields=["until"],
    )


def wake(user_id: int, ids: Iterable[int]) -> int:
    """Show to-dos that were put off again; return how many."""
    return Snooze.objects.filter(user_id=user_id, todo_id__in=list(ids)).delete()[0]


def wake_due(now: datetime) -> list[int]:
    """Forget snoozes whose time has come and tell their users' pages; return the users."""
    due = Snooze.objects.filter(until__lte=now)
    users = sorted(set(due.values_list("user_id", flat=True)))
    due.delete()
    realtime.tell(realtime.TODOS, [f"user:{user_id}" for user_id in users])
    return users


def assign(todo: Todo, user_id: int) -> None:
    """Give a to-do to one user, and tell the pages of whoever had it and of whoever has it now."""
    _tell(todo.assignee_user_id, todo.union_id, todo.permission)
    todo.assignee_user_id = user_id
    todo.save(update_fields=["assignee_user_id"])
    _tell(user_id, None, "")


def done_by(user_id: int, *, limit: int = 50) -> QuerySet[Todo]:
    """Return what a user has settled (已办), the latest first."""
    return Todo.objects.filter(done_by_id=user_id).order_by("-done_at")[:limit]
