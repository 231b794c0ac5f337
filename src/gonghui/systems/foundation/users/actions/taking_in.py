"""Taking users in from a source system: each verb one transaction, the source its actor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel.access import granting
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor, Held
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import ROLES, SYSTEM_ADMIN
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.identity import accounts
from gonghui.kernel.identity.models import Status
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.foundation.users.actions import posts, staff
from gonghui.systems.foundation.users.models import (
    ExternalId,
    Source,
    SourceToken,
    Staff,
    StaffSource,
    Tenure,
)
from gonghui.systems.foundation.users.permissions import SOURCE, TAKE_IN
from gonghui.systems.foundation.users.queries import scim as queries
from gonghui.systems.foundation.users.rules import scim_patch
from gonghui.systems.foundation.users.rules.scim import (
    GROUP_SCHEMA,
    UNION_USER,
    USER_SCHEMA,
    Fault,
    day,
    read,
)

OWN_TENURES = "the tenures of a user the action has locked"
REASON = "来源系统推送"


@dataclass(frozen=True)
class Taker(Actor):
    """A source system that acts by one of its tokens, inside its own subtree.

    It opens no row-level wall: nothing it does needs the register of persons.
    """

    source_id: int = 0

    def wall(self) -> Scope:
        return Scope()


def taker(token: SourceToken, ip: str, request_id: str) -> Taker:
    """The actor of a token that was found usable."""
    source, union = token.source, token.source.union
    return Taker(
        name=f"来源系统：{source.name}"[:50],
        union_id=union.pk,
        union_name=union.name,
        grants=tuple(
            Held(role.code, union.path, union.pk, union.name) for role in (SOURCE, SYSTEM_ADMIN)
        ),
        ip=ip,
        channel="api",
        request_id=request_id,
        source_id=source.pk,
    )


def _source(by: Actor) -> Source:
    if not isinstance(by, Taker):
        raise Forbidden("只有来源系统可以这样维护用户。", code="forbidden")
    return Source.objects.within(by.scope(TAKE_IN)).get(pk=by.source_id)


def check_match(document: Mapping[str, Any], match: str) -> None:
    """Refuse a write made for another version (RFC 7644 section 3.14)."""
    if not match or match.strip() == "*":
        return
    known = {each.strip().removeprefix("W/") for each in match.split(",")}
    if document["meta"]["version"].removeprefix("W/") not in known:
        raise Fault("这条记录已有新的版本，请重新读取后再修改。", answer=412)


# Users


@action("scim.create_user", "来源系统新建用户", TAKE_IN, creates=True)
def create_user(union: Union, *, by: Actor, document: Mapping[str, Any]) -> Staff:
    """A user in a union of the subtree, waiting for its holder's activation."""
    source = _source(by)
    part = document[UNION_USER]
    made = staff.open_user(
        union,
        by=by,
        username=document["userName"],
        name=document["displayName"],
        title=part.get("post", ""),
        mobile=_number(document),
        source=StaffSource.PUSHED,
    )
    _keep_external_id(made, source, document.get("externalId"))
    _give(made, source, part.get("roles", ()), by)
    if document.get("active") is False:
        staff.suspend(made, by=by, reason=REASON)
    return made


@action("scim.replace_user", "来源系统更新用户", TAKE_IN)
def replace_user(
    found: Staff, *, by: Actor, document: Any = None, patch: Any = None, match: str = ""
) -> Staff:
    """A user as a whole document (PUT) or by operations on the present one (PATCH)."""
    source = _source(by)
    staff.check_no_administrator(found)
    present = queries.user_documents([found], source)[0]
    check_match(present, match)
    writable = read(USER_SCHEMA, present)
    wanted = (
        scim_patch.apply(USER_SCHEMA, writable, patch)
        if patch is not None
        else read(USER_SCHEMA, document)
    )
    if wanted["userName"].lower() != writable["userName"].lower():
        raise Fault("用户名建立后不能修改。", scim_type="mutability")
    _move(found, wanted, by)
    # A replaced document without `active` says nothing of it.
    _switch(found, wanted.get("active", present["active"]), by)
    _amend(found, wanted, by)
    _keep_external_id(found, source, wanted.get("externalId"))
    if wanted[UNION_USER].get("roles", []) != writable[UNION_USER].get("roles", []):
        _give(found, source, wanted[UNION_USER].get("roles", ()), by)
    return _fresh(found)


@action("scim.delete_user", "来源系统注销用户", TAKE_IN)
def delete_user(found: Staff, *, by: Actor, match: str = "") -> Staff:
    """The account is closed for good; what it did stays in the records."""
    source = _source(by)
    check_match(queries.user_documents([found], source)[0], match)
    closed = posts.close(found, by=by, reason=REASON)
    ExternalId.objects.filter(source=source, staff=found).delete()
    return closed


def _fresh(found: Staff) -> Staff:
    rows = Staff.objects.unscoped("the user the action has locked")
    return rows.select_related("user", "union").get(pk=found.pk)


def place(document: Mapping[str, Any], by: Actor) -> Union:
    """The union a document names; outside the subtree it is refused like one that is not there."""
    number = queries.union_number(document[UNION_USER]["unionId"])
    rows = Union.objects.within(by.scope(TAKE_IN)).filter(status=UnionStatus.ACTIVE)
    found = rows.filter(pk=number).first() if number is not None else None
    if found is None:
        raise Fault("该来源系统的管理范围内没有这个工会。", scim_type="invalidValue", answer=403)
    return found


def _move(found: Staff, wanted: Mapping[str, Any], by: Actor) -> None:
    """Into another union of the subtree; rights and posts at the former one end."""
    union = place(wanted, by)
    if union.pk == found.union_id:
        return
    staff.check_no_administrator(found)
    tenures = Tenure.objects.unscoped(OWN_TENURES).filter(staff=found, ended_on=None)
    for tenure in tenures.filter(union_id=found.union_id).select_related("staff", "union"):
        posts.end(tenure, by=by, reason=REASON)
    granting.revoke_leaver(found.user, by=by, reason=REASON, below=found.union.path)
    note(union={"label": "所在工会", "before": found.union.name, "after": union.name})
    found.place_at(union)
    found.version += 1
    found.save()


def _switch(found: Staff, active: bool, by: Actor) -> None:
    if active and found.left_on is not None:
        posts.come_back(found, by=by, reason=REASON, into=found.union)
    elif active and found.user.status == Status.SUSPENDED:
        staff.reopen(found, by=by, reason=REASON)
    elif not active and found.user.status in queries.ENABLED:
        staff.suspend(found, by=by, reason=REASON)
    else:
        return
    _again(found)


def _again(found: Staff) -> None:
    """What a nested action changed, on the locked record in hand."""
    fresh = _fresh(found)
    for field in ("left_on", "version", "name", "title"):
        setattr(found, field, getattr(fresh, field))
    found.user = fresh.user


def _amend(found: Staff, wanted: Mapping[str, Any], by: Actor) -> None:
    facts = {"name": wanted["displayName"], "title": wanted[UNION_USER].get("post", "")}
    if any(getattr(found, name) != value for name, value in facts.items()):
        staff.amend(found, by=by, **facts)
        _again(found)
    number = _number(wanted)
    if "*" in number or number == accounts.mobile_of(found.user):
        return
    if number:
        accounts.put_mobile(found.user, number)
        found.user.save()
        note(mobile={"label": "手机号码", "after": found.user.mobile_mask})


def _number(document: Mapping[str, Any]) -> str:
    """The first mobile number; one still masked means that it shall stay."""
    numbers = document.get("phoneNumbers") or []
    chosen = next((each for each in numbers if each.get("primary")), None)
    return str((chosen or next(iter(numbers), {})).get("value", ""))


def _keep_external_id(found: Staff, source: Source, value: str | None) -> None:
    rows = ExternalId.objects.filter(source=source, staff=found)
    if not value:
        rows.delete()
        return
    try:
        with transaction.atomic():
            ExternalId.objects.update_or_create(
                source=source, staff=found, defaults={"value": value}
            )
    except IntegrityError as error:
        raise Fault(
            "另一用户已使用这个 externalId。", scim_type="uniqueness", answer=409
        ) from error


# Roles


@dataclass(frozen=True)
class Right:
    """A role at a union for a term, as a document says it."""

    role: str
    union_id: int
    since: date | None
    until: date | None

    def is_held(self, grant: Grant, today: date) -> bool:
        """Whether a grant is this right already; a start that is past is past on any day."""
        if self.until != grant.valid_to:
            return False
        begun = self.since is not None and self.since <= today >= grant.valid_from
        return self.since is None or self.since == grant.valid_from or begun


def _give(found: Staff, source: Source, listed: Iterable[Mapping[str, Any]], by: Actor) -> None:
    """Make the source's grants to a user those of its document; others' stay untouched."""
    wanted = {(right.role, right.union_id): right for right in map(_right, listed)}
    for grant in queries.given(source).filter(user_id=found.user_id):
        right = wanted.get((grant.role, grant.union_id))
        if right is not None and right.is_held(grant, timezone.localdate()):
            del wanted[grant.role, grant.union_id]
        else:
            granting.revoke(grant, by=by, reason=REASON)
    for right in wanted.values():
        _grant(found, source, right, by)


def _right(item: Mapping[str, Any]) -> Right:
    number = queries.union_number(item["unionId"])
    return Right(
        item["value"],
        number if number is not None else -1,
        day(item.get("validFrom"), "validFrom"),
        day(item.get("validTo"), "validTo"),
    )


def _grant(found: Staff, source: Source, right: Right, by: Actor) -> None:
    if right.role not in source.given_roles:
        raise Fault(
            f"该来源系统未获准授予“{right.role[:20]}”角色。",
            rule="来源系统可以授予的角色由安全管理员批准",
            scim_type="invalidValue",
            answer=403,
        )
    rows = Union.objects.within(by.scope(TAKE_IN)).filter(pk=right.union_id)
    union = rows.first()
    if union is None:
        raise Fault("该来源系统的管理范围内没有这个工会。", scim_type="invalidValue", answer=403)
    today = timezone.localdate()
    granting.grant(
        found.user,
        ROLES[right.role],
        union,
        on=max(right.since or today, today),
        until=right.until,
        by=by,
        reason=f"{REASON}：{source.name}",
        source=granting.PROVISIONED,
        source_id=source.pk,
    )


# Groups


@action("scim.change_group", "来源系统调整用户组成员", TAKE_IN, creates=True)
def change_group(
    union: Union, *, by: Actor, role: str, document: Any = None, patch: Any = None, match: str = ""
) -> Union:
    """The members of a role at a union, as a whole (PUT) or by operations (PATCH)."""
    source = _source(by)
    present = queries.group_document(union, role, source)
    check_match(present, match)
    writable = read(GROUP_SCHEMA, present)
    wanted = (
        scim_patch.apply(GROUP_SCHEMA, writable, patch)
        if patch is not None
        else read(GROUP_SCHEMA, document)
    )
    before = {item["value"] for item in writable.get("members", ())}
    after = {item["value"] for item in wanted.get("members", ())}
    for grant in queries.given(source).filter(union=union, role=role):
        if str(grant.user_id) not in after:
            granting.revoke(grant, by=by, reason=REASON)
    for found in _members(sorted(after - before), by):
        _grant(found, source, Right(role, union.pk, None, None), by)
    note(
        members={
            "label": f"{ROLES[role].title}成员",
            "before": len(before),
            "after": len(after),
        }
    )
    return union


def _members(values: list[str], by: Actor) -> list[Staff]:
    numbers = [queries.union_number(value) for value in values]
    rows = queries.users(by).filter(user_id__in=[number for number in numbers if number])
    found = list(rows.order_by("user_id"))
    if len(found) != len(values):
        raise Fault(
            "成员中有不在该来源系统管理范围内的用户。", scim_type="invalidValue", answer=403
        )
    return found


def scim_fault(refusal: Refusal) -> Fault:
    """A refusal of the platform's rules as a SCIM error."""
    if isinstance(refusal, Fault):
        return refusal
    answer, kind = refusal.status, ""
    if isinstance(refusal, Conflict):
        kind = "uniqueness" if refusal.field in {"username", "number"} else ""
    elif answer == 422:
        answer, kind = 400, "invalidValue"
    return Fault(
        refusal.message,
        rule=refusal.rule,
        remedy=refusal.remedy,
        scim_type=kind,
        answer=answer,
    )
