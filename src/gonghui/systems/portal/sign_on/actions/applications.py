"""The register of outside applications: one administrator keeps it, another decides."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from allauth.idp.oidc.models import Client
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.systems.portal.sign_on.actions.ending import end_application
from gonghui.systems.portal.sign_on.models import Application, Kind, State, Trust
from gonghui.systems.portal.sign_on.permissions import (
    DECIDE_APPLICATIONS,
    MAINTAIN_APPLICATIONS,
)
from gonghui.systems.portal.sign_on.queries.applications import root
from gonghui.systems.portal.sign_on.queries.settings import (
    FORMER_SECRET_HOURS,
    REVIEW_GRACE_DAYS,
    REVIEW_MONTHS,
)
from gonghui.systems.portal.sign_on.rules import addresses, lifecycle, scopes
from gonghui.systems.portal.sign_on.rules.codes import digest, new_token

TARGET = "sign_on.application"
APPROVE, REVIEW = "applications.approve", "applications.review"
FIELDS = (
    "title",
    "purpose",
    "kind",
    "audience",
    "contact_name",
    "contact_phone",
    "home_url",
    "icon",
    "redirect_uris",
    "post_logout_uris",
    "logout_uri",
    "scopes",
    "requested_trust",
)
DECIDED = ("kind", "audience", "redirect_uris", "post_logout_uris", "logout_uri", "scopes", "trust")
GRANTS = {
    Kind.WEB: ("authorization_code", "refresh_token"),
    Kind.NATIVE: ("authorization_code", "refresh_token"),
    Kind.DEVICE: ("urn:ietf:params:oauth:grant-type:device_code", "refresh_token"),
}


@action("applications.register", "登记外部应用", MAINTAIN_APPLICATIONS, creates=True)
def register(union: Union, *, by: Actor, **facts: Any) -> Application:
    """Write an application down as a draft. facts: FIELDS."""
    made = Application(registered_by_id=by.user_id or 0, maintained_by=[by.user_id])
    _fill(made, facts)
    made.place_at(union)
    made.save()
    return made


@action("applications.amend", "修改外部应用", MAINTAIN_APPLICATIONS)
def amend(application: Application, *, by: Actor, **facts: Any) -> Application:
    """Change what is registered; an application in use goes back to the decider.

    What decides over people's data (addresses, scopes, trust) holds only after a new approval:
    until then the application cannot be used.
    """
    lifecycle.check_state("amend", application.state)
    before = {name: getattr(application, name) for name in FIELDS}
    _fill(application, facts)
    application.maintained_by = _with(application.maintained_by, by.user_id)
    touched = {name for name in FIELDS if getattr(application, name) != before[name]}
    decided = {*DECIDED, "requested_trust"}
    if application.state == State.ACTIVE and touched & decided:
        application.state = State.DRAFT
        _withdraw_client(application)
        end_application(application, "应用登记已修改，待重新批准")
    return _saved(application)


@action("applications.submit", "提交外部应用审核", MAINTAIN_APPLICATIONS)
def submit(application: Application, *, by: Actor) -> Application:
    """Hand a draft to the security administrators of its union or above."""
    lifecycle.check_state("submit", application.state)
    _check_complete(application)
    application.state = State.SUBMITTED
    _tell_deciders(application, APPROVE, f"审核外部应用：{application.title}")
    return _saved(application)


@action("applications.send_back", "退回外部应用", DECIDE_APPLICATIONS)
def send_back(application: Application, *, by: Actor, reason: str) -> Application:
    """Give a submitted application back to be put right."""
    lifecycle.check_state("send_back", application.state)
    application.state = State.DRAFT
    close_todo(target_type=TARGET, target_id=application.pk, kind=APPROVE, by=by.user_id)
    return _saved(application)


@action("applications.approve", "批准外部应用", DECIDE_APPLICATIONS, step_up=True)
def approve(application: Application, *, by: Actor) -> Application:
    """Let the application sign people in, with the trust that was asked for."""
    lifecycle.check_state("approve", application.state)
    lifecycle.check_two_people(_hands(application), by.user_id)
    application.trust = application.requested_trust
    application.approved_by_id, application.approved_at = by.user_id, timezone.now()
    close_todo(target_type=TARGET, target_id=application.pk, kind=APPROVE, by=by.user_id)
    return _activated(application)


@action("applications.review", "复核外部应用", DECIDE_APPLICATIONS)
def review(application: Application, *, by: Actor, reason: str) -> Application:
    """Confirm that the application is still needed as it is registered."""
    lifecycle.check_state("review", application.state)
    lifecycle.check_two_people(_hands(application), by.user_id)
    close_todo(target_type=TARGET, target_id=application.pk, kind=REVIEW, by=by.user_id)
    application.review_due = _next_review()
    return _saved(application)


@action("applications.suspend", "暂停外部应用", DECIDE_APPLICATIONS)
def suspend(application: Application, *, by: Actor, reason: str) -> Application:
    """Stop the application at once; its sign-ons and tokens end."""
    lifecycle.check_state("suspend", application.state)
    application.state = State.SUSPENDED
    _withdraw_client(application)
    end_application(application, reason or "应用已暂停")
    return _saved(application)


@action("applications.resume", "恢复外部应用", DECIDE_APPLICATIONS)
def resume(application: Application, *, by: Actor, reason: str) -> Application:
    """Let a suspended application work again; this counts as a review."""
    lifecycle.check_state("resume", application.state)
    lifecycle.check_two_people(_hands(application), by.user_id)
    close_todo(target_type=TARGET, target_id=application.pk, kind=REVIEW, by=by.user_id)
    return _activated(application)


@action("applications.retire", "注销外部应用", MAINTAIN_APPLICATIONS)
def retire(application: Application, *, by: Actor, reason: str) -> Application:
    """End the application for good."""
    lifecycle.check_state("retire", application.state)
    application.state = State.RETIRED
    application.secret_hash = application.former_hash = ""
    application.review_due = None
    _withdraw_client(application)
    end_application(application, reason or "应用已注销")
    close_todo(target_type=TARGET, target_id=application.pk, by=by.user_id)
    return _saved(application)


@action("applications.secret", "更换应用密钥", MAINTAIN_APPLICATIONS, step_up=True)
def rotate_secret(application: Application, *, by: Actor, keep_former: bool) -> str:
    """Make a new secret and return it, this once. keep_former: the old one works on for a while."""
    lifecycle.check_state("secret", application.state)
    if not application.is_confidential:
        raise Refusal("这种接入方式的应用没有密钥。", remedy="应用凭校验码（PKCE）证明身份。")
    secret = new_token("ghs_")
    kept = keep_former and bool(application.secret_hash)
    application.former_hash = application.secret_hash if kept else ""
    application.former_until = (
        timezone.now() + timedelta(hours=FORMER_SECRET_HOURS.value()) if kept else None
    )
    application.secret_hash = digest(secret)
    note(former={"label": "原密钥", "after": "保留一段时间" if kept else "立即失效"})
    _saved(application)
    return secret


def has_secret(application: Application, secret: str) -> bool:
    """Whether a secret is the application's, or the former one while that still holds."""
    shown = digest(secret)
    if application.secret_hash and hmac.compare_digest(shown, application.secret_hash):
        return True
    former = application.former_until is not None and application.former_until > timezone.now()
    return former and hmac.compare_digest(shown, application.former_hash)


def remind(application: Application) -> None:
    """Open the to-do of an overdue review."""
    _tell_deciders(application, REVIEW, f"复核外部应用：{application.title}")


def is_lapsed(application: Application) -> bool:
    """Whether the review is so late that the application is to be suspended."""
    today = timezone.localdate()
    return lifecycle.is_lapsed(application.review_due, today, REVIEW_GRACE_DAYS.value())


def _fill(application: Application, facts: dict[str, Any]) -> None:
    """Take checked facts over; names that are not FIELDS are refused."""
    if unknown := set(facts) - {*FIELDS, "reason"}:
        raise Refusal(f"不能填写：{'、'.join(sorted(unknown))}。", code="unknown_field")
    for name in FIELDS:
        if name in facts:
            setattr(application, name, facts[name])
    native = application.kind == Kind.NATIVE
    application.redirect_uris = [
        addresses.checked_redirect(item, native=native) for item in application.redirect_uris
    ]
    application.post_logout_uris = [
        addresses.checked_redirect(item, native=native) for item in application.post_logout_uris
    ]
    for name in ("logout_uri", "home_url"):
        if value := getattr(application, name):
            addresses.checked_web(value)
    application.scopes = scopes.known(application.scopes)
    if application.speaks_oidc and "openid" not in application.scopes:
        application.scopes = ["openid", *application.scopes]
    if application.kind == Kind.NATIVE and application.requested_trust == Trust.FIRST_PARTY:
        raise Refusal(
            "没有后台的应用不能免去本人同意。",
            rule="RFC 8252 8.6：公共客户端可被冒充",
            field="requested_trust",
        )


def _check_complete(application: Application) -> None:
    if application.kind != Kind.DEVICE and not application.redirect_uris:
        raise Refusal(
            "还没有填写回调地址。",
            remedy="请先修改，写明应用接收登录结果的地址。",
            code="incomplete",
        )


def _tell_deciders(application: Application, kind: str, title: str) -> None:
    """A to-do for the security administrators of the owner, and where it has none of the root.

    They sit at unions above the owner more often than at it, so the root's are told.
    """
    top = root()
    union = top if top is not None else application.union
    open_todo(
        kind=kind,
        target_type=TARGET,
        target_id=application.pk,
        title=title,
        link=reverse("resource:applications:record", args=[application.pk]),
        org_path=application.org_path,
        union_id=union.pk,
        permission=DECIDE_APPLICATIONS.code,
    )


def _activated(application: Application) -> Application:
    application.state = State.ACTIVE
    application.review_due = _next_review()
    if application.speaks_oidc:
        client = application.oidc or Client(id=application.client_id)
        client.name = application.title[:100]
        client.secret = "!"  # Compared by has_secret against our own digest, never by this.
        client.type = (
            Client.Type.CONFIDENTIAL if application.is_confidential else Client.Type.PUBLIC
        )
        client.skip_consent = application.trust == Trust.FIRST_PARTY
        client.set_scopes(application.scopes)
        client.set_default_scopes(["openid"])
        client.set_grant_types(list(GRANTS[Kind(application.kind)]))
        client.set_response_types(["code"])
        client.set_redirect_uris(application.redirect_uris)
        client.set_post_logout_redirect_uris(application.post_logout_uris)
        client.save()
        application.oidc = client
    return _saved(application)


def _withdraw_client(application: Application) -> None:
    """Take the protocol's record away; its tokens go with it."""
    client, application.oidc = application.oidc, None
    if client is not None:
        application.save(update_fields=["oidc"])
        client.delete()


def _next_review():
    return lifecycle.months_after(timezone.localdate(), REVIEW_MONTHS.value())


def _hands(application: Application) -> set[int | None]:
    return {application.registered_by_id, *application.maintained_by}


def _with(people: Iterable[int | None], one: int | None) -> list[int | None]:
    return list(dict.fromkeys([*people, one]))


def _saved(application: Application) -> Application:
    application.version += 1
    application.save()
    return application
