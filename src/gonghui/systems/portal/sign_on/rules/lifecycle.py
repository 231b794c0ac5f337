"""States of a registered application, and when it is due for review."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from gonghui.kernel.base.errors import Conflict, Forbidden

DRAFT, SUBMITTED, ACTIVE, SUSPENDED, RETIRED = (
    "draft",
    "submitted",
    "active",
    "suspended",
    "retired",
)
TWO_PEOPLE = "GB/T 22239-2019 8.1.6.1 岗位设置：登记与批准由不同管理员办理"
ALLOWED = {
    "amend": (DRAFT, ACTIVE),
    "submit": (DRAFT,),
    "send_back": (SUBMITTED,),
    "approve": (SUBMITTED,),
    "secret": (ACTIVE,),
    "review": (ACTIVE, SUSPENDED),
    "suspend": (ACTIVE,),
    "resume": (SUSPENDED,),
    "retire": (DRAFT, SUBMITTED, ACTIVE, SUSPENDED),
}
WORDS = {
    "amend": "修改",
    "submit": "提交审核",
    "send_back": "退回",
    "approve": "批准",
    "secret": "更换密钥",
    "review": "复核",
    "suspend": "暂停",
    "resume": "恢复",
    "retire": "注销",
}


def check_state(verb: str, state: str) -> None:
    """Refuse a step that does not fit the state."""
    if state not in ALLOWED[verb]:
        raise Conflict(
            f"应用目前的状态不能“{WORDS[verb]}”。",
            remedy="请回到详情页查看它的当前状态。",
            code="state",
        )


def check_two_people(maintained_by: set[int | None], decider: int | None) -> None:
    """Refuse a decision by somebody who registered or changed the application."""
    if decider in maintained_by:
        raise Forbidden(
            "登记或修改过这个应用的人不能批准、复核或恢复它。",
            rule=TWO_PEOPLE,
            remedy="请由另一位安全管理员办理。",
            code="same_person",
        )


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def is_overdue(due: date | None, today: date) -> bool:
    """Whether the review should have been done."""
    return due is not None and due < today


def is_lapsed(due: date | None, today: date, grace_days: int) -> bool:
    """Whether the review is so late that the application is suspended."""
    return due is not None and due + timedelta(days=grace_days) < today
