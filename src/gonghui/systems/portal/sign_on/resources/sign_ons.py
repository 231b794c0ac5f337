"""Sign-ons at outside applications, and the record of signing in, as lists."""

from __future__ import annotations

from typing import Any

from django import forms

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm
from gonghui.kernel.security.models import Severity
from gonghui.systems.portal.sign_on import permissions
from gonghui.systems.portal.sign_on.actions import ending
from gonghui.systems.portal.sign_on.models import LogoutNotice, SignInEvent, SignInKind, SignOn, Way
from gonghui.systems.portal.sign_on.rules.scopes import SCOPES


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label="事由", min_length=4, max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


def _open(record: SignOn, actor: Actor) -> bool:
    return record.ended_at is None


def _standing(actor: Actor) -> list[tuple[str, str]]:
    return [("open", "登录中"), ("ended", "已结束")]


def _by_standing(rows: Any, value: str) -> Any:
    return rows.filter(ended_at=None) if value == "open" else rows.exclude(ended_at=None)


def _scopes(record: SignOn) -> str:
    return "、".join(SCOPES[code].title for code in record.scopes if code in SCOPES) or "—"


def _notice(record: SignOn, actor: Actor) -> dict[str, Any] | None:
    """Whether the application has been told that the session ended."""
    found = LogoutNotice.objects.filter(sign_on=record).first()
    return {"notice": found} if found else None


SIGN_ONS = Resource(
    code="sign-ons",
    title="单点登录记录",
    model=SignOn,
    view=permissions.VIEW_SIGN_ONS,
    columns=(
        Column("application__title", "应用", kind="title"),
        Column("user__username", "账号"),
        Column("way", "方式", choices=Way),
        Column("at", "登录时间", kind="datetime"),
        Column("last_at", "最近使用", kind="datetime"),
        Column("ip", "来源地址"),
        Column("ended_at", "结束时间", kind="datetime"),
        Column("end_reason", "结束原因", shown=False),
    ),
    filters=(
        Custom("standing", "状态", _standing, _by_standing),
        Choice("way", "方式", choices=Way),
        Days("at", "登录时间"),
        Under(),
    ),
    sorts=(Sort("id", "登录先后"),),
    search=lambda rows, text, scope: rows.filter(application__title__contains=text),
    search_hint="应用名称",
    facts=(
        Facts(
            "登录",
            (
                ("应用", "application"),
                ("账号", "user.username"),
                ("姓名", lambda record: mask_name(record.user_name)),
                ("方式", "way"),
                ("授权范围", _scopes),
                ("登录时间", "at"),
                ("最近使用", "last_at"),
                ("来源地址", "ip"),
                ("最迟有效期", "expires_at"),
                ("结束时间", "ended_at"),
                ("结束原因", "end_reason"),
            ),
        ),
    ),
    sections=(Section("退出通知", "sign_on/notice.html", _notice),),
    steps=(
        Step(
            ending.end,
            "end",
            "结束登录",
            ReasonForm,
            shown=_open,
            help="收回这次登录的全部令牌，并通知应用退出。",
            tone="danger",
            done="已结束，令牌已收回。",
        ),
        Step(
            ending.end_of_user,
            "end-user",
            "结束该用户的全部应用登录",
            ReasonForm,
            shown=_open,
            help="收回该用户在所有应用的令牌，包括设备。",
            tone="danger",
            done="已全部结束，令牌已收回。",
        ),
    ),
    export=permissions.EXPORT_SIGN_ONS,
    related=("application", "union", "user"),
    empty="还没有人登录过外部应用。",
)


SIGN_INS = Resource(
    code="sign-ins",
    title="登录记录",
    model=SignInEvent,
    view=permissions.VIEW_SIGN_INS,
    rows=lambda rows: rows.filter(kind__in=SignInKind.values),
    columns=(
        Column("kind", "事件", kind="title", choices=SignInKind),
        Column("at", "时间", kind="datetime"),
        Column("name", "账号"),
        Column("subject", "设备或应用"),
        Column("ip", "来源地址"),
        Column("severity", "级别", choices=Severity),
    ),
    filters=(
        Choice("kind", "事件", choices=SignInKind),
        Choice("severity", "级别", choices=Severity),
        Days("at", "时间"),
    ),
    sorts=(Sort("id", "时间先后"),),
    search=lambda rows, text, scope: rows.filter(name=text) | rows.filter(ip=text),
    search_hint="完整的账号或来源地址",
    facts=(
        Facts(
            "事件",
            (
                ("事件", lambda record: SignInKind(record.kind).label),
                ("时间", "at"),
                ("账号", "name"),
                ("设备或应用", "subject"),
                ("来源地址", "ip"),
                ("级别", "severity"),
            ),
        ),
    ),
    timeline=lambda record, actor: (),
    export=permissions.EXPORT_SIGN_INS,
    empty="还没有登录记录。",
)
