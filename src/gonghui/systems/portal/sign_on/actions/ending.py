"""Ending sign-ons: the tokens of the family die, and the application is told (单点退出)."""

from __future__ import annotations

from typing import Any

from allauth.idp.oidc.models import Token
from django.db.models import QuerySet
from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict
from gonghui.kernel.bus.outbox import Event, publish_many
from gonghui.kernel.identity.models import Session, User
from gonghui.kernel.security.events import Happening, Kind, record
from gonghui.kernel.security.models import Severity
from gonghui.systems.portal.sign_on.models import (
    Application,
    DeviceRequest,
    LogoutNotice,
    SignOn,
)
from gonghui.systems.portal.sign_on.models import Kind as ApplicationKind
from gonghui.systems.portal.sign_on.permissions import END_SIGN_ONS

ENDING = "a sign-on is ended by its session, its application or its person, wherever it lies"
ENDED = "cn.gonghui.sign_on.ended"
QUIET = {"idle"}
"""A session left idle here does not end the work a person is doing at an application."""


@action("sign-ons.end", "结束单点登录", END_SIGN_ONS)
def end(sign_on: SignOn, *, by: Actor, reason: str) -> SignOn:
    """End one sign-on by the security administrator, with a reason."""
    if sign_on.ended_at is not None:
        raise Conflict("这次登录已经结束。", code="ended")
    _end([sign_on], reason)
    sign_on.refresh_from_db()
    return sign_on


@action("sign-ons.end_user", "结束用户的全部单点登录", END_SIGN_ONS)
def end_of_user(sign_on: SignOn, *, by: Actor, reason: str) -> SignOn:
    """End every sign-on of the same person, devices included."""
    end_sign_ons(reason, user_id=sign_on.user_id)
    sign_on.refresh_from_db()
    return sign_on


def session_ended(user_id: int, sid: str) -> None:
    """A session here has ended: so do the sign-ons made in it.

    Of a person who may no longer sign in, everything ends, devices included.
    """
    if not User.objects.filter(pk=user_id, is_active=True).exists():
        end_sign_ons("账号停用或注销", user_id=user_id)
        return
    why = Session.objects.filter(pk=sid).values_list("ended_why", flat=True).first()
    if why not in QUIET:
        end_sign_ons("会话已结束", sid=sid)


def end_application(application: Application, reason: str) -> None:
    """End everything at one application, and forget what waits there."""
    DeviceRequest.objects.filter(application=application).delete()
    end_sign_ons(reason, application=application)


def end_sign_ons(reason: str, **which: Any) -> int:
    """End the open sign-ons with these facts; returns how many."""
    return _end(list(_open().filter(**which)), reason)


def misused(sign_on: SignOn, what: str, ip: str) -> None:
    """A code or token came a second time: end its family and record it."""
    _end([sign_on], what)
    record(
        Happening(
            Kind.TOKEN_MISUSED,
            Severity.SERIOUS,
            user_id=sign_on.user_id,
            name=sign_on.user.username,
            ip=ip,
            subject=sign_on.application.title,
            org_path=sign_on.org_path,
            facts={"what": what, "sign_on": sign_on.pk, "client": sign_on.application.client_id},
        )
    )


def _open() -> QuerySet[SignOn]:
    rows = SignOn.objects.unscoped(ENDING).filter(ended_at=None)
    return rows.select_related("application").select_for_update(of=("self",)).order_by("pk")


def _end(found: list[SignOn], reason: str) -> int:
    now = timezone.now()
    Token.objects.filter(link__sign_on__in=found).delete()
    for sign_on in found:
        sign_on.ended_at, sign_on.end_reason = now, reason[:200]
        sign_on.save(update_fields=["ended_at", "end_reason"])
    told = [sign_on for sign_on in found if _is_told(sign_on)]
    notices = LogoutNotice.objects.bulk_create(
        [LogoutNotice(sign_on=sign_on) for sign_on in told], ignore_conflicts=True
    )
    publish_many(
        Event(ENDED, str(notice.sign_on_id), {"sign_on": notice.sign_on_id}) for notice in notices
    )
    return len(found)


def _is_told(sign_on: SignOn) -> bool:
    if sign_on.application.kind == ApplicationKind.CAS:
        return bool(sign_on.ticket and sign_on.service)
    return bool(sign_on.application.logout_uri)
