"""Daily: contracts of professional union workers that are about to end are brought to mind."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.systems.mobilization.membership.actions.organisers import remind
from gonghui.systems.mobilization.membership.queries.organisers import to_remind


@every("30 6 * * *")
@job("membership.remind_contracts", "社会化工会工作者合同到期提醒", retry=3, once=True)
def remind_contracts() -> int:
    """Look at every contract that may need a reminder; returns how many were looked at.

    What was sent is marked on the record, so a second run on one day sends nothing again.
    """
    today = timezone.localdate()
    actor = platform("合同到期提醒")
    found = list(to_remind(today))
    for organiser in found:
        remind(organiser, by=actor, today=today)
    return len(found)
