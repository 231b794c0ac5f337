"""Signing in: the password, what follows it, and the one place where a session begins.

The same answer, after the same work, for a name nobody has and for a wrong password.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import authenticate, login
from django.http import HttpRequest
from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity import factors, limiting, sessions
from gonghui.kernel.identity.models import Session, User
from gonghui.kernel.security.events import Happening, Kind, record
from gonghui.kernel.security.limits import attempt, check, failures, release
from gonghui.kernel.security.models import SecurityEvent, Severity

BACKEND = "django.contrib.auth.backends.ModelBackend"
PENDING = "sign_in"
PATIENCE = timedelta(minutes=10)

PICTURE_AFTER = Setting(
    "identity.picture_after",
    "出现图形验证的失败次数",
    int,
    3,
    "同一用户名或网络地址登录失败这么多次后，须先回答图形或算术题。",
    unit="次",
    minimum=1,
    maximum=50,
)


def check_password(request: HttpRequest, username: str, password: str, *, now: datetime) -> User:
    """The user of these credentials.

    Failures are counted per account name and per address in the database, so several web
    processes share one count; the name's row is locked while the password is checked, so parallel
    guesses do not slip through.
    """
    ip = sessions.ip_of(request)
    name = username[:100]
    check(limiting.ADDRESS, ip, now=now)
    with attempt(limiting.PASSWORD, name, now=now, ip=ip) as trial:
        user = authenticate(request, username=username, password=password)
        if user is not None and _may_enter(user, now):  # type: ignore[arg-type]
            trial.succeed()
        else:
            user = None
    if user is None:
        failed(name, ip, "password", now)
        raise Refusal(
            "用户名或密码不正确。",
            remedy=f"连续输错 {limiting.PASSWORD.failures.value()} 次将锁定"
            f" {limiting.PASSWORD.minutes.value()} 分钟；锁定后可用短信验证码或通行密钥登录，"
            "登录成功即解除锁定。",
            code="wrong_password",
        )
    return user  # type: ignore[return-value]


def failed(name: str, ip: str, method: str, now: datetime) -> None:
    """Count a failed sign-in against its address and record it under the name that was typed."""
    with attempt(limiting.ADDRESS, ip, now=now, ip=ip):
        pass
    known = User.objects.filter(username=name).values_list("pk", flat=True).first()
    record(
        Happening(
            Kind.SIGN_IN_FAILED,
            Severity.INFO,
            user_id=known,
            name=name,
            ip=ip,
            facts={"method": sessions.METHODS.get(method, method)},
        )
    )


def risky(request: HttpRequest, username: str) -> bool:
    """Whether so much has failed that a picture or a sum is asked first."""
    limit = PICTURE_AFTER.value()
    if username and failures(limiting.PASSWORD, username[:100]) >= limit:
        return True
    return failures(limiting.ADDRESS, sessions.ip_of(request)) >= limit * 5


def proceed(request: HttpRequest, user: User, method: str, target: str) -> bool:
    """After the first proof: True when the session has begun, False when a second is asked."""
    _release(user, method)
    if method != "passkey" and factors.enabled(user, first=method):
        request.session.cycle_key()
        request.session[PENDING] = {
            "user": user.pk,
            "method": method,
            "at": timezone.now().timestamp(),
            "next": target,
        }
        return False
    enter(request, user, [method])
    return True


def pending(request: HttpRequest) -> tuple[User, str, str]:
    """Who has given the first proof in this browser, by which method, and where to go then."""
    kept: dict[str, Any] = request.session.get(PENDING) or {}
    age = timezone.now().timestamp() - kept.get("at", 0)
    user = None
    if age <= PATIENCE.total_seconds():
        user = User.objects.filter(pk=kept.get("user"), is_active=True).first()
    if user is None:
        request.session.pop(PENDING, None)
        raise Refusal("登录已超时。", remedy="请从用户名和密码开始重新登录。", code="sign_in_again")
    return user, kept["method"], kept["next"]


def enter(request: HttpRequest, user: User, methods: list[str]) -> None:
    """Begin the session of a user who has proved who they are."""
    before = sessions.sid_of(request)
    if before:
        # Django forgets the former session's data when another user signs in.
        sessions.end_session(before, why="replaced")
    request.session.pop(PENDING, None)
    request.session.pop(sessions.KEY, None)
    notice = last_sign_in(user)
    setattr(request, sessions.METHODS_ATTRIBUTE, methods)
    login(request, user, backend=BACKEND)
    for method in methods:
        record_authentication(request, user, method)
    if notice:
        messages.info(request, notice)


def last_sign_in(user: User) -> str:
    """When, where and how the user signed in before, and what failed since, in words."""
    last = Session.objects.filter(user=user).order_by("-started_at").first()
    if last is None:
        return ""
    at = timezone.localtime(last.started_at)
    said = f"上次登录：{at.month}月{at.day}日 {at:%H:%M}，{last.place}，{last.device}。"
    since = SecurityEvent.objects.filter(
        kind=Kind.SIGN_IN_FAILED, user_id=user.pk, at__gt=last.started_at
    ).count()
    return said + (f"此后有 {since} 次登录失败。" if since else "")


def _may_enter(user: User, now: datetime) -> bool:
    return user.closes_on is None or user.closes_on >= timezone.localdate(now)


def _release(user: User, method: str) -> None:
    """A proof that is not the password lets the rightful user try the password again."""
    if method in {"sms", "passkey", "qr"}:
        release(limiting.PASSWORD, user.username)
