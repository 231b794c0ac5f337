"""Recording security events: in the running transaction, or after it whatever its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import transaction

from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.security.models import SecurityEvent, Severity


class Kind(StrEnum):
    """What happened; the words are in TITLES."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    LOCKED_OUT = "locked_out"
    NEW_DEVICE = "new_device"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    CREDENTIAL_CHANGED = "credential_changed"
    STEP_UP_FAILED = "step_up_failed"
    DENIED = "denied"
    SCAN = "scan"
    RATE_LIMITED = "rate_limited"
    UNUSUAL_EXPORT = "unusual_export"
    UPLOAD_REFUSED = "upload_refused"
    OUTGOING_REFUSED = "outgoing_refused"
    TAMPERING = "tampering"
    RIGHTS_CHANGED = "rights_changed"
    TOKEN_MISUSED = "token_misused"


TITLES = {
    Kind.SIGNED_IN: "登录成功",
    Kind.SIGN_IN_FAILED: "登录失败",
    Kind.LOCKED_OUT: "账号锁定",
    Kind.NEW_DEVICE: "新设备登录",
    Kind.SIGNED_OUT: "退出登录",
    Kind.SESSION_ENDED: "会话被结束",
    Kind.CREDENTIAL_CHANGED: "登录凭证变更",
    Kind.STEP_UP_FAILED: "再次验证失败",
    Kind.DENIED: "越权访问被拒绝",
    Kind.SCAN: "疑似扫描",
    Kind.RATE_LIMITED: "访问过于频繁",
    Kind.UNUSUAL_EXPORT: "异常导出",
    Kind.UPLOAD_REFUSED: "上传被拒绝",
    Kind.OUTGOING_REFUSED: "外联被拒绝",
    Kind.TAMPERING: "疑似篡改",
    Kind.RIGHTS_CHANGED: "权限变更",
    Kind.TOKEN_MISUSED: "令牌异常使用",
}


FACTS = {
    "address": "地址",
    "client": "应用",
    "code": "原因",
    "device": "设备",
    "host": "主机",
    "key": "编号",
    "large": "数量大",
    "limit": "限额",
    "method": "方式",
    "minutes": "分钟",
    "minutes_slowed": "放慢分钟数",
    "night": "夜间",
    "pk": "记录编号",
    "purpose": "用途",
    "rate": "限额种类",
    "refusals": "被拒次数",
    "rows": "行数",
    "sha256": "文件摘要",
    "virus": "病毒名",
    "why": "原因",
    "after": "变更后",
    "before": "变更前",
    "by": "操作人",
    "finding": "发现",
    "place": "所在地",
    "remark": "备注",
    "role": "角色",
    "scopes": "授权范围",
    "sid": "会话",
    "sign_on": "单点登录",
    "token": "令牌",
    "what": "内容",
    "way": "方式",
}
"""Words of the facts that events carry; a fact without words is shown by its value alone."""


CODES = {
    "active": "文件含脚本",
    "address": "地址写法不正确",
    "anonymous": "没有登录",
    "bomb": "压缩包展开过大",
    "double_extension": "双重扩展名",
    "encrypted": "设有密码",
    "entities": "含外部实体",
    "external": "会读取外部内容",
    "forbidden": "没有权限",
    "host": "主机名写法不正确",
    "infected": "含病毒",
    "macro": "含宏",
    "markup": "是网页",
    "mismatch": "内容与扩展名不符",
    "object": "嵌有其他程序的对象",
    "packed": "应答经过压缩",
    "plain": "没有使用 https",
    "polyglot": "一个文件两种内容",
    "private": "指向内网、本机或保留地址",
    "program": "含程序",
    "redirect": "要求转到别处",
    "scheme": "不是网页地址",
    "too_large": "超过大小上限",
    "too_many_pixels": "图片过大",
    "unsafe_path": "含不安全的路径",
    "userinfo": "地址带用户名或密码",
}
"""Words of the codes that stand as reasons among the facts."""


@dataclass(frozen=True)
class Happening:
    """One event to record; facts hold no personal data and no secret."""

    kind: Kind
    severity: str = Severity.INFO
    user_id: int | None = None
    name: str = ""
    ip: str = ""
    subject: str = ""
    org_path: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


_waiting: ContextVar[list[Happening] | None] = ContextVar("security_events", default=None)


def record(happening: Happening) -> None:
    """Write an event in the running transaction and publish it to the bus."""
    with transaction.atomic():
        row = SecurityEvent.objects.create(
            kind=happening.kind,
            severity=happening.severity,
            user_id=happening.user_id,
            name=happening.name[:120],
            ip=happening.ip[:45],
            subject=happening.subject[:200],
            org_path=happening.org_path[:200],
            facts=dict(happening.facts),
        )
        publish(
            f"cn.gonghui.security.{happening.kind}",
            str(row.pk),
            {"severity": happening.severity, "user": happening.user_id, "name": row.name},
            happening.org_path,
        )


def remember(happening: Happening) -> None:
    """Record an event after the request's transaction ended, even if it is rolled back.

    Outside a request it is recorded at once.
    """
    waiting = _waiting.get()
    if waiting is None:
        record(happening)
    else:
        waiting.append(happening)


def begin() -> None:
    """Start to keep what the request remembers."""
    _waiting.set([])


def flush() -> None:
    """Record what the request remembered; called when its transaction has ended."""
    waiting = _waiting.get()
    _waiting.set(None)
    for happening in waiting or ():
        record(happening)
