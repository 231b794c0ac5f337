"""Step-up (再次验证身份): sensitive actions ask a person who they are, if that was long ago."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.http import HttpRequest
from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity import accounts, codes, factors, limiting, sessions
from gonghui.kernel.identity.models import User
from gonghui.kernel.security.events import Happening, Kind, remember
from gonghui.kernel.security.limits import attempt
from gonghui.kernel.security.models import Severity

RULE = "GB/T 22239-2019 8.1.4.1 身份鉴别"
FIELD = "step_up"
"""The button pressed on the page that asks: a way of WAYS, or "send" for an SMS code."""

MINUTES = Setting(
    "identity.step_up_minutes",
    "再次验证的间隔",
    int,
    30,
    "查看完整个人信息、导出、修改参数等操作前，距上次验证身份超过这么久须再次验证。",
    unit="分钟",
    minimum=1,
    maximum=240,
)


class StepUp(Refusal):
    """Refused until the person has proved again who they are."""

    status = 403


class By(Protocol):
    """Whoever acts, as far as step-up is concerned."""

    @property
    def channel(self) -> str: ...
    @property
    def everywhere(self) -> bool: ...
    @property
    def verified_at(self) -> datetime | None: ...


def require(by: By) -> None:
    """StepUp unless a person at a page or the API has proved themselves recently."""
    if by.everywhere or by.channel not in {"web", "api"}:
        return
    span = timedelta(minutes=MINUTES.value())
    if by.verified_at is not None and timezone.now() - by.verified_at <= span:
        return
    raise StepUp(
        "办理这件事前，请再次确认是您本人。",
        rule=RULE,
        remedy=f"登录或验证身份已超过 {MINUTES.value()} 分钟，请再次验证后继续。",
        code="step_up",
    )


@dataclass
class Asked:
    """What the page that asks shows. kept: the fields of the request it interrupted."""

    ways: tuple[str, ...]
    mobile: str = ""
    sent: bool = False
    fault: str = ""
    kept: list[tuple[str, str]] = field(default_factory=list)
    files: bool = False
    url: str = ""


WAYS = {"password": "密码", "totp": "动态口令", "sms": "短信验证码", "passkey": "通行密钥"}


def ask(request: HttpRequest, *, fault: str = "", sent: bool = False) -> Asked:
    """The question for the user of this request, keeping what was posted."""
    user: User = request.user  # type: ignore[assignment]
    kept = factors.kept_by(user)
    ways = []
    if user.has_usable_password():
        ways.append("password")
    if kept.totp:
        ways.append("totp")
    if kept.passkeys:
        ways.append("passkey")
    if user.mobile_verified_at:
        ways.append("sms")
    return Asked(
        ways=tuple(ways),
        mobile=user.mobile_mask,
        sent=sent or bool(request.session.get("step_up_code")),
        fault=fault,
        kept=kept_fields(request),
        files=bool(request.FILES),
        url=request.get_full_path(),
    )


def kept_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Everything posted but the confirmation itself and the token."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and not name.startswith(FIELD)
        for value in values
    ]


def send_code(request: HttpRequest) -> None:
    """Send a code to the user's own number."""
    user: User = request.user  # type: ignore[assignment]
    if not user.mobile_verified_at:
        raise Refusal("账号没有绑定手机号码。", remedy="请改用密码或动态口令。")
    request.session["step_up_code"] = codes.issue(
        "step_up",
        accounts.mobile_of(user),
        user=user,
        now=timezone.now(),
        ip=sessions.ip_of(request),
    )


def confirm(request: HttpRequest, posted: Mapping[str, Any]) -> None:
    """Check the proof that was posted and keep it in the session; Refusal when it fails.

    Failures count per user whatever the way; the limits of the ways themselves apply as well.
    """
    user: User = request.user  # type: ignore[assignment]
    way = str(posted.get(FIELD, ""))
    now, ip = timezone.now(), sessions.ip_of(request)
    trouble: Refusal | None = None
    with attempt(limiting.STEP_UP, str(user.pk), now=now, ip=ip) as trial:
        try:
            _prove(request, user, way, posted, now, ip)
            trial.succeed()
        except Refusal as refusal:
            trouble = refusal
    if trouble is not None:
        remember(
            Happening(
                Kind.STEP_UP_FAILED,
                Severity.WARNING,
                user_id=user.pk,
                name=user.username,
                ip=ip,
                subject=request.path[:200],
                facts={"method": WAYS.get(way, way)},
            )
        )
        raise trouble
    sessions.mark_verified(request, way)


def _prove(
    request: HttpRequest,
    user: User,
    way: str,
    posted: Mapping[str, Any],
    now: datetime,
    ip: str,
) -> None:
    if way == "password":
        if not user.check_password(str(posted.get("step_up_password", ""))):
            raise Refusal("密码不正确。", remedy="请重新输入登录密码。", code="wrong_password")
    elif way == "totp":
        factors.check_totp(user, str(posted.get("step_up_totp", "")), now=now, ip=ip)
    elif way == "sms":
        key = request.session.get("step_up_code", "")
        code = codes.verify(key, "step_up", str(posted.get("step_up_sms", "")), now=now, ip=ip)
        request.session.pop("step_up_code", None)
        if code.user_id != user.pk:
            raise Refusal("验证码不正确。", remedy="请重新获取验证码。")
    elif way == "passkey":
        try:
            response = json.loads(str(posted.get("step_up_passkey", "")))
        except ValueError:
            response = None
        factors.check_passkey(request, response, user=user, now=now, ip=ip)
    else:
        raise Refusal("请选择一种验证方式。", remedy="输入密码，或改用动态口令、短信验证码。")
