"""What the grass-roots record holds of facts that are also registered (工会法人登记)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.membership.models.unions import UnionProfile
from gonghui.systems.mobilization.membership.queries.unions import profile_of

COMPARED = "facts of unions whose place the caller has checked"


def recorded_facts(union: Union) -> dict[str, Any]:
    """The record of a union by the names registration gives the facts."""
    profile = profile_of(union)
    return {
        "name": union.name,
        "representative_name": profile.chair_name,
        "residence": profile.address,
        "founded_on": union.founded_on,
        "founded_document": profile.founded_document,
        "uscc": union.uscc,
    }


def chairs_of(union_ids: Iterable[int]) -> dict[int, str]:
    """The chairs recorded for unions, by union id."""
    rows = UnionProfile.objects.unscoped(COMPARED).filter(union_id__in=list(union_ids))
    return dict(rows.values_list("union_id", "chair_name"))
