"""Posts: what a post may carry, and when somebody may take it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from gonghui.kernel.base.errors import Conflict, Refusal

ROLES_OF_POSTS = "岗位只承载业务权限，管理员权限由安全管理员逐人授予"
HEADCOUNT = "在岗人数不超过编制数"


def check_roles(roles: Sequence[str], allowed: Collection[str]) -> list[str]:
    """The codes in the order of `allowed`, each once; refuse any other."""
    strange = [code for code in roles if code not in allowed]
    if strange:
        raise Refusal("岗位不能带有管理员权限。", rule=ROLES_OF_POSTS, field="roles")
    return [code for code in allowed if code in set(roles)]


def check_vacancy(headcount: int, holders: int) -> None:
    if holders >= headcount:
        raise Conflict(
            f"岗位编制 {headcount} 人，已满。",
            rule=HEADCOUNT,
            remedy="请先办理离岗，或由系统管理员调整编制数。",
            code="no_vacancy",
        )


def check_headcount(headcount: int, holders: int) -> None:
    if headcount < holders:
        raise Refusal(
            f"现有 {holders} 人在岗，编制数不能少于在岗人数。", rule=HEADCOUNT, field="headcount"
        )


def check_days(from_on: date, until_on: date | None) -> None:
    if until_on is not None and until_on < from_on:
        raise Refusal("任职期限不能早于任职日期。", field="until_on")
