"""Entering a founded union in the tree: the union, its members, the unions of a federation."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from gonghui.kernel.access.actions import note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.people.models import IN_RANKS
from gonghui.kernel.people.persons import Identity
from gonghui.systems.mobilization.founding.actions.telling import settled
from gonghui.systems.mobilization.founding.models import Election, Preparation, Recruit
from gonghui.systems.mobilization.founding.models.preparations import (
    PreparationState,
    RecruitState,
)
from gonghui.systems.mobilization.membership.public import (
    found_union,
    move_union,
    settle_profile,
)

CAUSE = "11"
IN_FEDERATION = "the unions of a federation are named in its preparation"


def enter_union(election: Election, *, by: Actor) -> Union:
    """Found the union of an approved election; it and its preparation belong to it from now on.

    For `elections.approve` to call; `election.document` is the approval. The union is founded on
    the day of its congress. Recruits whose membership is elsewhere stay there until transferred.
    """
    preparation = election.preparation
    assert preparation is not None and election.held_on is not None
    superior, on = preparation.superior, election.held_on
    union = found_union(
        superior,
        by=by,
        name=preparation.name,
        kind=preparation.kind,
        on=max(on, superior.founded_on),
        document=election.document,
        region=preparation.region,
        industry=preparation.industry,
        note=f"建会申请 {preparation.receipt}",
    )
    settle_profile(
        union,
        unit_name=preparation.unit_name,
        unit_nature=preparation.unit_nature,
        unit_uscc=preparation.unit_uscc,
        address=preparation.address,
        employees=preparation.employees,
        women=preparation.women,
        contact_name=preparation.contact_name,
        founded_document=election.document,
    )
    _gather(preparation, union, election.document, by)
    _admit(preparation, union)
    election.place_at(union)
    preparation.place_at(union)
    preparation.state = PreparationState.FOUNDED
    preparation.approval_document = election.document
    preparation.ended_at = timezone.now()
    preparation.version += 1
    preparation.save()
    settled(preparation, by.user_id)
    return union


def _gather(preparation: Preparation, union: Union, document: str, by: Actor) -> None:
    """Put the unions of a federation under it."""
    today = timezone.localdate()
    for partner in preparation.partners.exclude(member_union=None):
        rows = Union.objects.unscoped(IN_FEDERATION).select_related("parent")
        member = rows.get(pk=partner.member_union_id)
        if member.is_active and member.parent_id != union.pk:
            on = max(today, member.version_from)
            move_union(member, by=by, parent=union, on=on, document=document)


def _admit(preparation: Preparation, union: Union) -> None:
    today = timezone.localdate()
    admitted = 0
    # The records of those recruited may lie anywhere in the province.
    with wall_at(Scope.everything()):
        for recruit in preparation.recruits.order_by("pk"):
            person = persons.register(_identity(recruit, today), union)
            known = persons.membership_of(person)
            if known is not None and known.status in IN_RANKS:
                recruit.state = RecruitState.ELSEWHERE
            else:
                memberships.admit(person, union, on=today, cause=CAUSE)
                recruit.state = RecruitState.ADMITTED
                admitted += 1
            recruit.save(update_fields=["state"])
    note(admitted={"label": "登记为会员", "after": f"{admitted} 人"})


def _identity(recruit: Recruit, today: date) -> Identity:
    return Identity.checked(
        name=recruit.name,
        document_number=recruit.document.reveal(),
        mobile=recruit.mobile.reveal(),
        today=today,
    )
