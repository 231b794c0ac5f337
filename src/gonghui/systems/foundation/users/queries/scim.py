"""What a source system may read: users and groups of its subtree as SCIM documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Lower
from django.db.models.lookups import (
    Contains,
    EndsWith,
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
    StartsWith,
)
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from gonghui.kernel.access import granting
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.base.digests import canonical, sm3
from gonghui.kernel.identity import accounts
from gonghui.kernel.identity.models import Status
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.systems.foundation.users.models import ExternalId, Source, Staff
from gonghui.systems.foundation.users.permissions import TAKE_IN
from gonghui.systems.foundation.users.rules import scim_filters as filters
from gonghui.systems.foundation.users.rules.scim import (
    CORE,
    GROUP,
    GROUP_SCHEMA,
    UNION_USER,
    USER,
    USER_SCHEMA,
    Fault,
    Schema,
)

GIVEN = "grants a source gave are found by the source, for users already inside its scope"
BASE = "/scim/v2"
MOST_RESULTS = 200
ENABLED = (Status.INVITED, Status.ACTIVE)
_TESTS = {
    "eq": Exact,
    "co": Contains,
    "sw": StartsWith,
    "ew": EndsWith,
    "gt": GreaterThan,
    "ge": GreaterThanOrEqual,
    "lt": LessThan,
    "le": LessThanOrEqual,
}
_ORDERED = {"eq", "gt", "ge", "lt", "le"}

Compared = Callable[[str, Any], Q]


def users(actor: Actor) -> QuerySet[Staff]:
    """The users a source may see: those of its subtree whose account is not closed."""
    rows = Staff.objects.within(actor.scope(TAKE_IN)).select_related("user", "union")
    return rows.exclude(user__status=Status.CLOSED)


def unions(actor: Actor) -> QuerySet[Union]:
    return Union.objects.within(actor.scope(TAKE_IN)).filter(status=UnionStatus.ACTIVE)


def given(source: Source) -> QuerySet[Grant]:
    """The grants a source gave that hold now or will."""
    rows = Grant.objects.unscoped(GIVEN).filter(
        source=granting.PROVISIONED, source_id=source.pk, ended_at=None
    )
    today = timezone.localdate()
    return rows.filter(Q(valid_to=None) | Q(valid_to__gte=today), union__status=UnionStatus.ACTIVE)


def union_number(text: str) -> int | None:
    """The id a client wrote as text; None for what can be none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


# Documents


def user_documents(rows: Iterable[Staff], source: Source) -> list[dict[str, Any]]:
    """Users as a source sees them: two queries more, whatever their number."""
    found = list(rows)
    names = dict(
        ExternalId.objects.filter(source=source, staff__in=found).values_list("staff_id", "value")
    )
    grants: dict[int, list[Grant]] = {}
    listed = given(source).filter(user_id__in=[staff.user_id for staff in found])
    for grant in listed.select_related("union").order_by("union__path", "role"):
        grants.setdefault(grant.user_id, []).append(grant)
    return [
        user_document(staff, source, names.get(staff.pk, ""), grants.get(staff.user_id, []))
        for staff in found
    ]


def user_document(
    staff: Staff, source: Source, external_id: str, grants: list[Grant]
) -> dict[str, Any]:
    user, union = staff.user, staff.union
    part: dict[str, Any] = {"unionId": str(union.pk), "unionName": union.name}
    if staff.title:
        part["post"] = staff.title
    if grants:
        part["roles"] = [_role(grant) for grant in grants]
    found: dict[str, Any] = {
        "schemas": [USER, UNION_USER],
        "id": str(user.pk),
        "userName": user.username,
        "displayName": staff.name,
        "active": user.status in ENABLED and staff.left_on is None,
        UNION_USER: part,
    }
    if external_id:
        found["externalId"] = external_id
    if number := accounts.mobile_of(user) if source.shows_mobile else user.mobile_mask:
        found["phoneNumbers"] = [{"value": number, "type": "mobile", "primary": True}]
    if held := [_group_of(grant) for grant in grants if grant.valid_from <= timezone.localdate()]:
        found["groups"] = held
    return versioned(
        found, "User", f"{BASE}/Users/{user.pk}", user.created_at.astimezone(UTC).isoformat()
    )


def _role(grant: Grant) -> dict[str, str]:
    found = {
        "value": grant.role,
        "display": ROLES[grant.role].title,
        "unionId": str(grant.union_id),
        "unionName": grant.union.name,
        "validFrom": grant.valid_from.isoformat(),
    }
    if grant.valid_to is not None:
        found["validTo"] = grant.valid_to.isoformat()
    return found


def _group_of(grant: Grant) -> dict[str, str]:
    key = group_id(grant.role, grant.union_id)
    return {
        "value": key,
        "$ref": f"{BASE}/Groups/{key}",
        "display": group_name(grant.union.name, grant.role),
        "type": "direct",
    }


def group_id(role: str, union_id: int) -> str:
    return f"{role}-{union_id}"


def group_name(union_name: str, role: str) -> str:
    return f"{union_name}{ROLES[role].title}"


def group_document(union: Union, role: str, source: Source) -> dict[str, Any]:
    """One group with the members this source put into it."""
    rows = given(source).filter(union=union, role=role).select_related("user")
    members = [
        {
            "value": str(grant.user_id),
            "$ref": f"{BASE}/Users/{grant.user_id}",
            "display": grant.user.display_name,
            "type": "User",
        }
        for grant in rows.order_by("user_id")
    ]
    return _group(union.pk, role, union.name, members)


def _group(
    union_id: int, role: str, union_name: str, members: list[dict[str, str]]
) -> dict[str, Any]:
    key = group_id(role, union_id)
    found: dict[str, Any] = {
        "schemas": [GROUP],
        "id": key,
        "displayName": group_name(union_name, role),
    }
    if members:
        found["members"] = members
    return versioned(found, "Group", f"{BASE}/Groups/{key}")


def versioned(found: dict[str, Any], kind: str, location: str, created: str = "") -> dict[str, Any]:
    """The document with its meta; the version is a digest of what the document says."""
    version = f'W/"{sm3(canonical(found)).hex()[:24]}"'
    meta = {"resourceType": kind, "location": location, "version": version}
    if created:
        meta["created"] = created
    return {**found, "meta": meta}


# Asking for many


@dataclass(frozen=True)
class Wanted:
    """A query as a client writes it (RFC 7644 section 3.4.2)."""

    filter: str = ""
    sort_by: str = ""
    descending: bool = False
    start: int = 1
    count: int = MOST_RESULTS


def user_page(wanted: Wanted, actor: Actor, source: Source) -> tuple[int, list[dict[str, Any]]]:
    """How many users match, and the documents of one page."""
    rows = users(actor)
    if wanted.filter:
        rows = rows.filter(compiled(filters.parse(wanted.filter), USER_SCHEMA, _of_users(source)))
    total = rows.count()
    order = _order(wanted, USER_SCHEMA, USER_ORDERS)
    return total, user_documents(rows.order_by(*order, "user_id")[_slice(wanted, total)], source)


def group_page(wanted: Wanted, actor: Actor, source: Source) -> tuple[int, list[dict[str, Any]]]:
    """How many groups match, and the documents of one page: unions × roles, put together."""
    tree = filters.parse(wanted.filter) if wanted.filter else None
    parts = []
    for role in source.given_roles:
        rows = unions(actor)
        if tree is not None:
            rows = rows.filter(compiled(tree, GROUP_SCHEMA, _of_groups(source, role)))
        parts.append(
            rows.annotate(
                role=Value(role, output_field=TextField()),
                shown=Concat("name", Value(ROLES[role].title), output_field=TextField()),
            ).values_list("pk", "role", "name", "shown")
        )
    if not parts:
        return 0, []
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    total = rows.count()
    order = _order(wanted, GROUP_SCHEMA, {"displayName": "shown", "id": "pk"})
    found = list(rows.order_by(*order, "pk", "role")[_slice(wanted, total)])
    members: dict[tuple[int, str], list[dict[str, str]]] = {}
    listed = given(source).filter(union_id__in=[row[0] for row in found])
    for grant in listed.select_related("user").order_by("user_id"):
        members.setdefault((grant.union_id, grant.role), []).append(
            {
                "value": str(grant.user_id),
                "$ref": f"{BASE}/Users/{grant.user_id}",
                "display": grant.user.display_name,
                "type": "User",
            }
        )
    return total, [
        _group(pk, role, name, members.get((pk, role), [])) for pk, role, name, _ in found
    ]


def _slice(wanted: Wanted, total: int) -> slice:
    start = min(max(wanted.start, 1) - 1, total)
    return slice(start, start + min(max(wanted.count, 0), MOST_RESULTS))


USER_ORDERS = {
    "id": "user_id",
    "userName": "user__username",
    "displayName": "name",
    "meta.created": "user__created_at",
    f"{UNION_USER}:post": "title",
    f"{UNION_USER}:unionId": "union_id",
    f"{UNION_USER}:unionName": "union__name",
}


def _order(wanted: Wanted, schema: Schema, orders: dict[str, str]) -> list[Any]:
    if not wanted.sort_by:
        return []
    asked = wanted.sort_by.lower().removeprefix(f"{schema.id.lower()}:")
    field = next((field for name, field in orders.items() if name.lower() == asked), None)
    if field is None:
        raise Fault(f"不能按“{wanted.sort_by[:60]}”排序。", scim_type="invalidPath")
    return [F(field).desc() if wanted.descending else F(field).asc()]


# Filters: from a tree to conditions, by a table of what may be asked


@dataclass(frozen=True)
class Askable:
    """An attribute a filter may ask about. test: (operator, value) -> condition."""

    test: Compared
    present: Q


def compiled(tree: filters.Filter, schema: Schema, table: dict[str, Any]) -> Q:
    """The condition a filter says; values are only ever bound, names only ever looked up."""
    match tree:
        case filters.And(parts):
            found = Q()
            for part in parts:
                found &= compiled(part, schema, table)
            return found
        case filters.Or(parts):
            found = Q(pk__in=[])
            for part in parts:
                found |= compiled(part, schema, table)
            return found
        case filters.Not(part):
            return ~compiled(part, schema, table)
        case filters.Among(path, part):
            related = _asked(path, schema, table)
            if not isinstance(related, Related):
                raise _unknown(path)
            return related.holds(compiled(part, _WITHOUT, related.table))
        case filters.Present(path):
            asked = _asked(path, schema, table)
            if isinstance(asked, Related):
                return asked.holds(Q())
            return asked.present
        case filters.Compare(path, operator, value):
            asked = _asked(path, schema, table)
            if isinstance(asked, Related):
                if "value" not in asked.table:
                    raise _unknown(path)
                return asked.holds(_compare(asked.table["value"], operator, value))
            return _compare(asked, operator, value)
    raise _unknown(filters.Path(""))


def _compare(asked: Askable, operator: str, value: Any) -> Q:
    if value is None:
        # "eq null" asks for what has no value.
        if operator not in {"eq", "ne"}:
            raise Fault("null 只能用 eq 或 ne 比较。", scim_type="invalidFilter")
        return ~asked.present if operator == "eq" else asked.present
    if operator == "ne":
        return ~asked.test("eq", value)
    return asked.test(operator, value)


_WITHOUT = Schema("", "", "", ())


def _asked(path: filters.Path, schema: Schema, table: dict[str, Any]) -> Any:
    name = path.name.lower()
    if path.schema and path.schema.lower() != schema.id.lower():
        name = f"{path.schema.lower()}:{name}"
    found = table.get(f"{name}.{path.sub.lower()}" if path.sub else name)
    if found is None and path.sub and isinstance(table.get(name), Related):
        related = table[name]
        part = related.table.get(path.sub.lower())
        if part is not None:
            return Askable(
                lambda operator, value: related.holds(_compare(part, operator, value)),
                related.holds(part.present),
            )
    if found is None:
        raise _unknown(path)
    return found


def _unknown(path: filters.Path) -> Fault:
    return Fault(f"不能按“{str(path)[:80]}”过滤。", scim_type="invalidFilter")


@dataclass(frozen=True)
class Related:
    """A multi-valued attribute kept in rows of another table: one row must meet everything."""

    holds: Callable[[Q], Q]
    table: dict[str, Askable]


def _text(expression: Any, exact: bool = False) -> Askable:
    """A text column; without `exact` upper and lower case are one."""
    source = expression if exact else Lower(expression)

    def test(operator: str, value: Any) -> Q:
        if not isinstance(value, str):
            raise Fault("文字属性应与带引号的文字比较。", scim_type="invalidFilter")
        wanted = value if exact else value.lower()
        return Q(_TESTS[operator](source, Value(wanted)))

    return Askable(test, ~Q(Exact(source, Value(""))))


def _number(expression: str) -> Askable:
    """An id, which clients write as text."""

    def test(operator: str, value: Any) -> Q:
        if not isinstance(value, str):
            raise Fault("编号应与带引号的文字比较。", scim_type="invalidFilter")
        if operator == "eq":
            number = union_number(value)
            return Q(pk__in=[]) if number is None else Q(**{expression: number})
        return Q(_TESTS[operator](Cast(F(expression), CharField()), Value(value)))

    return Askable(test, Q(**{f"{expression}__isnull": False}))


def _moment(expression: str) -> Askable:
    def test(operator: str, value: Any) -> Q:
        moment = _parsed(value)
        if operator not in _ORDERED:
            raise Fault("时间只能比较先后。", scim_type="invalidFilter")
        return Q(_TESTS[operator](F(expression), Value(moment)))

    return Askable(test, Q(**{f"{expression}__isnull": False}))


def _parsed(value: Any) -> datetime:
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
        if found is None:
            raise ValueError
        aware = found if found.tzinfo is not None else timezone.make_aware(found)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Fault("时间应写成 2026-11-22T08:00:00Z。", scim_type="invalidFilter") from None


def _flag(condition: Q) -> Askable:
    def test(operator: str, value: Any) -> Q:
        if operator != "eq" or not isinstance(value, bool):
            raise Fault("此属性只能与 true 或 false 比较是否相等。", scim_type="invalidFilter")
        return condition if value else ~condition

    return Askable(test, ~Q(pk__in=[]))


def _of_users(source: Source) -> dict[str, Any]:
    """What a filter on users may ask, by attribute path in lower case."""
    extension = UNION_USER.lower()
    mine = ExternalId.objects.filter(source=source, staff=OuterRef("pk"))
    roles = _rows(given(source), "user_id", "user_id")
    external = _rows_of(mine)
    by_name = _text(F("value"), exact=True)
    return {
        "id": _number("user_id"),
        "externalid": Askable(
            lambda operator, value: external(by_name.test(operator, value)), external(Q())
        ),
        "username": _text(F("user__username")),
        "displayname": _text(F("name")),
        "active": _flag(Q(user__status__in=ENABLED, left_on=None)),
        "meta.created": _moment("user__created_at"),
        "meta.resourcetype": _text(Value("User", output_field=TextField()), exact=True),
        "schemas": _text(Value(f"{USER} {UNION_USER}", output_field=TextField())),
        f"{extension}:unionid": _number("union_id"),
        f"{extension}:unionname": _text(F("union__name")),
        f"{extension}:post": _text(F("title")),
        f"{extension}:roles": Related(
            roles,
            {
                "value": _text(F("role"), exact=True),
                "unionid": _number("union_id"),
                "unionname": _text(F("union__name")),
            },
        ),
        "groups": Related(
            roles,
            {
                "value": _text(
                    Concat(
                        "role",
                        Value("-"),
                        Cast("union_id", CharField()),
                        output_field=TextField(),
                    ),
                    exact=True,
                )
            },
        ),
    }


def _of_groups(source: Source, role: str) -> dict[str, Any]:
    """What a filter on the groups of one role may ask."""
    members = _rows(given(source).filter(role=role), "union_id", "pk")
    key = Concat(Value(f"{role}-"), Cast("pk", CharField()), output_field=TextField())
    shown = Concat("name", Value(ROLES[role].title), output_field=TextField())
    return {
        "id": _text(key, exact=True),
        "displayname": _text(shown),
        "meta.resourcetype": _text(Value("Group", output_field=TextField()), exact=True),
        "members": Related(
            members, {"value": _number("user_id"), "display": _text(F("user__display_name"))}
        ),
    }


def _rows(rows: QuerySet[Any], theirs: str, ours: str) -> Callable[[Q], Q]:
    return _rows_of(rows.filter(**{theirs: OuterRef(ours)}))


def _rows_of(rows: QuerySet[Any]) -> Callable[[Q], Q]:
    return lambda condition: Q(Exists(rows.filter(condition)))


def configuration(address: str) -> dict[str, Any]:
    """What the service can do (RFC 7643 section 5)."""
    no = {"supported": False}
    return {
        "schemas": [f"{CORE}:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST_RESULTS},
        "changePassword": no,
        "sort": {"supported": True},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "来源令牌",
                "description": "在请求头 Authorization 中写 Bearer 和来源令牌",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": f"{address}{BASE}/ServiceProviderConfig",
        },
    }
