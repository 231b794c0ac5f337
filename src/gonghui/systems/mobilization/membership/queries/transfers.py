"""Reads of transfers."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from gonghui.systems.mobilization.membership.models.transfers import Lateness, Transfer
from gonghui.systems.mobilization.membership.rules.transfers import OPEN

PLATFORM = "the platform itself looks for what has run late"
BEFORE_A_CHANGE = "whether a member is being transferred decides what else may be done now"


def open_transfer(membership_id: int) -> Transfer | None:
    """The transfer under way for a membership, if any."""
    return (
        Transfer.objects.unscoped(BEFORE_A_CHANGE)
        .filter(membership_id=membership_id, state__in=OPEN)
        .first()
    )


def late(today: date) -> QuerySet[Transfer]:
    """Open transfers whose term has passed and that have not been taken up as far as possible."""
    rows = Transfer.objects.unscoped(PLATFORM)
    return rows.filter(state__in=OPEN, due_on__lt=today).exclude(lateness=Lateness.OVERDUE)
