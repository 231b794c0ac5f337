"""The daily reminders of terms workers asked for."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.systems.rights.law.actions import own
from gonghui.systems.rights.law.queries.own import to_remind


@every("40 8 * * *")
@job("law.remind", "提醒职工登记的时效和期限", retry=3, once=True)
def remind_of_terms() -> int:
    """Each in its own transaction; one already sent is not sent again."""
    due = to_remind(timezone.localdate())
    for term in due:
        own.remind(term, by=platform("期限提醒"))
    return len(due)
