"""Import of users (导入用户): good rows open accounts, bad rows come back marked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.exchange.checking import MaxLength, Mobile, Pattern, PersonName
from gonghui.kernel.exchange.profiles import (
    ImportColumn,
    ImportContext,
    ImportProfile,
    MergeResult,
    RowProblem,
    StagingColumn,
    register,
)
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.foundation.users.actions import posts, staff
from gonghui.systems.foundation.users.models import Post, PostState, Staff, StaffSource, Tenure
from gonghui.systems.foundation.users.permissions import MANAGE_STAFF
from gonghui.systems.foundation.users.rules import staff as rules

UNIONS = "unions"
NAMESAKES = -1
READING = "rows of an import stand below the union its starter may manage"
KEYS = ("name", "username", "mobile", "number", "department", "title", "employer", "post")


@dataclass(frozen=True)
class Employer:
    """An active union of the importing subtree, by full name."""

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        known = [name for name, pk in context.lookups[UNIONS].items() if pk != NAMESAKES]
        return pl.when(cells.is_in(pl.Series(known, dtype=pl.String).implode())).then(cells)

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        if context.lookups[UNIONS].get(cell) == NAMESAKES:
            return Refusal(f"有多个名为“{cell[:40]}”的工会。", remedy="请分开导入到各自的工会。")
        return Refusal(
            f"在本次导入的范围内没有名为“{cell[:40]}”的工会。", remedy="请填写工会全称。"
        )


def with_unions(context: ImportContext) -> ImportContext:
    """Fill in the active unions of the subtree, by name."""
    rows = Union.objects.within(Scope.of([context.org_path])).filter(status=UnionStatus.ACTIVE)
    found: dict[str, int] = {}
    for pk, name in rows.values_list("pk", "name").iterator():
        found[name] = NAMESAKES if name in found else pk
    return replace(context, lookups={**context.lookups, UNIONS: found})


def prepare(frame: pl.DataFrame, context: ImportContext) -> pl.DataFrame:
    """The rows as they are: opening an account is a matter of the actions."""
    return frame.select("row", *KEYS)


def merge(cursor: CursorWrapper, staging: str, context: ImportContext) -> MergeResult:
    """Open each account with its post; a row the rules refuse comes back with the reason."""
    cursor.execute(f"SELECT row, {', '.join(KEYS)} FROM {staging} ORDER BY row")
    by = _actor(context)
    good = unchanged = 0
    problems = []
    for row, *values in cursor.fetchall():
        facts = dict(zip(KEYS, values, strict=True))
        try:
            with transaction.atomic():
                made = _one(facts, context, by)
        except Refusal as refusal:
            column = refusal.field if refusal.field in KEYS else "username"
            problems.append(
                RowProblem(row, column, f"{refusal.message}{refusal.remedy}", refusal.rule)
            )
        else:
            good += made
            unchanged += not made
    return MergeResult(good, unchanged, problems)


def _actor(context: ImportContext) -> Actor:
    user = User.objects.filter(pk=context.actor_id).first()
    if user is None:
        return platform(context.actor_name or "导入用户", "cli")
    return actor_of(user, timezone.localdate(), channel="job")


def _one(facts: dict[str, Any], context: ImportContext, by: Actor) -> bool:
    """Whether the row made or changed something."""
    union = _union(facts["employer"], context)
    known = Staff.objects.unscoped(READING).filter(user__username=facts["username"])
    member = known.select_related("user", "union").first()
    changed = False
    if member is None:
        member = staff.open_user(
            union,
            by=by,
            source=StaffSource.IMPORTED,
            **{key: facts[key] or "" for key in KEYS if key not in {"employer", "post"}},
        )
        changed = True
    elif member.union_id != union.pk or member.name != facts["name"]:
        raise Refusal(
            "这个用户名已属于另一名用户或另一工会。",
            remedy="同一人调动的，请办理“调动”。",
            field="username",
        )
    else:
        changed = _amended(member, facts, by)
    if facts["post"]:
        changed = _appointed(member, union, facts["post"], by) or changed
    return changed


def _union(name: str | None, context: ImportContext) -> Union:
    pk = context.lookups[UNIONS].get(name) if name else context.union_id
    return Union.objects.within(Scope.of([context.org_path])).get(pk=pk)


def _amended(member: Staff, facts: dict[str, Any], by: Actor) -> bool:
    told = {
        key: facts[key] for key in rules.FIELDS if facts[key] and facts[key] != getattr(member, key)
    }
    if not told:
        return False
    staff.amend(member, by=by, reason="批量导入更新", **told)
    return True


def _appointed(member: Staff, union: Union, title: str, by: Actor) -> bool:
    rows = Post.objects.within(Scope.of([union.path]))
    post = rows.filter(union=union, title=title, state=PostState.OPEN).first()
    if post is None:
        raise Refusal(f"{union.name}没有名为“{title}”的岗位。", field="post")
    if Tenure.objects.unscoped(READING).filter(staff=member, post=post, ended_on=None).exists():
        return False
    posts.appoint(post, by=by, staff=member.pk, from_on=timezone.localdate(), document="批量导入")
    return True


COLUMNS = (
    ImportColumn("name", "姓名", required=True, checks=(PersonName(),), example="许若兰"),
    ImportColumn(
        "username",
        "用户名",
        ("账号", "登录名"),
        required=True,
        unique=True,
        checks=(
            MaxLength(60),
            Pattern(r"^[\p{L}\p{N}_.@-]{3,}$", "用户名应为 3 位以上的文字、数字或 - _ . @。"),
        ),
        example="shushan-xuruolan",
        width=24,
    ),
    ImportColumn(
        "mobile",
        "手机号码",
        ("手机", "手机号", "联系电话"),
        checks=(Mobile(),),
        sensitive=True,
        help="激活邀请发到这个号码。",
    ),
    ImportColumn("employer", "所属工会", ("工会", "工会名称"), checks=(Employer(),), width=36),
    ImportColumn("department", "部门", checks=(MaxLength(60),), example="基层工作部"),
    ImportColumn("title", "职务", checks=(MaxLength(60),), example="干事"),
    ImportColumn("number", "工号", checks=(MaxLength(30),)),
    ImportColumn(
        "post", "岗位", checks=(MaxLength(40),), help="该工会已设立的岗位；填写后随岗位取得权限。"
    ),
)

STAFF_IMPORT = register(
    ImportProfile(
        code="staff",
        title="用户",
        columns=COLUMNS,
        staging=tuple(StagingColumn(key, "text") for key in KEYS),
        prepare=prepare,
        merge=merge,
        permission=MANAGE_STAFF,
        context=with_unions,
        chunk_rows=500,
        notes=(
            "没有填写所属工会的，归到本次导入所选的工会。",
            "已有的用户按文件更新部门、职务和工号；再次导入同一文件不会重复开通。",
        ),
    )
)
