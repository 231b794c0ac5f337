"""The daily look for wishes nobody has answered in time."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gonghui.activities.census.actions.wishes import remind
from gonghui.activities.census.queries.wishes import waiting_too_long
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job


@every("20 7 * * *")
@job("wishes.remind", "督办逾期未答复的职工心愿", retry=3, once=True)
def remind_of_late() -> int:
    """Open a to-do for the approver of each; a to-do already open stays one."""
    with transaction.atomic():
        late = waiting_too_long(timezone.localdate())
        for wish in late:
            remind(wish)
    return len(late)
