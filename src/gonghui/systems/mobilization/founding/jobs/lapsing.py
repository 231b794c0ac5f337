"""Daily: preparations whose congress was not held in time end."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.systems.mobilization.founding.actions.preparations import lapse
from gonghui.systems.mobilization.founding.queries.preparations import to_watch


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
