"""Who holds the three administrators' roles, and whether they are kept apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gonghui.kernel.access.granting import ADMINISTRATOR_CODES, in_force
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import ADMINISTRATORS, ROLES
from gonghui.kernel.org.models import Union, UnionKind, UnionStatus
from gonghui.kernel.org.scoping import Scope

ALL = "that nobody holds two roles is checked over all grants"
LEVELS = (UnionKind.PROVINCE, UnionKind.CITY)


@dataclass(frozen=True)
class Administrator:
    """One administrator's grant."""

    role: str
    name: str
    username: str
    union: str
    until: date | None
    grant_id: int


def administrators(scope: Scope, today: date) -> list[Administrator]:
    """Administrators of a scope, the highest unions first. One query."""
    rows = in_force(Grant.objects.within(scope), today).filter(
        role__in=ADMINISTRATOR_CODES, user__is_active=True
    )
    found = rows.select_related("user", "union").order_by("org_path", "role", "id")
    return [
        Administrator(
            grant.role,
            grant.user.display_name,
            grant.user.username,
            grant.union.name,
            grant.valid_to,
            grant.pk,
        )
        for grant in found
    ]


def meetings(today: date) -> list[tuple[str, str]]:
    """Users in whom roles meet that must not: (name, roles). Empty by construction."""
    held: dict[int, set[str]] = defaultdict(set)
    names: dict[int, str] = {}
    rows = in_force(Grant.objects.unscoped(ALL), today)
    touched = rows.filter(role__in=ADMINISTRATOR_CODES).values("user_id")
    for pk, name, role in rows.filter(user_id__in=touched).values_list(
        "user_id", "user__display_name", "role"
    ):
        held[pk].add(role)
        names[pk] = name
    return [
        (names[pk], "、".join(ROLES[code].title for code in sorted(codes)))
        for pk, codes in held.items()
        if len(codes) > 1
    ]


def lacking(scope: Scope, held: Sequence[Administrator]) -> list[tuple[str, str]]:
    """Provincial and city unions of a scope that lack one of the three: (union, roles)."""
    rows = Union.objects.within(scope).filter(kind__in=LEVELS, status=UnionStatus.ACTIVE)
    have: dict[str, set[str]] = defaultdict(set)
    for item in held:
        have[item.union].add(item.role)
    found = []
    for name in rows.order_by("path").values_list("name", flat=True):
        missing = [role.title for role in ADMINISTRATORS if role.code not in have[name]]
        if missing:
            found.append((name, "、".join(missing)))
    return found
