"""Unions (工会组织): the list and the record."""

from __future__ import annotations

from gonghui.kernel.org.models import Union, UnionKind, UnionStatus
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Days,
    Facts,
    Resource,
    Sort,
    Under,
)
from gonghui.systems.mobilization.membership import permissions

TONES = {"active": "good", "closed": "idle", "merged": "idle"}

UNIONS = Resource(
    code="unions",
    title="工会组织",
    unit="家",
    model=Union,
    view=permissions.VIEW_UNIONS,
    columns=(
        Column("name", "名称", kind="title"),
        Column("kind", "类型", choices=UnionKind),
        Column("parent__name", "上级工会"),
        Column("uscc", "统一社会信用代码"),
        Column("industry", "行业", table="industry"),
        Column("status", "状态", kind="state", choices=UnionStatus, tones=TONES),
        Column("founded_on", "成立日期", kind="date"),
    ),
    filters=(
        Choice("status", "状态", choices=UnionStatus, default="active"),
        Choice("kind", "类型", choices=UnionKind),
        Days("founded_on", "成立日期"),
        Under(),
    ),
    sorts=(Sort("path", "组织顺序", descending=False), Sort("founded_on", "成立日期")),
    search=lambda rows, text, scope: rows.filter(name__contains=text),
    search_hint="工会名称",
    facts=(
        Facts(
            "基本信息",
            (
                ("名称", "name"),
                ("类型", "kind"),
                ("上级工会", "parent"),
                ("统一社会信用代码", "uscc"),
                ("成立日期", "founded_on"),
            ),
        ),
    ),
    export=permissions.EXPORT_UNIONS,
    related=("parent",),
    empty="还没有工会组织。",
)
