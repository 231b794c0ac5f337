"""Who must not sign a step that comes to them: recusal (回避), or no right to its effects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.process.declaring import Flow
from gonghui.kernel.process.definitions import compiled, flow_of
from gonghui.kernel.process.linting import led_to
from gonghui.kernel.process.models import Case, ItemKind, ItemState, WorkItem

SIGNED = "who signed an earlier step of a case must not sign another one of it"
OWN = "办理人与事项有利害关系的，应当回避"
TWICE = "同一事项的各个环节由不同的人办理"


def barred(case: Case, step: str, subject: Any) -> frozenset[int]:
    """Ids of users who must not sign a step, whatever role they hold."""
    flow = flow_of(case.flow)
    return frozenset({*_parties(flow, subject), *_signed(flow, case, step)})


def _parties(flow: Flow, subject: Any) -> set[int]:
    if flow.parties is None:
        return set()
    # The record of a party may lie in another part of the tree.
    with wall_at(Scope.everything()):
        return set(flow.parties(subject))


def _signed(flow: Flow, case: Case, step: str) -> dict[int, str]:
    """Users who signed another step of a case, for themselves or another: id → that step."""
    if not flow.once:
        return {}
    rows = WorkItem.objects.unscoped(SIGNED).filter(
        case=case, state=ItemState.DONE, kind=ItemKind.SIGN
    )
    found: dict[int, str] = {}
    signed = rows.exclude(step=step).order_by("pk")
    for by, giver, title in signed.values_list("decided_by_id", "on_behalf_of_id", "title"):
        for user in (by, giver):
            if user is not None:
                found.setdefault(user, title)
    return found


def hindrance(
    case: Case, step: str, subject: Any, users: Iterable[int | None], name: str = "您"
) -> Forbidden | None:
    """Why none of these users may sign a step for one another; None when they may.

    users: who signs, and for whom. name: how the words call them.
    """
    flow = flow_of(case.flow)
    asked = {user for user in users if user is not None}
    if asked & _parties(flow, subject):
        return Forbidden(
            f"这是{name}本人的或由{name}录入的事项，不能由{name}办理。",
            rule=OWN,
            remedy="请由同岗位的其他人员或上级工会办理。",
            code="own_matter",
        )
    signed = _signed(flow, case, step)
    for user in asked & set(signed):
        return Forbidden(
            f"{name}已办理过“{signed[user]}”，这一环节不能再由{name}办理。",
            rule=TWICE,
            remedy="请由同岗位的其他人员办理，或转办给其他有权办理的人员。",
            code="signed_before",
        )
    return None


def lacking(case: Case, step: str, actor: Actor, name: str = "您") -> Forbidden | None:
    """Why somebody could not do what signing a step leads to at once; None when they could."""
    needs = flow_of(case.flow).needs()
    if not needs:
        return None
    for node in led_to(compiled(case.definition_id).diagram, step):
        permission = needs.get(node.attributes.get("effect", ""))
        if permission is None or actor.may(permission, case.org_path, case.person_id):
            continue
        roles = "、".join(role.title for role in permission.roles)
        return Forbidden(
            f"这一环节之后会“{node.title}”，{name}在{case.union.name}没有“{permission.title}”的权限。",
            rule=f"“{permission.title}”由{roles}办理",
            remedy=f"请由{roles}办理；需要听取其他人意见的，用“征询意见”。",
            code="not_entitled",
        )
    return None
