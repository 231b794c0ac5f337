"""What a union's record is given when an approved election or founding is entered.

Plain functions for the actions of other packages to call inside their transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.names import check_name
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.membership.actions.unions import PLAIN
from gonghui.systems.mobilization.membership.models.unions import OfficerPost, UnionOfficer
from gonghui.systems.mobilization.membership.queries.unions import officers_of, profile_of

SEATED = (
    OfficerPost.VICE_CHAIR,
    OfficerPost.STANDING,
    OfficerPost.MEMBER,
    OfficerPost.AUDIT,
    OfficerPost.WOMEN,
)
"""Posts an election fills anew; the treasurer is appointed and stays."""


def settle_profile(union: Union, **facts: Any) -> None:
    """Put plain facts on a union's profile; ValueError for a field that is none."""
    if unknown := set(facts) - PLAIN:
        raise ValueError(f"not plain facts of a profile: {sorted(unknown)}")
    profile = profile_of(union)
    for name, value in facts.items():
        setattr(profile, name, value)
    profile.updated_at = timezone.now()
    profile.version += 1
    profile.save_scored()


def seat_officers(union: Union, elected: Iterable[tuple[str, str]], since: date) -> None:
    """Let those elected, as (name, post), take office; who held these posts before leaves."""
    for officer in officers_of(union):
        if officer.post in SEATED:
            officer.until = max(since, officer.since)
            officer.save(update_fields=["until"])
    for name, post in elected:
        if post not in SEATED:
            raise Refusal("这个职务不由选举产生。", field="post")
        officer = UnionOfficer(name=check_name(name), post=OfficerPost(post), since=since)
        officer.place_at(union)
        officer.save()
