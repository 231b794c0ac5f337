"""Handing a to-do over, and settling many of a kind at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.kinds import KINDS
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.notify.todos import assign
from gonghui.systems.portal.desk.permissions import HAND_OVER
from gonghui.systems.portal.desk.queries.colleagues import holders
from gonghui.systems.portal.desk.queries.todos import my_todos


@action("todos.hand_over", "转交待办", HAND_OVER)
def hand_over(todo: Todo, *, by: Actor, to: User, reason: str = "") -> Todo:
    """Give an open to-do of one's own to a colleague who holds the same right at the union."""
    if not my_todos(by).filter(pk=todo.pk).exists():
        raise Forbidden("这件待办不是您的，或已经办结。", code="forbidden")
    if not todo.union_id or not todo.permission:
        raise Refusal(
            "这件待办是指定给您本人的，不能转交。",
            remedy="请办理，或请交办人改派。",
            code="personal",
        )
    if to.pk == by.user_id:
        raise Refusal("不能转交给自己。", field="to")
    if to not in holders(todo.union_id, todo.permission, timezone.localdate()):
        raise Refusal(
            f"{to.display_name}在该工会没有办理这件事的权限。",
            rule="待办只能转交给在同一工会拥有相同权限的同事",
            field="to",
        )
    assign(todo, to.pk)
    return todo


@dataclass
class Outcome:
    """What became of a bulk: how many were done, and the others with what stood in the way."""

    done: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def each(todos: Sequence[Todo], do: Callable[[Todo], Any]) -> Outcome:
    """Do something with each to-do by itself: one that is refused does not stop the others."""
    outcome = Outcome()
    for todo in todos:
        try:
            with transaction.atomic():
                do(todo)
        except Refusal as refusal:
            outcome.refused.append((todo.title, str(refusal)))
        else:
            outcome.done += 1
    return outcome


def settle(todos: Sequence[Todo], *, by: Actor) -> Outcome:
    """Settle to-dos by the action of their kind, each checked as if it were opened."""

    def one(todo: Todo) -> None:
        kind = KINDS.get(todo.kind)
        if kind is None or kind.settle is None:
            raise Refusal("这类待办需要逐件打开办理。", code="one_by_one")
        kind.settle(todo.target_id, by)

    return each(todos, one)
