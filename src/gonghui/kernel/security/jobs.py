"""What security does by itself: look for tampering, forget counters and events past their term."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from gonghui.kernel.audit.checking import verify
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.security.events import Happening, Kind, record
from gonghui.kernel.security.models import Attempt, RateCount, Severity
from gonghui.kernel.security.rates import MINUTE

KEPT_MONTHS = Setting(
    "security.event_months",
    "安全事件保存月数",
    int,
    24,
    "《网络安全法》第二十一条要求网络日志留存不少于六个月。",
    unit="个月",
    minimum=6,
    maximum=600,
    dangerous=True,
)
IDLE_ATTEMPTS = timedelta(days=1)


@every("40 2 * * *")
@job("security.check_audit", "核验操作日志", once=True)
def check_audit() -> None:
    """Verify the audit; whatever does not fit becomes one event of tampering."""
    counted = Counter(finding.kind for finding in verify())
    if counted:
        record(Happening(Kind.TAMPERING, Severity.SERIOUS, subject="操作日志", facts=dict(counted)))


@every("5 * * * *")
@job("security.clear_counters", "清理访问计数", once=True)
def clear_counters() -> None:
    """Delete counts of past minutes and attempts that no longer lock anybody."""
    now = timezone.now()
    RateCount.objects.filter(minute__lt=int(now.timestamp()) // MINUTE - 1).delete()
    old = Attempt.objects.filter(since__lt=now - IDLE_ATTEMPTS)
    old.exclude(locked_until__gt=now).delete()


@every("20 4 * * *")
@job("security.forget_events", "清理到期安全事件", once=True)
def forget_events() -> None:
    """Delete events past their term; the database itself keeps what is younger than six months."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT security_forget(%s)", [KEPT_MONTHS.value()])
