"""Every morning: hearings to come, agreements to follow up, letters nobody answered."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.systems.rights.legal_aid.actions import reminding
from gonghui.systems.rights.legal_aid.queries import aid, mediation, supervision
from gonghui.systems.rights.legal_aid.queries.figures import HEARING_NOTICE_DAYS


@every("25 7 * * *")
@job("legal_aid.remind", "法律服务到期提醒", retry=3, lock="legal_aid.remind", once=True)
def remind() -> int:
    """Give every reminder that is due; returns how many."""
    clock = platform("法律服务提醒")
    told = 0
    for coming in list(aid.hearings_to_remind(HEARING_NOTICE_DAYS.on(timezone.localdate()))):
        reminding.hearing(coming.aid, by=clock, coming=coming)
        told += 1
    for row in list(mediation.to_follow_up()):
        reminding.performance(row, by=clock)
        told += 1
    for letter in list(supervision.unanswered()):
        reminding.late_reply(letter.watch, by=clock, letter=letter)
        told += 1
    return told
