"""Daily: transfers that have run late are taken up."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.systems.mobilization.membership.actions.transfers import hurry
from gonghui.systems.mobilization.membership.queries.transfers import late


@every("10 6 * * *")
@job("membership.hurry_transfers", "转会超期提级", retry=3, once=True)
def hurry_transfers() -> int:
    """Take up every late transfer by one stage; returns how many.

    A stage taken up gets a term of its own, so running twice on one day does no more.
    """
    today = timezone.localdate()
    actor = platform("转会时限检查")
    found = list(late(today))
    for transfer in found:
        hurry(transfer, by=actor, today=today)
    return len(found)
