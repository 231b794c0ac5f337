"""Every minute, night and month."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import defer, job
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.media.short_messages.actions import money, receiving, upkeep
from gonghui.systems.media.short_messages.jobs.incoming import handle
from gonghui.systems.media.short_messages.rules.billing import month_of


@every(60)
@job("short_messages.minute", "短信到期与收尾", lock="short_messages.minute", once=True)
def minute() -> None:
    """End what is past its time, and put together texts whose parts do not come any more."""
    upkeep.minute()
    with transaction.atomic():
        raise_wall(Scope.everything())
        for pk in receiving.give_up_parts():
            defer(handle, pk=pk)


@every("20 3 * * *")
@job("short_messages.night", "清除过期的短信内容", retry=2, once=True)
def night() -> None:
    """Forget texts whose time of keeping is over."""
    while upkeep.forget():
        pass


@every("10 4 2 * *")
@job("short_messages.bills", "生成上月短信账单", retry=3, once=True)
def bills() -> int:
    """Bills of the month before; parts still unknown then are set aside and shown."""
    last = month_of(month_of(timezone.localdate()) - timedelta(days=1))
    with transaction.atomic():
        raise_wall(Scope.everything())
        return money.issue_all(last)
