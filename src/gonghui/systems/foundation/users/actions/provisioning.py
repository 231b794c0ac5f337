"""Sources with their tokens, and targets: configured by one administrator, approved by another."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.security import outgoing
from gonghui.systems.foundation.users.actions.pushing import mark_all
from gonghui.systems.foundation.users.models import (
    Source,
    SourceState,
    SourceToken,
    Target,
    TargetState,
    TokenState,
)
from gonghui.systems.foundation.users.permissions import APPROVE_PUSHING, MANAGE_PUSHING
from gonghui.systems.foundation.users.queries import provisioning as queries
from gonghui.systems.foundation.users.queries.staff import deciding_union
from gonghui.systems.foundation.users.rules import provisioning as rules
from gonghui.systems.foundation.users.rules.pushing import ATTRIBUTES

TOKENS, TARGETS = "users.sourcetoken", "users.target"
SIBLINGS = "the tokens of a source the action has locked"


# Sources


@action("sources.register", "登记来源系统", MANAGE_PUSHING, creates=True)
def register_source(
    union: Union,
    *,
    by: Actor,
    name: str,
    keeper: str,
    roles: Sequence[str],
    shows_mobile: bool = False,
    note: str = "",
) -> Source:
    """A system that shall maintain the users of a subtree; it can do nothing before a token."""
    source = Source(
        name=name.strip(),
        keeper=keeper.strip(),
        roles=rules.check_roles(roles),
        shows_mobile=shows_mobile,
        note=note.strip(),
    )
    source.place_at(union)
    return _saved(source, f"{union.name}已登记同名的来源系统。")


@action("sources.amend", "修改来源系统", MANAGE_PUSHING)
def amend_source(
    source: Source,
    *,
    by: Actor,
    name: str,
    keeper: str,
    roles: Sequence[str],
    shows_mobile: bool = False,
    note: str = "",
) -> Source:
    """Whoever may do more than was approved waits for approval again."""
    checked = rules.check_roles(roles)
    wider = bool(set(checked) - set(source.roles)) or (shows_mobile and not source.shows_mobile)
    source.name, source.keeper, source.note = name.strip(), keeper.strip(), note.strip()
    source.roles, source.shows_mobile = checked, shows_mobile
    source.version += 1
    _saved(source, f"{source.union.name}已登记同名的来源系统。")
    if wider:
        for token in _tokens(source).filter(state=TokenState.ACTIVE):
            token.state = TokenState.WAITING
            token.version += 1
            token.save()
            _ask_for_token(token)
    return source


@action("sources.switch", "启用或停用来源系统", MANAGE_PUSHING)
def switch_source(source: Source, *, by: Actor, reason: str) -> Source:
    """Off: every request of the source is refused from this moment; on: as before."""
    on = source.state == SourceState.ON
    source.state = SourceState.OFF if on else SourceState.ON
    source.version += 1
    source.save()
    return source


def _tokens(source: Source) -> Any:
    return SourceToken.objects.unscoped(SIBLINGS).select_for_update().filter(source=source)


# Tokens


@action("sources.issue", "签发来源令牌", MANAGE_PUSHING)
def issue(source: Source, *, by: Actor, valid_to: date) -> SourceToken:
    """A token, usable once approved. The result carries `text`, the token itself, this one time."""
    rules.check_term(valid_to, timezone.localdate(), queries.TOKEN_DAYS.value(source.org_path))
    text = f"{rules.TOKEN_MARK}{secrets.token_urlsafe(32)}"
    token = SourceToken(
        source=source,
        digest=rules.digest(text),
        hint=text[: rules.HINT],
        valid_to=valid_to,
        issued_by_id=by.user_id,
        issued_by=by.name,
    )
    token.place_at(source.union)
    token.save()
    _ask_for_token(token)
    token.text = text
    return token


def _ask_for_token(token: SourceToken) -> None:
    _ask(
        TOKENS,
        token,
        f"批准来源令牌：{token.source.name}",
        reverse("resource:scim-tokens:record", args=[token.pk]),
    )


def _ask(kind: str, row: Any, title: str, link: str) -> None:
    union = deciding_union(row.org_path, APPROVE_PUSHING)
    if union is not None:
        open_todo(
            kind=kind,
            target_type=kind,
            target_id=row.pk,
            title=title,
            link=link,
            org_path=row.org_path,
            union_id=union.pk,
            permission=APPROVE_PUSHING.code,
        )


@action("tokens.approve", "批准来源令牌", APPROVE_PUSHING)
def approve_token(token: SourceToken, *, by: Actor, answer: str = "") -> SourceToken:
    return _decide_token(token, TokenState.ACTIVE, answer, by)


@action("tokens.refuse", "不批准来源令牌", APPROVE_PUSHING)
def refuse_token(token: SourceToken, *, by: Actor, answer: str) -> SourceToken:
    return _decide_token(token, TokenState.REFUSED, answer, by)


def _decide_token(token: SourceToken, state: TokenState, answer: str, by: Actor) -> SourceToken:
    if token.state != TokenState.WAITING:
        raise Conflict(f"令牌{token.get_state_display()}，不用再批准。")
    _not_own(token.issued_by_id, by)
    token.state = state
    _decided(token, answer, by)
    close_todo(target_type=TOKENS, target_id=token.pk, by=by.user_id)
    return token


def _not_own(asked_by: int | None, by: Actor) -> None:
    if asked_by is not None and asked_by == by.user_id:
        raise Forbidden("自己登记的事项不能由自己批准。", rule=rules.TWO_HANDS, code="forbidden")


def _decided(row: Any, answer: str, by: Actor) -> None:
    row.answer, row.decided_by, row.decided_at = answer.strip(), by.name, timezone.now()
    row.version += 1
    row.save()


@action("tokens.revoke", "作废来源令牌", MANAGE_PUSHING)
def revoke_token(token: SourceToken, *, by: Actor, reason: str) -> SourceToken:
    """The token is of no use from this moment."""
    return _revoke(token, by)


@action("tokens.stop", "紧急作废来源令牌", APPROVE_PUSHING)
def stop_token(token: SourceToken, *, by: Actor, reason: str) -> SourceToken:
    """The same by the security administrator, who need not wait for another."""
    return _revoke(token, by)


def _revoke(token: SourceToken, by: Actor) -> SourceToken:
    if token.state not in {TokenState.WAITING, TokenState.ACTIVE}:
        raise Conflict(f"令牌{token.get_state_display()}，不用作废。")
    token.state = TokenState.REVOKED
    token.version += 1
    token.save()
    close_todo(target_type=TOKENS, target_id=token.pk, by=by.user_id)
    return token


# Targets


@action("targets.register", "登记推送目标", MANAGE_PUSHING, creates=True)
def register_target(
    union: Union,
    *,
    by: Actor,
    name: str,
    keeper: str,
    address: str,
    secret: str,
    roles: Sequence[str] = (),
    attributes: Sequence[str] = (),
    note: str = "",
) -> Target:
    """A system to push to; nothing is sent before it is approved."""
    target = Target(asked_by_id=by.user_id, asked_by=by.name)
    target.place_at(union)
    _describe(target, name, keeper, address, secret, roles, attributes, note)
    _ask_for_target(target)
    return target


@action("targets.amend", "修改推送目标", MANAGE_PUSHING)
def amend_target(
    target: Target,
    *,
    by: Actor,
    name: str,
    keeper: str,
    address: str,
    secret: str = "",
    roles: Sequence[str] = (),
    attributes: Sequence[str] = (),
    note: str = "",
) -> Target:
    """What was approved is approved again after a change; an empty secret keeps the former."""
    if target.state == TargetState.CLOSED:
        raise Conflict("这个推送目标已停用。", remedy="请重新登记。")
    moved = address.strip().rstrip("/") != target.address
    if moved and not secret:
        raise Refusal(
            "接口地址变了，须重新填写访问令牌。",
            rule="令牌只发给批准过的地址",
            field="secret",
        )
    target.asked_by_id, target.asked_by = by.user_id, by.name
    target.state = TargetState.WAITING
    target.version += 1
    _describe(target, name, keeper, address, secret, roles, attributes, note)
    _ask_for_target(target)
    return target


def _describe(
    target: Target,
    name: str,
    keeper: str,
    address: str,
    secret: str,
    roles: Sequence[str],
    attributes: Sequence[str],
    words: str,
) -> None:
    if unknown := set(attributes) - set(ATTRIBUTES):
        raise Refusal(f"不能推送“{'、'.join(sorted(unknown))}”。", field="attributes")
    target.name, target.keeper, target.note = name.strip(), keeper.strip(), words.strip()
    target.address = address.strip().rstrip("/")
    _check_address(target)
    target.roles = rules.check_roles(roles)
    target.attributes = [each for each in ATTRIBUTES if each in attributes]
    if secret:
        target.secret = secret
    _saved(target, f"{target.union.name}已登记同名的推送目标。")


def _check_address(target: Target) -> None:
    """Say at once what the guard of outgoing calls would say at the first delivery."""
    if target.is_simulated:
        return
    try:
        outgoing.checked_url(target.base)
    except Refusal as refusal:
        refusal.field = "address"
        raise


def _ask_for_target(target: Target) -> None:
    _ask(
        TARGETS,
        target,
        f"批准推送目标：{target.name}",
        reverse("resource:push-targets:record", args=[target.pk]),
    )


@action("targets.approve", "批准推送目标", APPROVE_PUSHING)
def approve_target(target: Target, *, by: Actor, answer: str = "") -> Target:
    """From now on it is pushed to; everybody it concerns is pushed first."""
    _decide_target(target, TargetState.ON, answer, by)
    note(users={"label": "首次推送的用户", "after": mark_all(target)})
    return target


@action("targets.refuse", "不批准推送目标", APPROVE_PUSHING)
def refuse_target(target: Target, *, by: Actor, answer: str) -> Target:
    return _decide_target(target, TargetState.REFUSED, answer, by)


def _decide_target(target: Target, state: TargetState, answer: str, by: Actor) -> Target:
    if target.state != TargetState.WAITING:
        raise Conflict(f"推送目标{target.get_state_display()}，不用再批准。")
    _not_own(target.asked_by_id, by)
    target.state, target.rests_until, target.misses = state, None, 0
    _decided(target, answer, by)
    close_todo(target_type=TARGETS, target_id=target.pk, by=by.user_id)
    return target


@action("targets.pause", "暂停推送", MANAGE_PUSHING)
def pause_target(target: Target, *, by: Actor, reason: str) -> Target:
    """Nothing is sent until resumed; changes go on being collected."""
    return _switch(target, TargetState.ON, TargetState.PAUSED)


@action("targets.resume", "恢复推送", MANAGE_PUSHING)
def resume_target(target: Target, *, by: Actor, reason: str) -> Target:
    target.rests_until, target.misses = None, 0
    return _switch(target, TargetState.PAUSED, TargetState.ON)


@action("targets.close", "停用推送目标", MANAGE_PUSHING)
def close_target(target: Target, *, by: Actor, reason: str) -> Target:
    """No more pushing for good; the credentials are forgotten, the receipts stay."""
    if target.state == TargetState.CLOSED:
        raise Conflict("这个推送目标已停用。")
    target.secret = None
    close_todo(target_type=TARGETS, target_id=target.pk, by=by.user_id)
    return _switch(target, target.state, TargetState.CLOSED)


def _switch(target: Target, before: str, after: str) -> Target:
    if target.state != before:
        raise Conflict(f"推送目标{target.get_state_display()}，不能这样办理。")
    target.state = after
    target.version += 1
    target.save()
    return target


def _saved(row: Any, message: str) -> Any:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(message, remedy="请换一个名称。", field="name") from error
    return row
