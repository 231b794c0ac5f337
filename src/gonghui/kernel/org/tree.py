"""Changes of the tree: found, rename, reclassify, move, merge, split, close.

Plain functions for actions to call inside their transaction; they check the rules of the
tree and know nothing of who asks. Every change takes effect on a day (never after today)
and leaves the versions before that day as they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.org.models import (
    GRASSROOTS,
    EventKind,
    OrgEvent,
    Union,
    UnionKind,
    UnionStatus,
    UnionVersion,
)
from gonghui.kernel.org.scoping import Range

TREE = "组织树变更"
MAX_DEPTH = 9


def found(
    name: str,
    kind: str,
    parent: Union | None,
    *,
    on: date,
    today: date,
    region: str = "",
    industry: str = "",
    uscc: str = "",
    document: str = "",
    note: str = "",
    event_kind: EventKind = EventKind.FOUND,
    other: Union | None = None,
) -> Union:
    """Found a union under `parent` on a day."""
    _check_day(on, today)
    if parent is not None:
        _check_superior(parent, on)
        if _name_taken(name, parent):
            raise Refusal(
                f"“{parent.name}”下已有名为“{name}”的工会。",
                rule="同一上级之下工会名称不得重复",
                remedy="请核对是否重复建会，或使用单位全称。",
                field="name",
            )
    union = Union(
        name=name,
        kind=kind,
        parent=parent,
        region=region or (parent.region if parent else ""),
        industry=industry,
        uscc=uscc,
        founded_on=on,
        version_from=on,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('org_union', 'id'))")
        union.pk = cursor.fetchone()[0]
    _place(union, parent)
    union.save(force_insert=True)
    event = _event(event_kind, union, on, document, note, other)
    _open_version(union, on, event)
    publish("cn.gonghui.org.founded", f"union/{union.pk}", {"id": union.pk}, union.path)
    return union


def rename(
    union: Union, name: str, *, on: date, today: date, document: str = "", note: str = ""
) -> OrgEvent:
    """Give a union another name from a day on."""
    _check_change(union, on, today)
    if union.parent and _name_taken(name, union.parent, but=union.pk):
        raise Refusal(f"“{union.parent.name}”下已有名为“{name}”的工会。", field="name")
    event = _event(EventKind.RENAME, union, on, document, note or f"原名：{union.name}")
    union.name = name
    union.save(update_fields=["name"])
    _new_versions([union], on, event)
    return event


def reclassify(
    union: Union, kind: str, *, on: date, today: date, document: str = "", note: str = ""
) -> OrgEvent:
    """Make a union one of another kind (类型) from a day on."""
    _check_change(union, on, today)
    if kind == union.kind:
        raise Refusal(f"“{union.name}”已经是{UnionKind(kind).label}。", field="kind")
    children = list(_children(union)) if kind in GRASSROOTS else []
    if children:
        raise Refusal(
            f"“{union.name}”还有 {len(children)} 个下级工会，不能改为{UnionKind(kind).label}。",
            rule="基层工会之下不再设工会",
            remedy="请先调整下级工会的上级。",
            field="kind",
        )
    former = UnionKind(union.kind).label
    event = _event(EventKind.KIND, union, on, document, note or f"原类型：{former}")
    union.kind = kind
    union.save(update_fields=["kind"])
    _new_versions([union], on, event)
    return event


def move(
    union: Union, parent: Union, *, on: date, today: date, document: str = "", note: str = ""
) -> OrgEvent:
    """Put a union and all below it under another superior from a day on.

    The unions' paths change at once; the rows of members follow by a job that reads the
    published event (cn.gonghui.org.moved).
    """
    lock_tree()
    _check_change(union, on, today)
    _check_superior(parent, on)
    if Range.below(union.path).holds(parent.path):
        raise Refusal("不能把工会移到它自己或它的下级之下。", rule="组织树不得成环", field="parent")
    if union.parent_id == parent.pk:
        raise Refusal(f"“{union.name}”的上级已经是“{parent.name}”。", field="parent")
    event = _event(EventKind.MOVE, union, on, document, note or f"原上级：{union.parent}", parent)
    old = union.path
    below = list(_subtree(union, including_self=False))
    _check_versions_before(below, on)
    union.parent = parent
    _place(union, parent)
    union.save(update_fields=["parent", "path", "city_id", "county_id"])
    _repath(old, union)
    moved = list(_subtree(union))
    _new_versions(moved, on, event)
    publish(
        "cn.gonghui.org.moved",
        f"union/{union.pk}",
        {"id": union.pk, "old_path": old, "path": union.path},
        union.path,
    )
    return event


def merge(
    union: Union, into: Union, *, on: date, today: date, document: str = "", note: str = ""
) -> OrgEvent:
    """End a union on a day; its subordinates and members go to `into`.

    Members follow by a job that reads cn.gonghui.org.merged.
    """
    lock_tree()
    _check_change(union, on, today)
    _check_superior(into, on, any_kind=True)
    if union.pk == into.pk or Range.below(union.path).holds(into.path):
        raise Refusal("不能把工会并入它自己或它的下级。", rule="组织树不得成环", field="into")
    children = list(_children(union))
    if children and into.is_grassroots:
        raise Refusal(
            f"“{union.name}”还有 {len(children)} 个下级工会，不能并入基层工会“{into.name}”。",
            rule="基层工会之下不再设工会",
            remedy="请先调整下级工会的上级，或选择可以管理下级的工会。",
            field="into",
        )
    event = _event(EventKind.MERGE, union, on, document, note, into)
    for child in children:
        move(child, into, on=on, today=today, document=document, note=f"随{union.name}合并")
    _end(union, UnionStatus.MERGED, on, event, successor=into)
    publish(
        "cn.gonghui.org.merged",
        f"union/{union.pk}",
        {"id": union.pk, "into": into.pk, "on": on.isoformat()},
        into.path,
    )
    return event


def split(
    union: Union,
    parts: Iterable[tuple[str, str]],
    *,
    on: date,
    today: date,
    document: str = "",
    note: str = "",
) -> list[Union]:
    """Found new unions, given as (name, kind), beside `union` out of its ranks on a day."""
    _check_change(union, on, today)
    if union.parent is None:
        raise Refusal("省总工会不能分立。", field="union")
    names = [name for name, _ in parts]
    if len(set(names)) != len(names):
        raise Refusal("分立出的工会名称重复。", field="names")
    return [
        found(
            name,
            kind,
            union.parent,
            on=on,
            today=today,
            region=union.region,
            industry=union.industry,
            document=document,
            note=note or f"由{union.name}分立",
            event_kind=EventKind.SPLIT,
            other=union,
        )
        for name, kind in parts
    ]


def close(
    union: Union, *, on: date, today: date, members: int, document: str = "", note: str = ""
) -> OrgEvent:
    """End a union on a day; `members` is how many members it still has, which must be none."""
    _check_change(union, on, today)
    children = list(_children(union))
    if children:
        raise Refusal(
            f"“{union.name}”还有 {len(children)} 个下级工会，不能撤销。",
            rule="《中国工会章程》关于基层组织撤销的规定",
            remedy="请先撤销、合并或移交下级工会。",
        )
    if members:
        raise Refusal(
            f"“{union.name}”还有 {members:,} 名会员，不能撤销。",
            rule="《工会会员会籍管理办法》：组织撤销时会员会籍应先行接转",
            remedy="请先为会员办理转会，或改用合并。",
        )
    event = _event(EventKind.CLOSE, union, on, document, note)
    _end(union, UnionStatus.CLOSED, on, event)
    publish("cn.gonghui.org.closed", f"union/{union.pk}", {"id": union.pk}, union.path)
    return event


def set_industry(union: Union, industry: str, *, on: date) -> None:
    """Record another industry, from the present version on."""
    union.industry = industry
    union.save(update_fields=["industry"])
    UnionVersion.objects.unscoped(TREE).filter(union=union, valid_to=None).update(industry=industry)
    publish("cn.gonghui.org.industry", f"union/{union.pk}", {"id": union.pk}, union.path)


def lock_tree() -> None:
    """Let one change of the tree's shape run at a time, so that two moves make no cycle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('gonghui.org.tree'))")


def hold_tree() -> None:
    """Keep the tree's shape as it is until this transaction ends; others may hold it too.

    For writers of many rows, so that none of them gets a path a move has just made old.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('gonghui.org.tree'))")


def _place(union: Union, parent: Union | None) -> None:
    union.path = f"{parent.path if parent else ''}{union.pk}."
    ids = [int(part) for part in union.path.rstrip(".").split(".")]
    if len(ids) > MAX_DEPTH:
        raise Refusal(f"工会层级不能超过 {MAX_DEPTH} 级。", field="parent")
    union.city_id = ids[1] if len(ids) > 1 else None
    union.county_id = ids[2] if len(ids) > 2 else None


def _repath(old: str, union: Union) -> None:
    """Rewrite the paths below a union that has moved from `old`."""
    span = Range.below(old)
    rows = Union.objects.unscoped(TREE).filter(path__gte=span.lo, path__lt=span.hi)
    rows.update(path=Concat(Value(union.path), Substr("path", len(old) + 1)))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE org_union SET city_id = nullif(split_part(path, '.', 2), '')::bigint,"
            " county_id = nullif(split_part(path, '.', 3), '')::bigint"
            " WHERE path >= %s AND path < %s",
            [union.path, Range.below(union.path).hi],
        )


def _subtree(union: Union, *, including_self: bool = True) -> Iterable[Union]:
    span = Range.below(union.path)
    rows = Union.objects.unscoped(TREE).filter(path__gte=span.lo, path__lt=span.hi)
    return rows if including_self else rows.exclude(pk=union.pk)


def _children(union: Union) -> Iterable[Union]:
    return (
        Union.objects.unscoped(TREE)
        .filter(parent=union, status=UnionStatus.ACTIVE)
        .select_for_update()
    )


def _name_taken(name: str, parent: Union, but: int | None = None) -> bool:
    rows = Union.objects.unscoped(TREE).filter(parent=parent, name=name, status=UnionStatus.ACTIVE)
    return rows.exclude(pk=but).exists()


def _event(
    kind: EventKind,
    union: Union,
    on: date,
    document: str,
    note: str,
    other: Union | None = None,
) -> OrgEvent:
    return OrgEvent.objects.create(
        kind=kind,
        union=union,
        other=other,
        org_path=union.path,
        on=on,
        document=document,
        note=note,
    )


def _open_version(union: Union, on: date, event: OrgEvent) -> None:
    UnionVersion.objects.bulk_create([_version(union, on, event)])


def _version(union: Union, on: date, event: OrgEvent) -> UnionVersion:
    return UnionVersion(
        union=union,
        name=union.name,
        kind=union.kind,
        parent_id=union.parent_id,
        path=union.path,
        city_id=union.city_id,
        county_id=union.county_id,
        industry=union.industry,
        status=union.status,
        valid_from=on,
        event=event,
    )


def _new_versions(unions: list[Union], on: date, event: OrgEvent) -> None:
    """Close the open versions on a day and open the present state from it."""
    ids = [union.pk for union in unions]
    rows = UnionVersion.objects.unscoped(TREE).filter(union_id__in=ids, valid_to=None)
    rows.filter(valid_from=on).delete()
    rows.update(valid_to=on)
    UnionVersion.objects.bulk_create([_version(union, on, event) for union in unions])
    Union.objects.unscoped(TREE).filter(pk__in=ids).update(version_from=on)
    for union in unions:
        union.version_from = on


def _end(
    union: Union, status: UnionStatus, on: date, event: OrgEvent, successor: Union | None = None
) -> None:
    union.status = status
    union.ended_on = on
    union.successor = successor
    union.save(update_fields=["status", "ended_on", "successor"])
    _new_versions([union], on, event)


def _check_day(on: date, today: date) -> None:
    if on > today:
        raise Refusal("生效日期不能晚于今天。", remedy="请在生效当天或之后办理。", field="on")


def _check_change(union: Union, on: date, today: date) -> None:
    _check_day(on, today)
    if not union.is_active:
        raise Refusal(f"“{union.name}”{union.get_status_display()}，不能再变更。")
    _check_versions_before([union], on)


def _check_versions_before(unions: Iterable[Union], on: date) -> None:
    for union in unions:
        if union.version_from > on:
            raise Refusal(
                f"“{union.name}”在 {union.version_from:%Y-%m-%d} 已有变更，"
                "生效日期不能早于那一天。",
                rule="组织变动按时间先后登记，已登记的历史不得改写",
                field="on",
            )


def _check_superior(parent: Union, on: date, *, any_kind: bool = False) -> None:
    if not parent.is_active:
        raise Refusal(f"“{parent.name}”{parent.get_status_display()}，不能作为上级或承继工会。")
    if parent.founded_on > on:
        raise Refusal(
            f"“{parent.name}”成立于 {parent.founded_on:%Y-%m-%d}，晚于生效日期。", field="on"
        )
    if not any_kind and parent.kind in GRASSROOTS:
        raise Refusal(
            f"“{parent.name}”是{UnionKind(parent.kind).label}，不能作为上级工会。",
            rule="基层工会之下不再设工会",
            remedy="请选择乡镇（街道）以上工会或工会联合会作为上级。",
            field="parent",
        )
