"""The nightly clearing of drafts nobody came back to."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.systems.service.hall.actions.drafts import clear_old


@every("40 3 * * *")
@job("hall.clear_drafts", "清除过期的办事草稿", retry=3, once=True)
def clear_drafts() -> int:
    """Clear drafts past their days; return how many."""
    total = 0
    while True:
        with transaction.atomic():
            cleared = clear_old(timezone.now())
        if not cleared:
            return total
        total += cleared
