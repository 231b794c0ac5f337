"""To-dos (待办): what waits for whom, written by the actions that cause and settle it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gonghui.kernel.notify.models import Todo

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
        return cursor.fetchone()[0]


def close_todo(
    *, target_type: str, target_id: object, kind: str | None = None, by: int | None = None
) -> int:
    """Close the open to-dos of a target, of one kind or all; return how many. by: user id."""
    found = Todo.objects.filter(target_type=target_type, target_id=str(target_id), done_at=None)
    if kind is not None:
        found = found.filter(kind=kind)
    return found.update(done_at=timezone.now(), done_by_id=by)


def todos_at(user_id: int, places: Mapping[int, Sequence[str]]) -> QuerySet[Todo]:
    """Return the open to-dos named to a user, or to a permission held at exactly their union.

    places: for each union id, the permission codes the user holds there.
    """
    mine = Q(assignee_user_id=user_id)
    for union_id, permissions in places.items():
        mine |= Q(assignee_user_id=None, union_id=union_id, permission__in=permissions)
    return Todo.objects.filter(mine, done_at=None).order_by(F("due_at").asc(nulls_last=True), "id")


def done_by(user_id: int, *, limit: int = 50) -> QuerySet[Todo]:
    """Return what a user has settled (已办), the latest first."""
    return Todo.objects.filter(done_by_id=user_id).order_by("-done_at")[:limit]
