"""Daily: committees near or past the end of their term are reminded."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.codes.parameters import TERM_REMINDER_MONTHS
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.systems.mobilization.membership.actions.terms import remind
from gonghui.systems.mobilization.membership.queries.terms import to_remind


@every("20 6 * * *")
@job("membership.remind_terms", "换届到期提醒", retry=3, once=True)
def remind_terms() -> int:
    """Look at every term that may need a reminder; returns how many were looked at.

    What was sent is marked on the term, so a second run on one day sends nothing again.
    """
    today = timezone.localdate()
    actor = platform("换届到期提醒")
    found = list(to_remind(today, TERM_REMINDER_MONTHS.on(today)))
    for term in found:
        remind(term, by=actor, today=today)
    return len(found)
