"""Reads about staff congresses, and the figures in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.codes.parameters import Parameter
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.people.models import IN_RANKS, Membership
from gonghui.systems.mobilization.membership.public import own_membership
from gonghui.systems.mobilization.staff_congress.models import (
    CongressState,
    Delegate,
    Proposal,
    Publicity,
    Session,
    StaffCongress,
)
from gonghui.systems.mobilization.staff_congress.rules import Law

OF_CONGRESS = "the sessions of a congress whose place the caller has checked"
OWN_UNION = "what a worker's own union made public is for every worker of it"
QUORUM = Parameter("staff.quorum", "职代会出席的最低比例", "分子、分母", list)
MAJORITY = Parameter("staff.majority", "职代会表决的比例", "分子、分母", list)
LEAST_PERCENT = Parameter("staff.delegates_percent", "职工代表最低比例", "%", int)
LEAST_DELEGATES = Parameter("staff.delegates_min", "职工代表最少人数", "人", int)
LEADERS_PERCENT = Parameter("staff.leaders_percent", "中层以上管理人员最高比例", "%", int)
ASSEMBLY_BELOW = Parameter("staff.assembly_below", "可以召开职工大会的职工人数上限", "人", int)
TERM_YEARS = Parameter("staff.term_years", "职代会任期", "年", list)
PUBLICITY_DAYS = Parameter("staff.publicity_days", "厂务公开公示最短天数", "天", int)
ANSWER_WORKDAYS = Parameter("staff.proposal_workdays", "提案答复期限", "工作日", int)


def law_on(day: date) -> Law:
    """The figures in force on a day."""
    quorum, majority = QUORUM.on(day), MAJORITY.on(day)
    return Law(
        (int(quorum[0]), int(quorum[1])),
        (int(majority[0]), int(majority[1])),
        LEAST_PERCENT.on(day),
        LEAST_DELEGATES.on(day),
        LEADERS_PERCENT.on(day),
        ASSEMBLY_BELOW.on(day),
    )


def home_union(actor: Actor) -> Union | None:
    """The union of the person who is signed in; None for no member."""
    found = own_membership(actor)
    return found.union if found is not None and found.status in ("active", "retained") else None


def published_for(union: Union) -> QuerySet[Publicity]:
    """What a union made public, the latest first."""
    return (
        Publicity.objects.unscoped(OWN_UNION).filter(union=union).order_by("-published_on", "-pk")
    )


def own_proposals(actor: Actor) -> QuerySet[Proposal]:
    rows = Proposal.objects.within(Scope((), actor.person_id))
    return rows.filter(person_id=actor.person_id).order_by("-pk")


def serving(congress: StaffCongress) -> QuerySet[Delegate]:
    """The delegates whose mandate lasts."""
    return congress.delegates.filter(left_on=None)


def members_of(congress: StaffCongress, scope: Scope) -> QuerySet[Membership]:
    """The members in the ranks of the unit's union."""
    rows = Membership.objects.within(scope).filter(city_id=congress.city_id)
    return rows.filter(union=congress.union_id, status__in=IN_RANKS)


def memberships_of(
    delegates: Iterable[Delegate], congress: StaffCongress, scope: Scope
) -> dict[int, Membership]:
    """The memberships at the unit's union of delegates known by person, by person."""
    known = {item.person_id for item in delegates if item.person_id is not None}
    return {row.person_id: row for row in members_of(congress, scope).filter(person_id__in=known)}


def sessions_of(congress: StaffCongress) -> QuerySet[Session]:
    """The sessions of a congress the caller already holds."""
    return Session.objects.unscoped(OF_CONGRESS).filter(congress=congress)


def is_delegate(union: Union, person_id: int) -> bool:
    rows = Delegate.objects.filter(congress__union=union, person_id=person_id, left_on=None)
    return rows.exclude(congress__state=CongressState.ENDED).exists()
