"""What a worker reads of their own membership."""

from __future__ import annotations

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.people.models import Membership, MembershipStatus


def own_membership(actor: Actor) -> Membership | None:
    """The membership of the person who is signed in, whatever its status; None without one."""
    if actor.person_id is None:
        return None
    rows = Membership.objects.within(Scope((), actor.person_id))
    return (
        rows.filter(person_id=actor.person_id)
        .exclude(status=MembershipStatus.MERGED)
        .select_related("union", "person")
        .first()
    )
