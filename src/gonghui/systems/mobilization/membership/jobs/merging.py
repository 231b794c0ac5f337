"""Nightly: look for records that may be one person."""

from __future__ import annotations

from django.db import transaction

from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.mobilization.membership.actions.merging import ask, pair_of
from gonghui.systems.mobilization.membership.models.merging import DuplicatePair, PairState
from gonghui.systems.mobilization.membership.queries.merging import found_pairs

BATCH = 500
KNOWN = "a pair already decided on is not put forward again"
REFRESHED = [
    "name",
    "first_union",
    "second_union",
    "score",
    "reasons",
    "union",
    "org_path",
    "city_id",
    "county_id",
]


@every("30 2 * * *")
@job("membership.find_duplicates", "查找疑似重复人员", retry=2, once=True)
def find_duplicates() -> int:
    """Write down every pair worth a look; returns how many. What was decided stays decided."""
    done = 0
    with transaction.atomic():
        raise_wall(Scope.everything())
        batch: list[DuplicatePair] = []
        for found in found_pairs():
            batch.append(pair_of(found))
            if len(batch) >= BATCH:
                done += _keep(batch)
                batch = []
        done += _keep(batch)
    return done


def _keep(pairs: list[DuplicatePair]) -> int:
    if not pairs:
        return 0
    DuplicatePair.objects.bulk_create(
        pairs,
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=REFRESHED,
    )
    rows = DuplicatePair.objects.unscoped(KNOWN).filter(
        first__in=[pair.first for pair in pairs], state=PairState.OPEN
    )
    for pair in rows.select_related("union"):
        ask(pair)
    return len(pairs)
