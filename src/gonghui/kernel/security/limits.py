"""Limits on attempts (尝试次数限制), counted in the database so that all processes share them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.security.events import Happening, Kind, remember
from gonghui.kernel.security.models import Attempt, Severity

RULE = "GB/T 22239-2019 8.1.4.1 身份鉴别：登录失败处理"


class TooMany(Refusal):
    """Too many attempts; says when the next is taken."""

    status = 429


@dataclass(frozen=True)
class Limit:
    """So many failures within `minutes`, then no attempt for `minutes`."""

    code: str
    title: str
    failures: Setting
    minutes: Setting


class Trial:
    """One attempt; it counts as failed unless `succeed` was called."""

    def __init__(self) -> None:
        self.succeeded = False

    def succeed(self) -> None:
        self.succeeded = True


@contextmanager
def attempt(limit: Limit, key: str, *, now: datetime, ip: str = "") -> Iterator[Trial]:
    """One attempt under a key; TooMany while the key is locked.

    The counter's row stays locked while the attempt is checked, so parallel guesses do not slip
    through. Leave the block normally to count a failure, after `trial.succeed()` to clear the
    count: an exception would roll the count back with it. Inside an action the count would share
    the action's fate, so attempts are made before actions begin.
    """
    name = _name(limit, key)
    with transaction.atomic():
        Attempt.objects.get_or_create(key=name, defaults={"since": now})
        row = Attempt.objects.select_for_update().get(key=name)
        _refuse_locked(limit, row, now)
        trial = Trial()
        yield trial
        if trial.succeeded:
            row.delete()
            return
        span = timedelta(minutes=limit.minutes.value())
        if now - row.since > span:
            row.since, row.failures = now, 0
        row.failures += 1
        if row.failures >= limit.failures.value():
            row.locked_until, row.failures, row.since = now + span, 0, now
            remember(
                Happening(
                    Kind.LOCKED_OUT,
                    Severity.WARNING,
                    name=key,
                    ip=ip,
                    subject=limit.title,
                    facts={"limit": limit.code, "minutes": limit.minutes.value()},
                )
            )
        row.save()


def check(limit: Limit, key: str, *, now: datetime) -> None:
    """TooMany while the key is locked; counts nothing and keeps nobody waiting."""
    row = Attempt.objects.filter(key=_name(limit, key)).first()
    if row is not None:
        _refuse_locked(limit, row, now)


def failures(limit: Limit, key: str) -> int:
    """How many attempts under a key have failed since the last success; locked: the limit."""
    row = Attempt.objects.filter(key=_name(limit, key)).first()
    if row is None:
        return 0
    return limit.failures.value() if row.locked_until else row.failures


def release(limit: Limit, key: str) -> None:
    """Forget the failures of a key, by the administrator or after a proof by another way."""
    Attempt.objects.filter(key=_name(limit, key)).delete()


def _name(limit: Limit, key: str) -> str:
    return f"{limit.code}:{key.lower()}"[:160]


def _refuse_locked(limit: Limit, row: Attempt, now: datetime) -> None:
    if row.locked_until and row.locked_until > now:
        minutes = int((row.locked_until - now).total_seconds() // 60) + 1
        raise TooMany(
            f"{limit.title}失败次数过多，已暂时锁定，请在 {minutes} 分钟后再试。",
            rule=RULE,
            code="locked",
        )
