"""Password sign-in with lock-out: the same answer for a wrong name and a wrong password."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity.models import SignInAttempt, User

LIMIT = 5
LOCK = timedelta(minutes=15)
WRONG = Refusal(
    "用户名或密码不正确。", remedy="连续输错 5 次将锁定 15 分钟。", code="wrong_password"
)


def check_password(request: HttpRequest, username: str, password: str, *, now: datetime) -> User:
    """The user of these credentials.

    Failures are counted per account name in the database, so several web processes share
    one count; the row is locked while the password is checked, so parallel guesses do not
    slip through.
    """
    with transaction.atomic():
        SignInAttempt.objects.get_or_create(key=f"user:{username[:100].lower()}")
        attempt = SignInAttempt.objects.select_for_update().get(
            key=f"user:{username[:100].lower()}"
        )
        if attempt.locked_until and attempt.locked_until > now:
            minutes = int((attempt.locked_until - now).total_seconds() // 60) + 1
            raise Refusal(
                f"登录失败次数过多，账号已暂时锁定，请在 {minutes} 分钟后再试。",
                rule="GB/T 22239-2019 身份鉴别：登录失败处理",
                code="locked",
            )
        user = authenticate(request, username=username, password=password)
        if user is None:
            attempt.failures += 1
            if attempt.failures >= LIMIT:
                attempt.locked_until = now + LOCK
                attempt.failures = 0
            attempt.save()
        else:
            attempt.delete()
    if user is None:
        raise WRONG
    return user  # type: ignore[return-value]
