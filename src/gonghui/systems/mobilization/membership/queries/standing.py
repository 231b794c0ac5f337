"""Reads of a member's standing and past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from gonghui.kernel import codes
from gonghui.kernel.people.models import Membership, MembershipPast, MembershipStatus
from gonghui.systems.mobilization.membership.models.standing import StandingChange

ONE_MEMBER = "the past of one membership the caller already holds"


def latest_change(membership: Membership) -> StandingChange | None:
    """The latest change of standing of a membership that was not taken back."""
    rows = StandingChange.objects.unscoped(ONE_MEMBER).filter(membership_id=membership.pk)
    return rows.filter(undone_at=None).order_by("-pk").first()


def latest_past(membership: Membership) -> MembershipPast | None:
    """The line of the past that ends where the present state begins."""
    rows = MembershipPast.objects.unscoped(ONE_MEMBER).filter(membership_id=membership.pk)
    return rows.order_by("-pk").first()


def former_status(membership: Membership) -> str:
    """What a membership was before its present status; active where nothing is known."""
    rows = MembershipPast.objects.unscoped(ONE_MEMBER).filter(membership_id=membership.pk)
    found = rows.exclude(status=membership.status).order_by("-pk").first()
    return found.status if found else MembershipStatus.ACTIVE


@dataclass(frozen=True)
class Chapter:
    """One stretch of a membership: where, as what, from when to when (empty: until now)."""

    union: str
    status: str
    valid_from: date
    valid_to: date | None
    cause: str
    note: str


def chapters(membership: Membership) -> list[Chapter]:
    """The life of a membership across unions, the present first.

    A line of the past notes why it ended; that is told with the chapter which began then.
    """
    rows = MembershipPast.objects.unscoped(ONE_MEMBER).filter(
        Q(membership_id=membership.pk) | Q(person_id=membership.person_id)
    )
    past = list(rows.select_related("union").order_by("-valid_to", "-pk"))
    ended = [row.note for row in past]
    present = _chapter(membership, membership.since, None, next(iter(ended), ""))
    older = zip(past, [*ended[1:], ""], strict=True) if past else ()
    return [present, *(_chapter(row, row.valid_from, row.valid_to, why) for row, why in older)]


def _chapter(
    state: Membership | MembershipPast, start: date, end: date | None, note: str
) -> Chapter:
    return Chapter(
        state.union.name, state.get_status_display(), start, end, cause_in_words(state.cause), note
    )


WORDS = {
    "apply": "申请入会",
    "transfer": "转接",
    "rejoin": "重新入会",
    "merger": "工会合并转接",
    "import": "名册导入",
}


def cause_in_words(cause: str) -> str:
    """A cause code of membership_change_reason in words."""
    return WORDS.get(cause) or codes.name("membership_change_reason", cause)
