"""Delegations (委托): who may lend what to whom, for how long."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from gonghui.kernel.base.errors import Refusal

OWN_ROLES = "只能委托本人持有的业务权限，管理员权限和受托得到的权限不能再委托"
NEAR = "受托人应是同一工会或下级工会的工作人员"


def check_term(from_on: date, until_on: date, today: date, longest: int) -> None:
    """Within the future, and no longer than `longest` days."""
    if from_on < today:
        raise Refusal("委托不能从过去的日期开始。", field="from_on")
    if until_on < from_on:
        raise Refusal("结束日期不能早于开始日期。", field="until_on")
    if until_on - from_on > timedelta(days=longest - 1):
        raise Refusal(
            f"委托最长 {longest} 天。", remedy="请缩短期限，到期后可以再次委托。", field="until_on"
        )


def check_roles(roles: Collection[str], own: Collection[str]) -> None:
    """Only what the giver holds in their own right."""
    if not roles:
        raise Refusal("请选择要委托的权限。", field="roles")
    if set(roles) - set(own):
        raise Refusal("其中有您没有持有、或不能再委托的权限。", rule=OWN_ROLES, field="roles")


def check_near(taker_path: str, union_path: str) -> None:
    """The taker works at the lent union or below it."""
    if not taker_path.startswith(union_path):
        raise Refusal("受托人不在该工会及其下级工会。", rule=NEAR, field="taker")
