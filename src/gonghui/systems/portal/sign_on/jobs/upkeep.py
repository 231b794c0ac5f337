"""Daily work: reviews that are overdue, keys whose time is up, what nobody can use any more."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.systems.portal.sign_on.actions import applications, issuing, keys
from gonghui.systems.portal.sign_on.queries.applications import due_for_review


@every("10 6 * * *")
@job("sign_on.reviews", "外部应用复核提醒", retry=3, once=True)
def reviews() -> tuple[int, int]:
    """Open a to-do for each overdue review; suspend what is long overdue. (reminded, suspended)"""
    reminded = suspended = 0
    for application in due_for_review(timezone.localdate()):
        with transaction.atomic():
            applications.remind(application)
            if applications.is_lapsed(application):
                applications.suspend(
                    application, by=platform("外部应用复核"), reason="复核逾期，自动暂停"
                )
                suspended += 1
            else:
                reminded += 1
    return reminded, suspended


@every("40 3 * * *")
@job("sign_on.keys", "签名密钥到期更换", retry=3, once=True)
def renew_keys() -> bool:
    """Rotate the signing key when its time is up, and forget those no longer published."""
    with transaction.atomic():
        keys.forget_expired()
        due = keys.is_due()
        if due:
            keys.rotate(None, by=platform("签名密钥更换"), reason="到期自动更换")
    return due


@every("50 3 * * *")
@job("sign_on.forget", "清理过期的授权码和令牌", retry=3, once=True)
def forget() -> int:
    """Delete codes, tickets and tokens that ended more than a day ago."""
    with transaction.atomic():
        return issuing.forget_old(timezone.now())
