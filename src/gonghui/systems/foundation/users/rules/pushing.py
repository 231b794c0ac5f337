"""What is pushed to another system, and when again after it did not take it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from gonghui.systems.foundation.users.rules.scim import UNION_USER, USER

POST, MOBILE, UNION, ROLES = "post", "mobile", "union", "roles"
ATTRIBUTES = {UNION: "所在工会", POST: "职务", ROLES: "角色和期限", MOBILE: "手机号码"}
"""What a target may be given beside user name, name and state."""

SIMULATED = "/simulators/"
"""Where simulators of outside parties stand on an installation that has them."""

PREFIX = "gonghui-"
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)
AGAIN = frozenset({408, 409, 412, 423, 425, 429})
"""Refusals that may be over later; every other 4xx stays one until the content changes."""


def external_id(user_id: int) -> str:
    """What we call a user towards every target: stable, and told from the target's own."""
    return f"{PREFIX}{user_id}"


def user_id_of(name: Any) -> int | None:
    """The user an externalId of ours means; None for a stranger's."""
    if not isinstance(name, str) or not name.startswith(PREFIX):
        return None
    digits = name.removeprefix(PREFIX)
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None


def delay(attempts: int) -> timedelta:
    """How long to wait after so many failures in a row."""
    return min(FIRST_DELAY * 2 ** min(max(attempts - 1, 0), 20), LONGEST_DELAY)


def document(
    *,
    user_id: int,
    username: str,
    name: str,
    active: bool,
    attributes: list[str],
    post: str = "",
    mobile: str = "",
    union: tuple[int, str] | None = None,
    roles: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """A user as a target shall have it; only the attributes it was approved for."""
    found: dict[str, Any] = {
        "schemas": [USER],
        "externalId": external_id(user_id),
        "userName": username,
        "displayName": name,
        "active": active,
    }
    if MOBILE in attributes and mobile:
        found["phoneNumbers"] = [{"value": mobile, "type": "mobile"}]
    part: dict[str, Any] = {}
    if POST in attributes and post:
        part["post"] = post
    if UNION in attributes and union is not None:
        part["unionId"], part["unionName"] = str(union[0]), union[1]
    if ROLES in attributes:
        part["roles"] = roles or []
    if part:
        found["schemas"].append(UNION_USER)
        found[UNION_USER] = part
    return found


def differing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """Names of the attributes of ours that a target holds otherwise; nothing and [] are one."""
    found = []
    for name, value in ours.items():
        if name == "schemas":
            continue
        if name == UNION_USER:
            other = theirs.get(name) if isinstance(theirs.get(name), Mapping) else {}
            found += [
                part
                for part, item in value.items()
                if not _same(item, other.get(part))  # type: ignore[union-attr]
            ]
        elif not _same(value, theirs.get(name)):
            found.append(name)
    return found


def _same(ours: Any, theirs: Any) -> bool:
    if ours in (None, [], "") and theirs in (None, [], ""):
        return True
    if isinstance(ours, list):
        return (
            isinstance(theirs, list)
            and len(ours) == len(theirs)
            and all(any(_holds(item, each) for each in theirs) for item in ours)
        )
    return bool(ours == theirs)


def _holds(ours: Any, theirs: Any) -> bool:
    """Whether a value of theirs says all that ours says; it may say more."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return all(theirs.get(name) == value for name, value in ours.items())
    return bool(ours == theirs)


def is_final(status: int) -> bool:
    """Whether an answer refuses the content itself, so that sending it again changes nothing."""
    return 400 <= status < 500 and status not in AGAIN and status not in {401, 403, 404}
