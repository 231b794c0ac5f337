"""Background work of B5.1."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.notify.todos import wake_due
from gonghui.systems.portal.desk.actions import notices, own


@every("5 0 * * *")
@job("desk.expire-notices", "到期公告下线", retry=3, once=True)
def expire_notices() -> int:
    """End notices whose last day was yesterday or earlier."""
    return notices.expire(timezone.localdate())


@every("35 3 * * *")
@job("desk.fold-habits", "汇总各角色常用功能", retry=3, once=True)
def fold_habits() -> int:
    """What many holders of a role open, for those who have no habits yet."""
    with transaction.atomic():
        return own.fold_habits(timezone.localdate())


@every(60)
@job("desk.remind", "日程提醒和稍后提醒", retry=3, once=True)
def remind() -> int:
    """Send reminders that are due, and bring back to-dos that were put off until now."""
    now = timezone.now()
    with transaction.atomic():
        return own.remind(now, reverse("desk-calendar")) + len(wake_due(now))
