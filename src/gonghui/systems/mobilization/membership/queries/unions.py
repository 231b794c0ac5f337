"""Reads about unions: profiles, officers, who looks after what, a member behind a number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import Role
from gonghui.kernel.base.identifiers import compact
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people.models import IN_RANKS, Membership
from gonghui.kernel.search.grams import holding
from gonghui.systems.mobilization.membership.models.unions import UnionOfficer, UnionProfile

OF_A_UNION = "what belongs to one union whose place the caller has checked"
TOLD = "who is to be told of a matter of a union; nobody is shown a grant"
ONCE_IN_THE_PROVINCE = "a credit code belongs to one union in the whole province"


def profile_of(union: Union) -> UnionProfile:
    """The profile of a union; a blank one, not saved, where none was filled in yet."""
    found = UnionProfile.objects.unscoped(OF_A_UNION).filter(union=union).first()
    if found is None:
        found = UnionProfile()
        found.place_at(union)
    found.union = union
    return found


def officers_of(union: Union) -> list[UnionOfficer]:
    """Who holds an office now, in the order they took it."""
    rows = UnionOfficer.objects.unscoped(OF_A_UNION).filter(union=union, until=None)
    return list(rows.order_by("since", "pk"))


def union_with_uscc(uscc: str, but: int | None = None) -> Union | None:
    """The active union anywhere in the province that has this credit code."""
    rows = Union.objects.unscoped(ONCE_IN_THE_PROVINCE)
    return rows.filter(uscc=uscc, status=UnionStatus.ACTIVE).exclude(pk=but).first()


def member_numbered(number: str) -> Membership | None:
    """The member in the ranks with this number, anywhere in the province."""
    with wall_at(Scope.everything()):
        return (
            Membership.objects.unscoped("a member named by the whole number")
            .filter(number=compact(number), status__in=IN_RANKS)
            .first()
        )


def recipients(union_ids: Iterable[int], roles: Iterable[Role], today: date) -> list[Recipient]:
    """The users who hold one of the roles at exactly these unions today."""
    rows = (
        Grant.objects.unscoped(TOLD)
        .filter(union_id__in=list(union_ids), role__in=[role.code for role in roles])
        .filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today, ended_at=None)
        .filter(user__is_active=True)
    )
    return [Recipient(user_id=pk) for pk in set(rows.values_list("user_id", flat=True))]


def search_unions(rows: QuerySet, text: str, scope: Scope) -> QuerySet:
    """Unions by a part of the name or by the whole credit code."""
    word = compact(text)
    if len(word) == 18 and word.isascii():
        return rows.filter(uscc=word)
    return holding(rows, "name", text)
