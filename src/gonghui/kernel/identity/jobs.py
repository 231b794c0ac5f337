"""Standing work: ending sessions and accounts whose time is over, forgetting used codes."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.identity import accounts, codes, qr, sessions
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job


@every(300)
@job("identity.end_expired", "结束超时的会话", once=True)
def end_expired() -> None:
    sessions.end_expired(timezone.now())


@every("10 0 * * *")
@job("identity.suspend_due", "停用到期的账号", once=True)
def suspend_due() -> None:
    accounts.suspend_due(timezone.localdate())


@every("40 2 * * *")
@job("identity.clear", "清理用过的验证码", once=True)
def clear() -> None:
    now = timezone.now()
    codes.forget_old(now)
    qr.forget_old(now)
