"""Granting by the security administrator, in two hands for the province; delegation by users."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access import granting
from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.access.granting import GRANTING
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify import messages
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.templates import Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.systems.foundation.users.actions.staff import ACCOUNT
from gonghui.systems.foundation.users.models import (
    Delegation,
    DelegationState,
    Proposal,
    ProposalState,
)
from gonghui.systems.foundation.users.permissions import DELEGATE, END_DELEGATION
from gonghui.systems.foundation.users.queries import grants as queries
from gonghui.systems.foundation.users.queries import staff as staff_queries
from gonghui.systems.foundation.users.rules import delegations as rules

RIGHTS = Template("users.rights", "您的权限有变化", "{what}。事由：{reason}", ACCOUNT, "/rights/")
LENT = Template(
    "users.lent",
    "{giver}委托您办理业务",
    "{union}：{roles}，{term}。事由：{reason}",
    ACCOUNT,
    "/rights/",
)
LENT_OVER = Template(
    "users.lent_over",
    "委托已结束",
    "{giver}委托{taker}办理{union}的业务，已结束。",
    ACCOUNT,
    "/rights/",
)
PROPOSAL, CONFIRM = "users.proposal", "users.confirm"
OF_DELEGATION = "grants made by a delegation the action has locked"


@action("grants.give", "授予权限", GRANTING, creates=True, step_up=True)
def give(
    union: Union,
    *,
    by: Actor,
    user: int,
    role: str,
    reason: str,
    from_on: date | None = None,
    until: date | None = None,
    document: str = "",
) -> Grant | Proposal:
    """Give a role on the union's subtree; for an administrator of the province, propose it."""
    if union is None:
        raise Refusal("请选择授权的工会。", field="union")
    staff = staff_queries.staff_for(by, GRANTING, user)
    wanted = ROLES[role]
    words = f"{reason.strip()}（{document.strip()}）" if document.strip() else reason.strip()
    on = from_on or timezone.localdate()
    if on < timezone.localdate():
        raise Refusal("起始日期不能早于今天。", field="from_on")
    if granting.needs_second(wanted, union):
        return _propose(staff.user, role, union, by, on, until, words)
    made = granting.grant(
        staff.user, wanted, union, on=on, until=until, by=by, reason=words, audited=True
    )
    _tell(made, f"{union.name}：授予{wanted.title}", words)
    return made


def _propose(
    user: User, role: str, union: Union, by: Actor, on: date, until: date | None, reason: str
) -> Proposal:
    granting.check_granter(ROLES[role], union, by)
    if user.pk == by.user_id:
        raise Forbidden("不能提请给自己授权。", rule=granting.NOT_ONESELF, code="forbidden")
    held = granting.standing(user.pk, timezone.localdate()).values_list("role", flat=True)
    granting.check_separation(ROLES[role], set(held))
    proposal = Proposal(
        user=user,
        role=role,
        from_on=on,
        until_on=until,
        reason=reason[:200],
        proposer_id=by.user_id,
        proposed_at=timezone.now(),
    )
    proposal.place_at(union)
    try:
        with transaction.atomic():
            proposal.save()
    except IntegrityError as error:
        raise Conflict("已有一份相同的提请在等待确认。") from error
    open_todo(
        kind=CONFIRM,
        target_type=PROPOSAL,
        target_id=proposal.pk,
        title=f"确认授权：{proposal}",
        link=reverse("resource:proposals:record", args=[proposal.pk]),
        org_path=union.path,
        union_id=union.pk,
        permission=GRANTING.code,
    )
    return proposal


@action("proposals.confirm", "确认授权", GRANTING, step_up=True)
def confirm(proposal: Proposal, *, by: Actor, answer: str = "") -> Proposal:
    """The second security administrator agrees: the grant is made."""
    _check_waiting(proposal)
    first = actor_of(proposal.proposer, timezone.localdate())
    proposal.grant = granting.grant(
        proposal.user,
        ROLES[proposal.role],
        proposal.union,
        on=max(proposal.from_on, timezone.localdate()),
        until=proposal.until_on,
        by=by,
        first=first,
        reason=proposal.reason,
    )
    _tell(
        proposal.grant, f"{proposal.union.name}：授予{proposal.get_role_display()}", proposal.reason
    )
    return _decided(proposal, ProposalState.CONFIRMED, by, answer)


@action("proposals.refuse", "不同意授权", GRANTING)
def refuse(proposal: Proposal, *, by: Actor, answer: str) -> Proposal:
    """Anybody who could confirm may refuse; the proposer may withdraw."""
    _check_waiting(proposal)
    own = proposal.proposer_id == by.user_id
    return _decided(proposal, ProposalState.WITHDRAWN if own else ProposalState.REFUSED, by, answer)


def _check_waiting(proposal: Proposal) -> None:
    if proposal.state != ProposalState.WAITING:
        raise Conflict("这份提请已经处理过。")


def _decided(proposal: Proposal, state: ProposalState, by: Actor, answer: str) -> Proposal:
    proposal.state, proposal.answer = state, answer.strip()
    proposal.decided_by, proposal.decided_at = by.name, timezone.now()
    proposal.version += 1
    proposal.save()
    close_todo(target_type=PROPOSAL, target_id=proposal.pk, by=by.user_id)
    return proposal


@action("grants.extend", "变更权限期限", GRANTING, step_up=True)
def extend(grant: Grant, *, by: Actor, until: date | None, reason: str) -> Grant:
    """Put the end of a direct grant later or earlier; empty: without end."""
    grant.valid_to = granting.extend(
        grant, until=until, by=by, reason=reason, audited=True
    ).valid_to
    _tell(grant, f"{grant.union.name}{ROLES[grant.role].title}：期限改为{until or '长期'}", reason)
    return grant


@action("grants.revoke", "收回权限", GRANTING)
def revoke(grant: Grant, *, by: Actor, reason: str) -> Grant:
    """End a grant now, wherever it came from; a post or delegation it came from stays as it is."""
    grant.ended_at = granting.revoke(grant, by=by, reason=reason, audited=True).ended_at
    _tell(grant, f"{grant.union.name}：收回{ROLES[grant.role].title}", reason)
    return grant


def _tell(grant: Grant, what: str, reason: str) -> None:
    words = {"what": what, "reason": reason}
    messages.send([Recipient(user_id=grant.user_id)], RIGHTS, words, org_path=grant.org_path)


@action("delegations.make", "委托", DELEGATE, creates=True)
def delegate(
    union: Union,
    *,
    by: Actor,
    taker: int,
    roles: Sequence[str],
    from_on: date,
    until_on: date,
    reason: str,
) -> Delegation:
    """Lend own roles at a union to a colleague there or below, from day to day.

    taker: user id. The giver keeps the roles; both see the delegation and may end it early.
    """
    today = timezone.localdate()
    rules.check_term(from_on, until_on, today, queries.LONGEST_DELEGATION.value(union.path))
    own = queries.lendable(by.user_id or 0, union, today)
    rules.check_roles(roles, own)
    if any(own[code] is not None and own[code] < until_on for code in roles):
        raise Refusal("委托不能晚于您自己权限的期限。", rule=rules.OWN_ROLES, field="until_on")
    colleague = queries.colleagues(union, by.user_id or 0).filter(user_id=taker).first()
    if colleague is None:
        raise Refusal("受托人不在该工会及其下级工会，或已离任。", rule=rules.NEAR, field="taker")
    rules.check_near(colleague.org_path, union.path)
    made = Delegation(
        giver_id=by.user_id,
        taker=colleague.user,
        roles=list(roles),
        from_on=from_on,
        until_on=until_on,
        reason=reason.strip(),
        made_at=timezone.now(),
    )
    made.place_at(union)
    made.save()
    for code in roles:
        granting.grant(
            colleague.user,
            ROLES[code],
            union,
            on=from_on,
            until=until_on,
            by=by,
            reason=f"{by.name}委托：{reason.strip()}",
            source=granting.DELEGATION,
            source_id=made.pk,
        )
    words = {
        "giver": by.name,
        "union": union.name,
        "roles": "、".join(ROLES[code].title for code in roles),
        "term": f"{from_on} 至 {until_on}",
        "reason": made.reason,
    }
    messages.send([Recipient(user_id=colleague.user_id)], LENT, words, org_path=union.path)
    return made


@action("delegations.end", "结束委托", END_DELEGATION)
def end_delegation(delegation: Delegation, *, by: Actor, reason: str = "") -> Delegation:
    """Either side ends it early, or a security administrator of the place."""
    mine = by.user_id in {delegation.giver_id, delegation.taker_id}
    if not (mine or by.everywhere or by.may(GRANTING, delegation.org_path)):
        raise Forbidden("只有委托双方和安全管理员可以结束委托。", code="forbidden")
    if delegation.state != DelegationState.ACTIVE:
        raise Conflict("这项委托已经结束。")
    return finish(delegation, by, reason or "提前结束委托")


def finish(delegation: Delegation, by: Actor, reason: str) -> Delegation:
    """End a delegation and the grants it made; the caller holds the transaction."""
    rows = Grant.objects.unscoped(OF_DELEGATION).filter(
        source=granting.DELEGATION, source_id=delegation.pk, ended_at=None
    )
    for grant in rows:
        granting.revoke(grant, by=by, reason=reason)
    delegation.state = DelegationState.ENDED
    delegation.ended_at, delegation.ended_by = timezone.now(), by.name
    delegation.version += 1
    delegation.save()
    words = {
        "giver": delegation.giver.display_name,
        "taker": delegation.taker.display_name,
        "union": delegation.union.name,
    }
    both = [Recipient(user_id=pk) for pk in (delegation.giver_id, delegation.taker_id)]
    messages.send(both, LENT_OVER, words, org_path=delegation.org_path)
    return delegation


def end_unfounded(user_id: int) -> int:
    """End what a user lent and no longer holds; returns how many."""
    by = platform("委托随权限终止")
    found = queries.unfounded(user_id, timezone.localdate())
    for delegation in found:
        end_delegation(delegation, by=by, reason="委托人不再持有这项权限")
    return len(found)


def end_of(day: date) -> datetime:
    """The last moment of a day, as a to-do's term."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
