"""Reads about change requests (变更申请)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.mobilization.membership.models.changes import OPEN, ChangeState, UnionChange
from gonghui.systems.mobilization.membership.permissions import DECIDE_CHANGE
from gonghui.systems.mobilization.membership.queries.unions import profile_of
from gonghui.systems.mobilization.membership.rules import changes as rules

OF_A_UNION = "the open request of one union whose place the caller has checked"
ABOVE = "superiors are named to whoever asks to change them"


def key_facts(union: Union) -> dict[str, Any]:
    """The key fields of a union as they stand now."""
    return {
        "name": union.name,
        "uscc": union.uscc,
        "parent": union.parent_id,
        "kind": union.kind,
        "industry": union.industry,
        "chair": profile_of(union).chair_name,
    }


def open_change(union: Union) -> UnionChange | None:
    """The request of a union that is not decided yet."""
    rows = UnionChange.objects.unscoped(OF_A_UNION)
    return rows.filter(union=union, state__in=OPEN).first()


def union_at(path: str) -> Union:
    """The union whose path this is, whoever may see it."""
    return Union.objects.unscoped(ABOVE).get(path=path)


def may_decide(change: UnionChange, actor: Actor) -> bool:
    """Whether the actor decides on the request now: at the superior's place, and not their own."""
    return (
        change.state == ChangeState.SUBMITTED
        and actor.user_id != change.submitted_by_id
        and actor.may(DECIDE_CHANGE, change.decider.path)
    )


def search_changes(rows: QuerySet, text: str, scope: Scope) -> QuerySet:
    """Requests by receipt number or by a part of the union's name."""
    if text.upper().startswith("BG"):
        return rows.filter(receipt=text.upper())
    return rows.filter(union__name__contains=text)


def overlaps(change: UnionChange, now: dict[str, Any]) -> list[str]:
    """Titles of fields that no longer stand as the request saw them."""
    return [
        title
        for field, title in rules.ITEMS.items()
        if field in change.after and change.before.get(field) != now.get(field)
    ]
