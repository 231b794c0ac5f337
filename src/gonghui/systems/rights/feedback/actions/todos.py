"""Kinds of to-dos and messages of C4.5, and opening them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gonghui.kernel.notify import messages
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union

CRISIS, ALERT, APPEAL, MISSED, PUBLISH = (
    "feedback.crisis",
    "feedback.alert",
    "feedback.appeal",
    "feedback.missed",
    "feedback.publish",
)
for _code, _title in (
    (CRISIS, "紧急来件，马上联系"),
    (ALERT, "集体事项预警"),
    (APPEAL, "办理复查复核"),
    (MISSED, "回拨未接来电"),
    (PUBLISH, "审核意见征求和问卷"),
):
    register_kind(_code, _title)

DUTY = Category("feedback.duty", "值班提醒", may_mute=False)
URGENT = Template(
    "feedback.urgent", "紧急来件 {number}", "内容里有危急的话，请马上联系来件人。", DUTY, "{link}"
)
WATCH = Template(
    "feedback.watch",
    "集体事项预警：{number}",
    "已有 {people} 人反映同一事项，提示{level}。",
    DUTY,
    "{link}",
)


def open_at(
    kind: str,
    target: Any,
    title: str,
    link: str,
    union: Union,
    permission: str,
    due_at: datetime | None = None,
) -> None:
    """A to-do of whoever holds the permission at the union."""
    open_todo(
        kind=kind,
        target_type=target._meta.label_lower,
        target_id=target.pk,
        title=title,
        link=link,
        org_path=union.path,
        union_id=union.pk,
        permission=permission,
        due_at=due_at,
    )


def close_for(kind: str, target: Any, by: int | None) -> int:
    """Close the open ones of a kind; returns how many."""
    return close_todo(target_type=target._meta.label_lower, target_id=target.pk, kind=kind, by=by)


def tell_users(users: list[int], template: Template, words: dict[str, Any], path: str) -> None:
    if users:
        messages.send([Recipient(user_id=pk) for pk in users], template, words, org_path=path)
