"""What an application learns of a person, by scope."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.access.roles import WORKER
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.identity.models import MOBILE, User
from gonghui.kernel.org.models import Union
from gonghui.systems.portal.sign_on.models import Application, Subject

NAMES = "names of a person's own union and of those above it"


def user_of(subject: str) -> User | None:
    """The active user of a number."""
    found = Subject.objects.filter(value=subject).select_related("user").first()
    return found.user if found and found.user.is_active else None


def claims(
    user: User, application: Application, scopes: Iterable[str], today: date
) -> dict[str, Any]:
    """The claims these scopes open. No claim holds a database id of a person."""
    asked = set(scopes)
    found: dict[str, Any] = {"sub": Subject.of(user.pk)}
    if "profile" in asked:
        found["name"] = user.display_name
        if user.title:
            found["title"] = user.title
    if "account" in asked:
        found["preferred_username"] = user.username
    if "phone" in asked and user.mobile_mask:
        found |= phone(user, in_full=application.is_trusted)
    if asked & {"org", "roles"}:
        actor = actor_of(user, today)
        if "org" in asked:
            found |= place(actor)
        if "roles" in asked:
            found["roles"] = roles(actor)
    return found


def phone(user: User, *, in_full: bool) -> dict[str, Any]:
    """The mobile number, masked unless the application is trusted."""
    if in_full and user.mobile_sealed:
        number = keyring().open(bytes(user.mobile_sealed), context=MOBILE)
        return {
            "phone_number": f"+86{number}" if len(number) == 11 else number,
            "phone_number_verified": user.mobile_verified_at is not None,
        }
    return {"phone_number": user.mobile_mask, "phone_number_verified": False}


def place(actor: Actor) -> dict[str, Any]:
    """The union of the current post, and the unions above it from the root."""
    held = next((held for held in actor.grants if held.union_id == actor.union_id), None)
    if held is None:
        return {}
    ids = [int(part) for part in held.path.rstrip(".").split(".")]
    rows = Union.objects.unscoped(NAMES).filter(pk__in=ids)
    unions = {union.pk: union for union in rows}
    above = [unions[pk] for pk in ids if pk in unions]
    found: dict[str, Any] = {
        "union_id": held.union_id,
        "union_name": held.union_name,
        "org_path": ids,
        "org_names": [union.name for union in above],
    }
    own = unions.get(held.union_id)
    if own is not None:
        for name, pk in (("city", own.city_id), ("county", own.county_id)):
            if pk in unions:
                found[name] = {"union_id": pk, "name": unions[pk].name}
    return found


def roles(actor: Actor) -> list[dict[str, Any]]:
    """Each role with the union it is held at and its last day."""
    return [
        {
            "role": held.role,
            "union_id": held.union_id,
            "union_name": held.union_name,
            "until": held.until.isoformat() if held.until else None,
        }
        for held in actor.grants
        if held.role != WORKER.code
    ]
