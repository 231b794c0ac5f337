"""The account of a chair just elected: whoever opens accounts is asked for it.

Nobody who approves an election may open accounts (三员分立: the system administrator has no role
of the business), so approval never invites the chair itself.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import PERMISSIONS
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.systems.mobilization.founding.actions.telling import target_of
from gonghui.systems.mobilization.founding.models import Election
from gonghui.systems.mobilization.founding.models.elections import ElectionState
from gonghui.systems.mobilization.founding.queries.elections import chair_of
from gonghui.systems.mobilization.membership.public import seat_of

ACCOUNT = "election.account"
OPENS_ACCOUNTS = "staff.manage"
HOLDERS = "whether the chair has a role at the own union; nobody is shown a grant"
OF_ACCOUNT = "elections whose chair has the name of an account just opened at the same union"


def ask_account(election: Election) -> None:
    """Ask who opens accounts at the union, or nearest above it, for one for the new chair.

    Nothing is asked where somebody of the chair's name has a role at the union already.
    """
    chair, union = chair_of(election), election.union
    opens = PERMISSIONS.get(OPENS_ACCOUNTS)
    held = Grant.objects.unscoped(HOLDERS).filter(
        union=union, ended_at=None, user__display_name=chair
    )
    if opens is None or held.exists():
        return
    seat = seat_of(union, opens, timezone.localdate())
    asked = urlencode({"union": union.name, "name": chair, "title": "主席"})
    open_todo(
        kind=ACCOUNT,
        target_type=target_of(election),
        target_id=election.pk,
        title=f"为新当选的主席{chair}开通账号：{union.name}",
        link=f"{reverse('resource:staff:create', args=['open'])}?{asked}",
        org_path=seat.path,
        union_id=seat.pk,
        permission=opens.code,
    )


def account_opened(user: User, path: str) -> int:
    """Close what was asked for a chair of this name at the union of this path; returns how many."""
    rows = Election.objects.unscoped(OF_ACCOUNT).filter(org_path=path, state=ElectionState.APPROVED)
    return sum(
        close_todo(target_type=target_of(item), target_id=item.pk, kind=ACCOUNT)
        for item in rows
        if chair_of(item) == user.display_name
    )
