"""Granting and revoking (授权与收回): the only writers of grants, and who may hold what.

The three administrators (三员) are kept apart: nobody holds two of their roles, nor one of them
beside a role of the business, and nobody grants to themself. Source: GB/T 22239-2019 8.1.10
(roles of administrators and their separation), 8.1.4.2 (least rights).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import (
    ADMINISTRATORS,
    GRANTABLE,
    ROLES,
    SECURITY_ADMIN,
    Permission,
    Role,
)
from gonghui.kernel.audit.entries import record as audit
from gonghui.kernel.base.errors import Conflict, Forbidden, Missing, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.security import events
from gonghui.kernel.security.models import Severity

GRANTING = Permission("grants.decide", "授予、延长和收回权限", (SECURITY_ADMIN,))
DIRECT, POST, DELEGATION, PROVISIONED = "direct", "post", "delegation", "provisioned"
CHANGED = "cn.gonghui.rights.changed"
GRANTED, EXTENDED, REVOKED = "granted", "extended", "revoked"
WORDS = {GRANTED: "授予权限", EXTENDED: "延长权限", REVOKED: "收回权限"}
SEPARATION = "GB/T 22239-2019 8.1.10：系统管理员、安全管理员、审计管理员分设，不得兼任"
NOT_ONESELF = "授权由他人办理，任何人不得给自己授权"
TWO_PEOPLE = "省级管理员的授权由两名安全管理员先后确认"
ADMINISTRATOR_CODES = frozenset(role.code for role in ADMINISTRATORS)
BUSINESS = tuple(role for role in GRANTABLE if role.code not in ADMINISTRATOR_CODES)
"""Roles of the business: what posts carry and what may be delegated."""
SHUT = ("suspended", "closed")
OF_USER = "all grants of one user are looked at before one more is given"
LOCKED = "a grant is locked by the verb that changes it"


def in_force(rows: QuerySet[Grant], day: date) -> QuerySet[Grant]:
    """The grants that hold on a day."""
    return rows.filter(Q(valid_to=None) | Q(valid_to__gte=day), ended_at=None, valid_from__lte=day)


def standing(user_id: int, day: date) -> QuerySet[Grant]:
    """A user's grants that hold on a day or begin later."""
    rows = Grant.objects.unscoped(OF_USER).filter(user_id=user_id, ended_at=None)
    return rows.filter(Q(valid_to=None) | Q(valid_to__gte=day))


def check_separation(role: Role, held: Collection[str]) -> None:
    """Refuse a role beside others that must not meet in one hand."""
    others = {ROLES[code].title for code in held if code != role.code and code in ROLES}
    if not others:
        return
    administrators = ADMINISTRATOR_CODES & (set(held) - {role.code})
    if role in ADMINISTRATORS or administrators:
        names = "、".join(sorted(others))
        raise Refusal(
            f"该用户已是{names}，不能同时担任{role.title}。",
            rule=SEPARATION,
            remedy="请先收回原有权限，或改授给其他人。",
            field="role",
            code="separation",
        )


def needs_second(role: Role, union: Union) -> bool:
    """Whether a grant waits for a second security administrator."""
    return role in ADMINISTRATORS and union.parent_id is None


def check_granter(role: Role, union: Union, by: Actor) -> None:
    """Refuse who may not give this role on this union of their own decision."""
    by.require(GRANTING, union.path)
    if role not in ADMINISTRATORS or union.parent_id is None:
        return
    above = [path for path in by.paths(GRANTING) if path != union.path]
    if not any(union.path.startswith(path) for path in above):
        raise Forbidden(
            f"{union.name}的{role.title}由上级工会的安全管理员授权。",
            rule="管理员由上级工会任命，本级不得自行授权",
            remedy="请由上级工会的安全管理员办理。",
            code="forbidden",
        )


def grant(
    user: User,
    role: Role,
    union: Union,
    *,
    on: date,
    by: Actor,
    reason: str,
    until: date | None = None,
    source: str = DIRECT,
    source_id: int | None = None,
    first: Actor | None = None,
    audited: bool = False,
) -> Grant:
    """Give a role on a union's subtree from a day to a day (inclusive; None: without end).

    source: direct needs the right to grant there; for post, delegation and provisioned the
    caller's action has checked the actor. first: the security administrator whose proposal `by`
    confirms. audited: the caller's action writes the audit entry of this very grant. Raises
    Refusal (separation, term), Forbidden, Conflict for a grant that stands already. The user's
    row is locked, so two grants at once see each other.
    """
    if role not in GRANTABLE:
        raise Refusal(f"“{role.title}”不是可以授予的角色。", field="role")
    user = _locked_user(user.pk)
    today = timezone.localdate()
    _check_term(on, until, today)
    if not union.is_active:
        raise Refusal(f"{union.name}已撤并，不能在它上面授权。", field="union")
    if not by.everywhere:
        _check_by(user, role, union, by, source, first)
    held = list(standing(user.pk, today))
    check_separation(role, {other.role for other in held})
    _check_once(user, role, union, source, source_id, today)
    made = Grant(
        user=user,
        role=role.code,
        valid_from=on,
        valid_to=until,
        granted_by_id=(first or by).user_id,
        reason=reason[:200],
        source=source,
        source_id=source_id,
    )
    made.place_at(union)
    made.save()
    _tell(GRANTED, made, by, reason, audited)
    return made


def extend(
    found: Grant, *, until: date | None, by: Actor, reason: str, audited: bool = False
) -> Grant:
    """Put the end of a grant later or earlier, or take it away with None."""
    found, user = _locked(found)
    role = ROLES[found.role]
    if found.source != DIRECT:
        raise Refusal(
            f"这项权限来自{found.get_source_display()}，期限随它而定。",
            remedy="请在岗位或委托中变更期限。",
        )
    _check_term(max(found.valid_from, timezone.localdate()), until, timezone.localdate())
    if not by.everywhere:
        _not_oneself(user, by)
        check_granter(role, found.union, by)
        if needs_second(role, found.union):
            raise Refusal(
                "省级管理员的期限不能由一人延长。", rule=TWO_PEOPLE, remedy="请重新提请授权。"
            )
    found.valid_to = until
    found.save(update_fields=["valid_to"])
    _tell(EXTENDED, found, by, reason, audited)
    return found


def revoke(found: Grant, *, by: Actor, reason: str, audited: bool = False) -> Grant:
    """End a grant now.

    Whoever delegated, and whom it was delegated to, may end a delegation; a post's grants are
    ended by the action that ends the tenure; everything else needs the right to grant there.
    """
    found, user = _locked(found)
    if not by.everywhere:
        own = found.source == DELEGATION and by.user_id in {user.pk, found.granted_by_id}
        if not own and found.source == DIRECT:
            _not_oneself(user, by)
        if not own and found.source not in {POST, PROVISIONED}:
            # One may stop an administrator of the province at once; giving takes two.
            check_granter(ROLES[found.role], found.union, by)
    found.ended_at = timezone.now()
    found.save(update_fields=["ended_at"])
    _tell(REVOKED, found, by, reason, audited)
    return found


def revoke_leaver(user: User, *, by: Actor, reason: str, below: str = "") -> list[Grant]:
    """End what a user holds beside their posts because they leave: below a union, or everywhere.

    The caller's action has checked the actor and that no administrator's role is among it.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    rows = Grant.objects.unscoped(OF_USER).select_related("union", "user")
    rows = rows.filter(user=user, ended_at=None, role__in=[role.code for role in BUSINESS])
    if below:
        rows = rows.within(Scope.of([below]))
    found = list(rows.exclude(source=POST) if below else rows)
    for item in found:
        item.ended_at = timezone.now()
        item.save(update_fields=["ended_at"])
        _tell(REVOKED, item, by, reason, audited=False)
    return found


def _check_by(
    user: User, role: Role, union: Union, by: Actor, source: str, first: Actor | None
) -> None:
    _not_oneself(user, by)
    if source != DIRECT:
        if role in ADMINISTRATORS:
            raise Refusal(
                f"{role.title}只能由安全管理员直接授予，不能随岗位或委托取得。",
                rule=SEPARATION,
                field="role",
            )
        return
    check_granter(role, union, by)
    if not needs_second(role, union):
        return
    if first is None:
        raise Refusal(
            f"省级{role.title}的授权需要另一名安全管理员确认。",
            rule=TWO_PEOPLE,
            remedy="请提请授权，由另一名省级安全管理员确认。",
            code="second_needed",
        )
    first.require(GRANTING, union.path)
    if first.user_id in {by.user_id, user.pk}:
        raise Forbidden(
            "提请人和确认人应当是两个人，且都不是被授权人。", rule=TWO_PEOPLE, code="forbidden"
        )


def _not_oneself(user: User, by: Actor) -> None:
    if by.user_id == user.pk:
        raise Forbidden(
            "不能变更自己的权限。",
            rule=NOT_ONESELF,
            remedy="请由其他安全管理员办理。",
            code="forbidden",
        )


def _check_term(on: date, until: date | None, today: date) -> None:
    if until is not None and until < max(on, today):
        raise Refusal("截止日期不能早于起始日期，也不能早于今天。", field="until")


def _check_once(
    user: User, role: Role, union: Union, source: str, source_id: int | None, today: date
) -> None:
    """Refuse a second grant of the same kind; one whose term is over makes way."""
    rows = Grant.objects.unscoped(OF_USER).filter(
        user=user, role=role.code, union=union, source=source, source_id=source_id, ended_at=None
    )
    for found in rows:
        if found.valid_to is None or found.valid_to >= today:
            raise Conflict(
                f"{user.display_name}在{union.name}已有{role.title}权限。",
                remedy="请查看原有授权，需要时延长它的期限。",
                field="role",
                code="granted",
            )
    rows.update(ended_at=timezone.now())


def _locked_user(pk: int) -> User:
    user = User.objects.select_for_update().filter(pk=pk).first()
    if user is None:
        raise Missing("没有这个用户。", field="user")
    if user.status in SHUT:
        raise Refusal("该账号已停用或注销，不能授权。", remedy="请先恢复账号。", field="user")
    return user


def _locked(found: Grant) -> tuple[Grant, User]:
    """The grant and its user, locked in the order every verb locks them: user first."""
    user = User.objects.select_for_update().get(pk=found.user_id)
    rows = Grant.objects.unscoped(LOCKED).select_for_update(of=("self",)).select_related("union")
    fresh = rows.get(pk=found.pk)
    if fresh.ended_at is not None:
        raise Conflict("这项权限已经收回。", code="revoked")
    return fresh, user


def _tell(change: str, found: Grant, by: Actor, reason: str, audited: bool) -> None:
    """The audit, the security event and the bus learn of every change of rights."""
    role, user = ROLES[found.role], found.user
    label = f"{user.display_name}：{found.union.name}{role.title}"
    facts: dict[str, Any] = {
        "change": change,
        "grant": found.pk,
        "user": found.user_id,
        "role": role.code,
        "union": found.union_id,
        "from": found.valid_from,
        "until": found.valid_to,
        "source": found.source,
        "by": by.user_id,
    }
    if not audited:
        term = f"{found.valid_from} 至 {found.valid_to or '长期'}"
        audit(
            action=f"grants.{change}",
            action_name=WORDS[change],
            actor=by,
            target_type="access.grant",
            target_id=found.pk,
            target_label=label,
            org_path=found.org_path,
            changes={
                "term": {"label": "期限", "after": term},
                "source": {"label": "来源", "after": found.get_source_display()},
            },
            reason=reason,
        )
    events.record(
        events.Happening(
            events.Kind.RIGHTS_CHANGED,
            Severity.WARNING if role in ADMINISTRATORS else Severity.INFO,
            user_id=found.user_id,
            name=user.display_name,
            ip=by.ip,
            subject=f"{WORDS[change]}：{found.union.name}{role.title}",
            org_path=found.org_path,
            facts={
                key: str(value) if isinstance(value, date) else value
                for key, value in facts.items()
            },
        )
    )
    publish(CHANGED, f"user/{found.user_id}", facts, found.org_path)
