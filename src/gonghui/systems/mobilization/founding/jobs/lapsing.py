"""Daily: preparations near the end of their term are told of, those past it end."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.systems.mobilization.founding.actions.preparations import lapse, remind
from gonghui.systems.mobilization.founding.queries import law
from gonghui.systems.mobilization.founding.queries.preparations import to_remind, to_watch
from gonghui.systems.mobilization.founding.rules.months import add_months


@every("35 6 * * *")
@job("founding.lapse", "筹备逾期终止", retry=3, once=True)
def lapse_stale() -> int:
    """End every preparation past its term; returns how many were looked at."""
    today = timezone.localdate()
    actor = platform("筹备逾期终止")
    found = list(to_watch(today))
    for preparation in found:
        lapse(preparation, by=actor, today=today)
    return len(found)


@every("45 6 * * *")
@job("founding.remind", "筹备到期提醒", retry=3, once=True)
def remind_near() -> int:
    """Tell every group whose term is near, once; returns how many were looked at."""
    today = timezone.localdate()
    actor = platform("筹备到期提醒")
    # Corresponding days of months differ by up to three days; `remind` decides to the day.
    found = list(to_remind(add_months(today, law.PREPARATION_REMINDER.on(today) + 1)))
    for preparation in found:
        remind(preparation, by=actor, today=today)
    return len(found)
