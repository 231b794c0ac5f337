"""Tables of A01."""

from gonghui.activities.census.models.campaign import (
    Campaign,
    CampaignState,
    CensusDay,
    Measure,
    Quota,
    Standing,
    Urging,
)
from gonghui.activities.census.models.wishes import (
    Category,
    Follow,
    Vote,
    Wish,
    WishEvent,
    WishState,
)

__all__ = [
    "Campaign",
    "CampaignState",
    "Category",
    "CensusDay",
    "Follow",
    "Measure",
    "Quota",
    "Standing",
    "Urging",
    "Vote",
    "Wish",
    "WishEvent",
    "WishState",
]
