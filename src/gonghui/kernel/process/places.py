"""Who has to sign at a step: what the diagram says, turned into seats."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import APPROVER, ROLES
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.kernel.process.diagram import Node
from gonghui.kernel.process.models import Case, Mode

SEATS = "whether anybody holds a role there decides where work goes; nobody is shown a grant"
PLACES = "a step may be signed at a union above the case's"
MOST_SEATS = 50
# Asked at every step of every case: compiling these through the ORM costs ten times their run.
HOLDING = """
access_grant AS held
JOIN identity_user AS holder ON holder.id = held.user_id AND holder.is_active
JOIN org_union AS place ON place.id = held.union_id AND place.status = 'active'
WHERE held.role = %(role)s AND held.ended_at IS NULL AND held.valid_from <= %(today)s
  AND (held.valid_to IS NULL OR held.valid_to >= %(today)s)
"""
"""What `holders` says, as SQL: values role and today; the caller adds whose or where."""
_NEAREST = f"""
SELECT place.id, place.name, place.path, place.city_id, place.county_id FROM {HOLDING}
  AND held.union_id = ANY(%(unions)s) AND NOT held.user_id = ANY(%(barred)s::bigint[])
ORDER BY place.path DESC LIMIT 1
"""


@dataclass(frozen=True)
class Seat:
    """One who has to sign: a user, or (user_id None) whoever holds `role` at `union`."""

    union: Union
    role: str = ""
    user_id: int | None = None
    user_name: str = ""


def seats_of(
    node: Node, case: Case, who_by_expression: Any, today: date, barred: Collection[int] = ()
) -> list[Seat]:
    """The seats of a user task, never none: without anybody named, the case's approvers.

    who_by_expression: value of the step's expression, a user id or a list of them. barred: users
    who must not sign; where nobody else holds the role, it goes to the union next above.
    """
    given = node.attributes
    who = given.get("who", "role")
    mode = given.get("mode", Mode.ONE)
    named: list[int] | None = None
    if who == "starter" and case.starter_id is not None:
        named = [case.starter_id]
    elif who == "user":
        named = _ids(given.get("user", ""))
    elif who == "expression":
        named = _ids(who_by_expression)
    if named is not None:
        free = [user for user in named if user not in barred]
        found = _users(free, case)
        return found or _by_role(case.union, APPROVER.code, mode, today, barred)
    role = given.get("role", "") if given.get("role", "") in ROLES else APPROVER.code
    union = _union(who, given.get("at", "here"), case)
    return _by_role(union, role, mode, today, barred)


def _union(who: str, at: str, case: Case) -> Union:
    if who == "superior":
        return case.union.parent or case.union
    wanted: int | None = None
    if who == "initiator_union":
        wanted = case.starter_union_id
    elif who == "role" and at == "county":
        wanted = case.county_id
    elif who == "role" and at == "city":
        wanted = case.city_id
    elif who == "role" and at == "province":
        wanted = int(case.org_path.split(".")[0])
    if wanted is not None and wanted != case.union_id:
        found = Union.objects.unscoped(PLACES).filter(pk=wanted).first()
        if found is not None:
            return found
    return _here(case)


def _here(case: Case) -> Union:
    """The case's union, of which only the place is known until more is asked."""
    place = [case.union_id, case.org_path, case.city_id, case.county_id]
    return Union.from_db("default", ["id", "path", "city_id", "county_id"], place)


def holders(union: Union, role: str, today: date, *, above: bool = False) -> Any:
    """Grants of a role in force at a union, and with `above` at those over it."""
    unions = [*union.ancestor_ids, union.pk] if above else [union.pk]
    return (
        Grant.objects.unscoped(SEATS)
        .filter(union_id__in=unions, role=role, ended_at=None, valid_from__lte=today)
        .filter(Q(valid_to=None) | Q(valid_to__gte=today))
        .filter(user__is_active=True, union__status="active")
    )


def nearest(union: Union, role: str, today: date, barred: Collection[int] = ()) -> Union:
    """The union, or the nearest above it with somebody who holds the role; else the union.

    barred: users who do not count. Of another union than the given one only what a place and its
    name need is read.
    """
    values = {
        "unions": [*union.ancestor_ids, union.pk],
        "role": role,
        "today": today,
        "barred": list(barred),
    }
    found = next(iter(Union.objects.unscoped(PLACES).raw(_NEAREST, values)), union)
    return union if found.pk == union.pk else found


def _by_role(
    union: Union, role: str, mode: str, today: date, barred: Collection[int]
) -> list[Seat]:
    place = nearest(union, role, today, barred)
    if mode == Mode.ONE:
        return [Seat(place, role)]
    rows = holders(place, role, today).exclude(user_id__in=barred)
    rows = rows.order_by("user_id").distinct("user_id")
    users = rows.values_list("user_id", "user__display_name")[:MOST_SEATS]
    return [Seat(place, role, *user) for user in users] or [Seat(place, role)]


def _ids(value: Any) -> list[int]:
    values: Iterable[Any] = value if isinstance(value, list | tuple) else str(value).split(",")
    texts = [str(item).strip() for item in values]
    return [int(text) for text in texts if text.isascii() and text.isdigit()][:MOST_SEATS]


def _users(ids: list[int], case: Case) -> list[Seat]:
    found = dict(User.objects.filter(pk__in=ids, is_active=True).values_list("pk", "display_name"))
    kept = dict.fromkeys(pk for pk in ids if pk in found)
    return [Seat(case.union, "", pk, found[pk]) for pk in kept]


def active_user(user_id: int) -> User:
    """A user who can be given work; Refusal names the field `user`."""
    found = User.objects.filter(pk=user_id, is_active=True).first()
    if found is None:
        raise Refusal(
            "这个人员不存在或账号已停用。",
            rule="流程待办只能交给在用账号",
            remedy="请重新选择人员。",
            field="user",
            code="no_such_user",
        )
    return found
