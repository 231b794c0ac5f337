"""People whose sessions a security administrator may see and end."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.loading import held_grants
from gonghui.kernel.identity import sessions
from gonghui.kernel.identity.models import Session, User
from gonghui.systems.portal.sign_on.models import SignOn
from gonghui.systems.portal.sign_on.permissions import END_SIGN_ONS
from gonghui.systems.portal.sign_on.queries.applications import root_path

OPEN = "sign-ons of a person whose place the caller has checked"


def place_of_user(user: User) -> str:
    """Where the right over a user must be held: above all unions the user works for.

    A user without a post belongs to the platform as a whole.
    """
    paths = [held.path for held in held_grants(user, timezone.localdate())]
    if not paths:
        return root_path()
    parts = [path.rstrip(".").split(".") for path in paths]
    shared = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return ".".join(shared) + "." if shared else root_path()


def found(actor: Actor, username: str) -> User | None:
    """The user of a name, if the actor may end their sessions."""
    user = User.objects.filter(username=username.strip()).first()
    if user is None or not actor.may(END_SIGN_ONS, place_of_user(user)):
        return None
    return user


def sessions_of(user: User) -> list[Session]:
    """Open sessions of a user."""
    return sessions.open_sessions(user.pk)


def sign_ons_of(user: User) -> list[SignOn]:
    """Open sign-ons of a user at applications."""
    rows = SignOn.objects.unscoped(OPEN).filter(user=user, ended_at=None)
    return list(rows.select_related("application").order_by("-last_at")[:100])
