"""Saving, changing, undoing and stopping charts and reports."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.org.models import Union
from gonghui.systems.foundation.components.models import Definition, Edition
from gonghui.systems.foundation.components.permissions import EDIT_CHARTS, STOP_CHARTS
from gonghui.systems.foundation.components.queries.contents import Content, check
from gonghui.systems.foundation.components.rules import charting


@action("charts.save", "保存图形或报表", EDIT_CHARTS, creates=True)
def save(union: Union, *, by: Actor, dataset: str, content: Content) -> Definition:
    """A new definition of the actor's own."""
    check(dataset, content, by)
    found = Definition(
        owner_id=_person(by),
        owner_name=by.name,
        dataset=dataset,
        **_fields(content),
        changed_at=timezone.now(),
    )
    found.place_at(union)
    found.save()
    _edition(found, by, found.number, "新建")
    return found


@action("charts.change", "修改图形或报表", EDIT_CHARTS)
def change(definition: Definition, *, by: Actor, content: Content, reason: str = "") -> Definition:
    """A new version; only its owner's."""
    _owned(definition, by)
    check(definition.dataset, content, by)
    fields = _fields(content)
    if all(getattr(definition, name) == value for name, value in fields.items()):
        raise Refusal("没有改动任何内容。", remedy="请改好后再保存。", code="chart.same")
    _apply(definition, fields)
    _edition(definition, by, definition.number, reason or "修改")
    return definition


@action("charts.undo", "撤销图形或报表的修改", EDIT_CHARTS)
def undo(definition: Definition, *, by: Actor) -> Definition:
    """Take the last change back; again, the one before it."""
    _owned(definition, by)
    contents = list(definition.editions.order_by("number").values_list("number", "content"))
    return _take_back(definition, by, charting.undone(contents))


@action("charts.restore", "恢复图形或报表的旧版本", EDIT_CHARTS)
def restore(definition: Definition, *, by: Actor, number: int) -> Definition:
    """Make an earlier version the latest one."""
    _owned(definition, by)
    edition = definition.editions.filter(number=number).first()
    if edition is None:
        raise Refusal(f"没有第 {number} 版。", remedy="请从版本列表中选择。")
    return _take_back(definition, by, edition.content)


@action("charts.stop", "停用图形或报表", EDIT_CHARTS)
def stop(definition: Definition, *, by: Actor, reason: str = "") -> Definition:
    """Nobody finds it any more but its owner; an administrator of the place may stop it too."""
    if definition.owner_id != by.user_id:
        by.require(STOP_CHARTS, definition.org_path)
    if not definition.active:
        raise Conflict("已经停用了。")
    definition.active = False
    return _kept(definition)


@action("charts.resume", "恢复使用图形或报表", EDIT_CHARTS)
def resume(definition: Definition, *, by: Actor) -> Definition:
    _owned(definition, by, stopped=True)
    if definition.active:
        raise Conflict("正在使用，不需要恢复。")
    definition.active = True
    return _kept(definition)


def _person(by: Actor) -> int:
    if by.user_id is None:
        raise Forbidden("图形和报表属于保存它的人，平台作业不能保存。", code="forbidden")
    return by.user_id


def _owned(definition: Definition, by: Actor, stopped: bool = False) -> None:
    if definition.owner_id != by.user_id:
        raise Forbidden(
            f"“{definition.title}”由{definition.owner_name}制作，只有本人可以修改。",
            remedy="可以“复制为我的”再修改。",
            code="forbidden",
        )
    if not definition.active and not stopped:
        raise Conflict("已经停用，不能修改。", remedy="请先恢复使用。")


def _fields(content: Content) -> dict[str, Any]:
    return {
        "title": content.title,
        "kind": content.kind,
        "spec": content.spec.stored(),
        "audience": content.audience,
    }


def _apply(definition: Definition, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(definition, name, value)
    definition.number += 1
    definition.changed_at = timezone.now()
    _kept(definition)


def _kept(definition: Definition) -> Definition:
    definition.version += 1
    definition.save()
    return definition


def _edition(definition: Definition, by: Actor, content: int, words: str) -> None:
    Edition.objects.create(
        definition=definition,
        number=definition.number,
        content=content,
        title=definition.title,
        kind=definition.kind,
        spec=definition.spec,
        audience=definition.audience,
        words=words[:200],
        at=definition.changed_at,
        by_name=by.name,
    )


def _take_back(definition: Definition, by: Actor, number: int) -> Definition:
    edition = definition.editions.get(number=number)
    contents = definition.editions.order_by("-number").values_list("content", flat=True)
    if contents.first() == number:
        raise Conflict(f"现在用的就是第 {number} 版的内容。", remedy="请选择别的版本。")
    fields = {name: getattr(edition, name) for name in ("title", "kind", "spec", "audience")}
    _apply(definition, fields)
    _edition(definition, by, number, f"恢复第 {number} 版的内容")
    note(restored=number)
    return definition
