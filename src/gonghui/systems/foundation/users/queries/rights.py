"""What somebody may see and why, and who may see a record: from grants, never from the data.

Nothing here reads personal data of members: of people only counts the metrics keep, of a record
only where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module

from django.conf import settings

from gonghui.kernel.access.actions import ACTIONS
from gonghui.kernel.access.actor import Actor, Held
from gonghui.kernel.access.granting import ADMINISTRATOR_CODES, in_force
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import PERMISSIONS, ROLES, Permission
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.identity.models import User
from gonghui.kernel.metrics.models import MemberCount
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.org.scoping import Range, Scope, ScopedQuerySet, wall_at
from gonghui.kernel.resource.declaration import RESOURCES, SYSTEMS, Page, Resource
from gonghui.systems.foundation.users.permissions import EXPLAIN

ASKED = "grants of one user are explained to who may explain them"
PLACED = "only where the record stands is read, to find who may see it"
COUNTED = "unions below a grant are counted"
PLATFORM = "平台公用"


@dataclass(frozen=True)
class Holding:
    """A grant as the explanation tells it; a supposed one has no id."""

    role: str
    union_id: int
    union_name: str
    path: str
    until: date | None = None
    grant_id: int | None = None
    giver: str = ""
    given_on: date | None = None
    source: str = ""
    reason: str = ""

    @property
    def title(self) -> str:
        return ROLES[self.role].title

    @property
    def held(self) -> Held:
        return Held(self.role, self.path, self.union_id, self.union_name, self.until)


@dataclass
class Line:
    """One permission with the grants it follows from; none where it is open to everybody."""

    permission: Permission
    ways: list[Holding] = field(default_factory=list)
    gained: bool = False
    lost: bool = False

    @property
    def for_all(self) -> bool:
        return self.permission.open or self.permission.public

    @property
    def own(self) -> bool:
        return self.permission.own

    @property
    def places(self) -> list[str]:
        return list(dict.fromkeys(way.union_name for way in self.ways))


@dataclass
class Reach:
    """One subtree a person's business reaches, with the counts the platform keeps."""

    union_id: int
    name: str
    unions: int
    members: int
    roles: str


@dataclass
class Explanation:
    """Everything a user may do, by system; what a supposed change gains or loses is marked."""

    holdings: list[Holding]
    systems: list[tuple[str, list[Line]]]
    menu: list[tuple[str, list[str]]]
    reaches: list[Reach]
    masks: list[tuple[str, str]]
    gained: int = 0
    lost: int = 0


def holdings_of(user: User, today: date) -> list[Holding]:
    """The grants of a user in force today, with who gave them. Two queries."""
    rows = in_force(Grant.objects.unscoped(ASKED), today).filter(
        user=user, union__status=UnionStatus.ACTIVE
    )
    grants = list(rows.select_related("union").order_by("org_path", "role"))
    givers = User.objects.in_bulk({grant.granted_by_id for grant in grants if grant.granted_by_id})
    return [
        Holding(
            role=grant.role,
            union_id=grant.union_id,
            union_name=grant.union.name,
            path=grant.union.path,
            until=grant.valid_to,
            grant_id=grant.pk,
            giver=str(givers.get(grant.granted_by_id or 0, "系统初始化")),
            given_on=grant.valid_from,
            source=grant.get_source_display(),
            reason=grant.reason,
        )
        for grant in grants
    ]


def supposed(role: str, union: Union) -> Holding:
    """A grant that is only being thought of."""
    return Holding(role, union.pk, union.name, union.path, source="假设授予")


def explain(user: User, holdings: Sequence[Holding], after: Sequence[Holding]) -> Explanation:
    """What a user may do with `after`, marked where it differs from `holdings`."""
    grouped: dict[str, list[Line]] = {}
    gained = lost = 0
    for permission in PERMISSIONS.values():
        line = _line(permission, user, holdings, after)
        if line is None:
            continue
        gained += line.gained
        lost += line.lost
        grouped.setdefault(system_of(permission.code), []).append(line)
    actor = Actor(user_id=user.pk, person_id=user.person_id, grants=tuple(h.held for h in after))
    return Explanation(
        holdings=list(after),
        systems=sorted(grouped.items(), key=lambda item: (item[0] == PLATFORM, item[0])),
        menu=menu_of(actor),
        reaches=reaches_of(after),
        masks=masks_of(actor),
        gained=gained,
        lost=lost,
    )


def _line(
    permission: Permission, user: User, before: Sequence[Holding], after: Sequence[Holding]
) -> Line | None:
    """A permission the user has or would lose; None for one that does not concern them."""
    codes = {role.code for role in permission.roles}
    ways = [item for item in after if item.role in codes]
    past = [item for item in before if item.role in codes]
    own = permission.own and user.person_id is not None
    if not (ways or past or own or permission.open or permission.public):
        return None
    was, now = {item.path for item in past}, {item.path for item in ways}
    return Line(
        permission,
        ways or past,
        gained=bool(_beyond(now, was)),
        lost=bool(_beyond(was, now)),
    )


def _beyond(paths: Iterable[str], others: Iterable[str]) -> set[str]:
    """The paths that lie under none of the others."""
    known = list(others)
    return {path for path in paths if not any(path.startswith(root) for root in known)}


@cache
def _packages() -> dict[str, str]:
    return {app: import_module(f"{app}.system").SYSTEM.name for app in settings.GONGHUI_SYSTEMS}


@cache
def system_of(code: str) -> str:
    """The name of the system a permission belongs to."""
    for found in ACTIONS.values():
        if found.permission.code == code:
            module = found.function.__module__
            name = next((n for app, n in _packages().items() if module.startswith(f"{app}.")), "")
            if name:
                return name
    for system in SYSTEMS.values():
        for resource in system.resources:
            if code in {item.code for item in (resource.view, resource.export) if item}:
                return system.name
        for entry in (*system.menu, *system.hall):
            if isinstance(entry, Page) and entry.permission and entry.permission.code == code:
                return system.name
    return PLATFORM


def menu_of(actor: Actor) -> list[tuple[str, list[str]]]:
    """The menu such an actor has: chapter and its entries."""
    chapters: dict[str, list[str]] = {}
    for system in SYSTEMS.values():
        for entry in system.menu:
            permission = entry.view if isinstance(entry, Resource) else entry.permission
            if permission is None or actor.paths(permission):
                chapters.setdefault(system.chapter, []).append(entry.title)
    return list(chapters.items())


def reaches_of(holdings: Sequence[Holding]) -> list[Reach]:
    """The subtrees business roles reach, with kept counts; administrators reach no data."""
    business = [item for item in holdings if item.role not in ADMINISTRATOR_CODES]
    roots = {item.path: item for item in business}
    scope = Scope.of(roots)
    counts = MemberCount.objects.in_bulk([item.union_id for item in scope.ranges])
    return [
        Reach(
            union_id=item.union_id,
            name=roots[item.lo].union_name,
            unions=_unions_below(item),
            members=counts[item.union_id].in_ranks if item.union_id in counts else 0,
            roles="、".join(
                dict.fromkeys(held.title for held in business if held.path.startswith(item.lo))
            ),
        )
        for item in scope.ranges
    ]


def _unions_below(span: Range) -> int:
    rows = Union.objects.unscoped(COUNTED).filter(path__gte=span.lo, path__lt=span.hi)
    return rows.filter(status=UnionStatus.ACTIVE).count()


def masks_of(actor: Actor) -> list[tuple[str, str]]:
    """For each list with masked personal data: what such an actor sees of it."""
    found = []
    for resource in RESOURCES.values():
        if resource.reveal is None:
            continue
        if not actor.paths(resource.view):
            words = "看不到"
        elif actor.paths(resource.reveal.permission):
            words = "脱敏显示；可以说明理由后查看原文，每次记入日志"
        else:
            words = "脱敏显示，不能查看原文"
        found.append((resource.title, words))
    return found


@dataclass
class Seer:
    """A user who may see a record, with each permission on it and the grant it follows from."""

    user: User
    rights: list[tuple[str, Holding]]


def place_of_record(resource: Resource, text: str, actor: Actor) -> str:
    """Where a record stands, by its id or number; Missing outside what the actor may ask about.

    The record itself is not read: who asks has no right to its contents.
    """
    model = resource.model
    path = getattr(model, "scope_path", "org_path")
    names = {item.name for item in model._meta.concrete_fields}
    rows = model._default_manager.all()
    with wall_at(Scope.everything()):
        if isinstance(rows, ScopedQuerySet):
            rows = rows.unscoped(PLACED)
        found = None
        if path in names and text.isdecimal() and len(text) < 19:
            found = rows.filter(pk=int(text)).values_list(path, flat=True).first()
        if found is None and path in names and "number" in names:
            found = rows.filter(number=text[:30]).values_list(path, flat=True).first()
    if found is None or not actor.may(EXPLAIN, found):
        raise Missing(
            "没有这条记录，或者它不在您的管理范围内。",
            remedy="请核对编号；编号是记录地址末尾的数字，会员也可以填会员号。",
            field="record",
        )
    return str(found)


def seers_of(resource: Resource, path: str, today: date) -> list[Seer]:
    """Every user who may see a record of a resource at a place, and through which grant."""
    ids = [int(part) for part in path.rstrip(".").split(".")]
    codes = {role.code for role in resource.view.roles}
    asked = _asked_of(resource)
    wanted = codes | {role.code for _, item in asked for role in item.roles}
    rows = in_force(Grant.objects.unscoped(ASKED), today).filter(
        union_id__in=ids, role__in=wanted, user__is_active=True, union__status=UnionStatus.ACTIVE
    )
    by_user: dict[int, list[Grant]] = {}
    for grant in rows.select_related("user", "union").order_by("-org_path", "user_id", "role"):
        by_user.setdefault(grant.user_id, []).append(grant)
    givers = User.objects.in_bulk(
        {item.granted_by_id for held in by_user.values() for item in held if item.granted_by_id}
    )
    found = []
    for grants in by_user.values():
        if not codes & {grant.role for grant in grants}:
            continue
        rights = [
            (title, _holding(grant, givers))
            for title, permission in asked
            for grant in grants
            if grant.role in {role.code for role in permission.roles}
        ]
        found.append(Seer(grants[0].user, rights))
    return found


def _holding(grant: Grant, givers: dict[int, User]) -> Holding:
    return Holding(
        role=grant.role,
        union_id=grant.union_id,
        union_name=grant.union.name,
        path=grant.org_path,
        until=grant.valid_to,
        grant_id=grant.pk,
        giver=str(givers.get(grant.granted_by_id or 0, "系统初始化")),
        given_on=grant.valid_from,
        source=grant.get_source_display(),
        reason=grant.reason,
    )


def _asked_of(resource: Resource) -> list[tuple[str, Permission]]:
    """What may be done with a record of a resource: (in words, permission)."""
    found: dict[str, Permission] = {"查看": resource.view}
    if resource.export:
        found["导出"] = resource.export
    if resource.reveal:
        found[resource.reveal.title] = resource.reveal.permission
    for step in resource.steps:
        found.setdefault(step.title, step.action.permission)
    return list(found.items())
