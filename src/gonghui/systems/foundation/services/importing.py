"""Import of a workbook of systems: each row is registered as the form would register it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from django.db.backends.utils import CursorWrapper
from django.db.models import TextChoices

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.exchange.checking import Day, MaxLength
from gonghui.kernel.exchange.profiles import (
    ImportColumn,
    ImportContext,
    ImportProfile,
    MergeResult,
    RowProblem,
    StagingColumn,
    register,
)
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.foundation.services.actions import register as actions
from gonghui.systems.foundation.services.models import Service
from gonghui.systems.foundation.services.models.register import Grade, Kind, Stage
from gonghui.systems.foundation.services.permissions import IMPORT_SERVICES

UNIONS = "unions"
TEXTS = ("name", "purpose", "department", "post", "phone", "address", "edition", "supplier")
GUARDED = ("contract_no", "grade", "filing_no")
SAME = "a row names a registration by its union and name"


@dataclass(frozen=True)
class Chosen:
    """One of the words of a choice; gives its code."""

    kind: type[TextChoices]

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        known = {label: value for value, label in self.kind.choices}
        return cells.replace_strict(
            list(known), list(known.values()), default=None, return_dtype=pl.String
        )

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        words = "、".join(label for _, label in self.kind.choices)
        return Refusal(f"没有“{cell[:20]}”这一项。", remedy=f"只能填写：{words}。")


@dataclass(frozen=True)
class Holder:
    """A union of the importing subtree by its full name."""

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        known = context.lookups[UNIONS]
        return cells.replace_strict(
            list(known), list(known.values()), default=None, return_dtype=pl.Int64
        )

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        return Refusal(f"本次导入的范围内没有名为“{cell[:40]}”的工会。", remedy="请填写工会全称。")


def _words(kind: type[TextChoices]) -> Any:
    return lambda: [label for _, label in kind.choices]


COLUMNS = (
    ImportColumn("name", "名称", ("系统名称",), required=True, checks=(MaxLength(80),), width=28),
    ImportColumn(
        "kind",
        "类别",
        required=True,
        checks=(Chosen(Kind),),
        choices=_words(Kind),
        example="应用系统",
    ),
    ImportColumn("purpose", "用途", required=True, checks=(MaxLength(300),), width=40),
    ImportColumn("department", "责任部门", required=True, checks=(MaxLength(60),)),
    ImportColumn("post", "联系岗位", required=True, checks=(MaxLength(40),), help="不写个人姓名。"),
    ImportColumn("phone", "办公电话", checks=(MaxLength(40),), example="0551-60000000"),
    ImportColumn("address", "访问地址", ("网址",), checks=(MaxLength(300),), width=32),
    ImportColumn(
        "stage", "生命周期", checks=(Chosen(Stage),), choices=_words(Stage), example="运行"
    ),
    ImportColumn("edition", "版本", checks=(MaxLength(30),)),
    ImportColumn("supplier", "建设单位", checks=(MaxLength(80),), width=28),
    ImportColumn("live_on", "上线日期", checks=(Day(),), example="2020-03-02"),
    ImportColumn(
        "union",
        "责任单位",
        checks=(Holder(),),
        width=28,
        help="工会全称；不填即为本次导入所选的工会。",
    ),
    ImportColumn("contract_no", "合同编号", checks=(MaxLength(60),)),
    ImportColumn("grade", "等级保护级别", checks=(Chosen(Grade),), choices=_words(Grade)),
    ImportColumn("filing_no", "等级保护备案编号", checks=(MaxLength(60),)),
)
STAGING = (
    *(StagingColumn(key, "text") for key in (*TEXTS, *GUARDED, "kind", "stage")),
    StagingColumn("live_on", "date"),
    StagingColumn("union_id", "bigint"),
)


def with_unions(context: ImportContext) -> ImportContext:
    """The unions of the importing subtree by name."""
    rows = Union.objects.within(Scope.of([context.org_path])).filter(status=UnionStatus.ACTIVE)
    return replace(
        context, lookups={**context.lookups, UNIONS: dict(rows.values_list("name", "pk"))}
    )


def prepare(frame: pl.DataFrame, context: ImportContext) -> pl.DataFrame:
    """The rows to stage: their union, and nothing for what was left empty."""
    return frame.with_columns(
        union_id=pl.col("union").cast(pl.Int64).fill_null(pl.lit(context.union_id, pl.Int64)),
        live_on=pl.col("live_on").cast(pl.Date),
        stage=pl.col("stage").fill_null(Stage.RUNNING.value),
        **{key: pl.col(key).fill_null("") for key in (*TEXTS, "contract_no", "filing_no")},
        grade=pl.col("grade").fill_null(Grade.NONE.value),
    )


def merge(cursor: CursorWrapper, staging: str, context: ImportContext) -> MergeResult:
    """Register or change row by row: a workbook of systems is short, and each is an action."""
    keys = ("row", "union_id", "live_on", "kind", "stage", *TEXTS, *GUARDED)
    cursor.execute(f"SELECT {', '.join(keys)} FROM {staging} ORDER BY row")
    rows = [dict(zip(keys, values, strict=True)) for values in cursor.fetchall()]
    by = Actor(
        user_id=context.actor_id,
        name=context.actor_name,
        channel="job",
        request_id=f"batch/{context.batch_id}",
        everywhere=True,
    )
    problems: list[RowProblem] = []
    good = 0
    for row in rows:
        number = row.pop("row")
        try:
            good += _taken(row, by)
        except Refusal as refusal:
            known = {column.key for column in COLUMNS}
            column = refusal.field if refusal.field in known else "name"
            problems.append(RowProblem(number, column, str(refusal), refusal.rule))
    return MergeResult(good, len(rows) - good - len(problems), problems)


def _taken(row: dict[str, Any], by: Actor) -> bool:
    """Register or change one row; False when it says nothing new."""
    union = Union.objects.unscoped("rows name unions of the importing subtree").get(
        pk=row.pop("union_id")
    )
    guarded = {key: row.pop(key) for key in GUARDED}
    stage = row.pop("stage")
    known = Service.objects.unscoped(SAME).filter(union=union, name=row["name"].strip()).first()
    told = False
    if known is None:
        known = actions.register(union, by=by, stage=stage, sure=True, **row)
        told = True
    elif any(getattr(known, key) != value for key, value in row.items()):
        known = actions.change(known, by=by, sure=True, **row)
        told = True
    if any(guarded.values()) and any(getattr(known, key) != guarded[key] for key in GUARDED):
        actions.guard(known, by=by, **guarded)
        told = True
    return told


PROFILE = register(
    ImportProfile(
        code="services",
        title="系统登记",
        columns=COLUMNS,
        staging=STAGING,
        prepare=prepare,
        merge=merge,
        permission=IMPORT_SERVICES,
        context=with_unions,
        notes=(
            "同一单位、同一名称的系统按变更处理。",
            "联系方式只写岗位和办公电话，不写个人信息。",
        ),
    )
)
