"""The nightly count of every open census."""

from __future__ import annotations

from itertools import groupby

from django.db import transaction
from django.utils import timezone

from gonghui.activities.census.actions.campaign import count
from gonghui.activities.census.queries.campaign import open_quotas
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.org.scoping import Scope, raise_wall


@every("40 23 * * *")
@job("census.snapshot", "普查每日统计", retry=3, lock="census.snapshot", once=True)
def snapshot() -> int:
    """Keep today's figures of every unit with a quota; a second run replaces the first."""
    today = timezone.localdate()
    done = 0
    with transaction.atomic():
        raise_wall(Scope.everything())
        for campaign, quotas in groupby(open_quotas(), key=lambda quota: quota.campaign):
            done += count(campaign, list(quotas), today)
    return done
