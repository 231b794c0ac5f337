"""Changes of the tree (组织变动) by a superior: found, rename, move, merge, split, close.

Who may: an approver of the superior, for a move or merger of both superiors; the union itself
never. The tree and its history are the kernel's; members follow by its jobs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.org import ending, tree
from gonghui.kernel.org.models import OrgEvent, Union, UnionKind
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions.changes import end_open
from gonghui.systems.mobilization.membership.actions.evidence import tie
from gonghui.systems.mobilization.membership.actions.terms import end_terms
from gonghui.systems.mobilization.membership.actions.unions import checked_uscc
from gonghui.systems.mobilization.membership.queries.tree import members_in
from gonghui.systems.mobilization.membership.rules import tree as rules

FRESH = "the unions of a change of the tree, read again under its lock"
BY_SUPERIOR = "组织变动由上级工会办理；涉及两个上级的，由两者共同的上级办理"


@action("unions.found", "登记下级工会", permissions.RESTRUCTURE, creates=True)
def found(
    superior: Union,
    *,
    by: Actor,
    name: str,
    kind: str,
    on: date,
    document: str,
    region: str = "",
    industry: str = "",
    uscc: str = "",
    note: str = "",
    evidence_key: UUID | None = None,
) -> Union:
    """Enter an existing union from paper under its superior, with the number of its document."""
    _need(document)
    _check_kind(kind, superior)
    if uscc:
        grassroots = kind in (UnionKind.BASIC, UnionKind.JOINT)
        uscc = checked_uscc(uscc, grassroots=grassroots)
    union = tree.found(
        name.strip(),
        kind,
        superior,
        on=on,
        today=timezone.localdate(),
        region=region,
        industry=industry,
        uscc=uscc,
        document=document,
        note=note,
    )
    event = OrgEvent.objects.unscoped("the event just written").get(union=union)
    _prove(event, evidence_key, by)
    return union


@action("unions.rename", "工会更名", permissions.RESTRUCTURE)
def rename(
    union: Union,
    *,
    by: Actor,
    name: str,
    on: date,
    document: str,
    note: str = "",
    evidence_key: UUID | None = None,
) -> OrgEvent:
    """Give a union another name from a day on."""
    _need(document)
    _require_above(union, by)
    event = tree.rename(
        union, name.strip(), on=on, today=timezone.localdate(), document=document, note=note
    )
    _prove(event, evidence_key, by)
    return event


@action("unions.move", "变更上级工会", permissions.RESTRUCTURE)
def move(
    union: Union,
    *,
    by: Actor,
    parent: Union,
    on: date,
    document: str,
    note: str = "",
    evidence_key: UUID | None = None,
) -> OrgEvent:
    """Put a union and all below it under another superior from a day on."""
    _need(document)
    union, parent = _fresh(union, parent)
    _require_above(union, by)
    by.require(permissions.RESTRUCTURE, parent.path)
    _check_kind(union.kind, parent)
    event = tree.move(
        union, parent, on=on, today=timezone.localdate(), document=document, note=note
    )
    _prove(event, evidence_key, by)
    return event


@action("unions.merge", "合并工会", permissions.RESTRUCTURE)
def merge(
    union: Union,
    *,
    by: Actor,
    into: Union,
    on: date,
    document: str,
    note: str = "",
    evidence_key: UUID | None = None,
    stated: Mapping[str, Any] | None = None,
) -> OrgEvent:
    """End a union on a day; its subordinates, members and workers go to `into`.

    stated: what the demands of `kernel.org.ending` ask for, by field.
    """
    _need(document)
    union, into = _fresh(union, into)
    _require_above(union, by)
    _require_above(into, by)
    ending.keep(ending.Ending(union, into, document, note, by, stated or {}))
    event = tree.merge(union, into, on=on, today=timezone.localdate(), document=document, note=note)
    _settle(union, f"“{union.name}”已并入“{into.name}”，申请终止。", by)
    _prove(event, evidence_key, by)
    return event


@action("unions.split", "分立工会", permissions.RESTRUCTURE)
def split(
    union: Union,
    *,
    by: Actor,
    names: Sequence[str],
    kind: str,
    on: date,
    document: str,
    note: str = "",
    evidence_key: UUID | None = None,
) -> list[Union]:
    """Found new unions beside `union` out of its ranks; its members move by transfer after it."""
    _need(document)
    _require_above(union, by)
    if not names:
        raise Refusal("请填写分立出的工会名称，每行一个。", field="names")
    assert union.parent is not None
    _check_kind(kind, union.parent)
    made = tree.split(
        union,
        [(name, kind) for name in names],
        on=on,
        today=timezone.localdate(),
        document=document,
        note=note,
    )
    if evidence_key is not None:
        rows = OrgEvent.objects.unscoped("the events just written")
        _prove(rows.get(union=made[0]), evidence_key, by)
    return made


@action("unions.close", "撤销工会", permissions.RESTRUCTURE)
def close(
    union: Union,
    *,
    by: Actor,
    on: date,
    document: str,
    note: str = "",
    evidence_key: UUID | None = None,
    stated: Mapping[str, Any] | None = None,
) -> OrgEvent:
    """End a union that has neither members nor subordinates, on a day; stated: as in `merge`."""
    _need(document)
    _require_above(union, by)
    ending.keep(ending.Ending(union, None, document, note, by, stated or {}))
    event = tree.close(
        union,
        on=on,
        today=timezone.localdate(),
        members=members_in(union),
        document=document,
        note=note,
    )
    _settle(union, f"“{union.name}”已撤销，申请终止。", by)
    _prove(event, evidence_key, by)
    return event


def _need(document: str) -> None:
    if not document.strip():
        raise Refusal(
            "请填写依据的文号。",
            rule="组织变动应有上级工会的批复文件",
            remedy="没有文号的，请填写会议纪要或批复的名称和日期。",
            field="document",
        )


def _require_above(union: Union, by: Actor) -> None:
    """Refuse unless the actor holds the permission at the superior of a union."""
    if union.parent is None:
        raise Refusal("省总工会没有上级工会，不能在平台上办理组织变动。", rule=BY_SUPERIOR)
    by.require(permissions.RESTRUCTURE, union.parent.path)


def _fresh(union: Union, other: Union) -> tuple[Union, Union]:
    """Both unions as they are once no other change of the tree runs."""
    tree.lock_tree()
    rows = Union.objects.unscoped(FRESH).select_related("parent").in_bulk([union.pk, other.pk])
    fresh, fresh_other = rows[union.pk], rows[other.pk]
    if not fresh.is_active:
        raise Conflict(f"“{fresh.name}”{fresh.get_status_display()}，不能再变更。")
    return fresh, fresh_other


def _check_kind(kind: str, parent: Union) -> None:
    if not rules.may_stand_under(kind, parent.kind):
        raise Refusal(
            f"{UnionKind(kind).label}不能设在“{parent.name}”（{parent.get_kind_display()}）之下。",
            rule=rules.CHARTER,
            field="kind",
        )


def _settle(union: Union, why: str, by: Actor) -> None:
    """End what the ended union itself has open: change requests and its term."""
    end_open([union.pk], why, by=by)
    end_terms([union.pk], by=by)


def _prove(event: OrgEvent, key: UUID | None, by: Actor) -> None:
    if key is not None:
        tie(key, event, event.org_path, by=by)
