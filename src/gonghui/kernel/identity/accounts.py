"""Accounts (账号): opening, inviting, suspending, closing and resetting them.

The kernel's verbs: they check what an account may become, never who asks. Callers are actions,
which check the permission and write the audit.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from gonghui.kernel.base import masking
from gonghui.kernel.base.errors import Conflict, Missing, Refusal
from gonghui.kernel.base.identifiers import parse_mobile
from gonghui.kernel.base.names import check_name
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity import limiting, sessions
from gonghui.kernel.identity.devices import digest
from gonghui.kernel.identity.models import (
    MOBILE,
    Invitation,
    Status,
    User,
    WeChatBinding,
)
from gonghui.kernel.people.models import Person
from gonghui.kernel.security.events import Happening, Kind, record
from gonghui.kernel.security.models import Severity

INVITATION_DAYS = Setting(
    "identity.invitation_days",
    "激活邀请有效期",
    int,
    7,
    "账号激活链接多久内有效。",
    unit="天",
    minimum=1,
    maximum=60,
)


@transaction.atomic
def open_account(
    username: str,
    display_name: str,
    title: str = "",
    mobile: str = "",
    *,
    person: Person | None = None,
    closes_on: date | None = None,
) -> User:
    """Open an account that waits for its activation; `invite` gives the link.

    Raises Conflict for a user name in use, Refusal for a name or number that is not one.
    """
    username = checked_username(username)
    user = User(
        username=username,
        display_name=check_name(display_name),
        title=title,
        person=person,
        closes_on=closes_on,
        status=Status.INVITED,
        is_active=False,
        password=make_password(None),
    )
    if mobile:
        put_mobile(user, mobile)
    user.save()
    return user


def checked_username(username: str) -> str:
    """A user name in normal form, if nobody has it and it is one."""
    name = User.normalize_username(username.strip())
    if not 3 <= len(name) <= 60 or not all(part.isalnum() or part in "-_.@" for part in name):
        raise Refusal(
            "用户名应为 3 至 60 位的文字、数字或 - _ . @。",
            field="username",
            code="bad_username",
        )
    if User.objects.filter(username__iexact=name).exists():
        raise Conflict("这个用户名已被使用。", remedy="请换一个用户名。", field="username")
    return name


@transaction.atomic
def invite(user: User) -> str:
    """A token for the page /account/activate/<token>/; earlier ones of the user are void."""
    if user.status == Status.CLOSED:
        raise Conflict("账号已注销，不能再激活。", remedy="请为本人开通新的账号。")
    now = timezone.now()
    Invitation.objects.filter(user=user, used_at=None).update(used_at=now)
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        digest=digest(token),
        user=user,
        expires_at=now + timedelta(days=INVITATION_DAYS.value()),
    )
    return token


def invited(token: str, now: datetime) -> Invitation:
    """The open invitation of a token; Missing for one that is used, too old or never was."""
    found = (
        Invitation.objects.select_related("user")
        .filter(digest=digest(token), used_at=None, expires_at__gt=now)
        .exclude(user__status__in=(Status.CLOSED, Status.SUSPENDED))
        .first()
    )
    if found is None:
        raise Missing(
            "这个激活链接已失效。",
            remedy="链接只能使用一次，并有期限。请联系开通账号的工会重新发送。",
            code="invitation",
        )
    return found


@transaction.atomic
def activate(invitation: Invitation) -> User:
    """Use an invitation: the account is active from now on. The caller has put the password."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.used_at is not None:
        raise Conflict("这个激活链接已使用过。", remedy="请直接登录。")
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    user = _locked(invitation.user)
    _become(user, Status.ACTIVE)
    return user


@transaction.atomic
def suspend(user: User, *, by: int | None = None) -> User:
    """No more sign-in until `reopen`; open sessions end."""
    user = _locked(user)
    if user.status == Status.CLOSED:
        raise Conflict("账号已注销，不能停用。")
    _become(user, Status.SUSPENDED)
    sessions.end_all(user.pk, why="account", by=by)
    _happened(user, Kind.RIGHTS_CHANGED, "停用账号", by)
    return user


@transaction.atomic
def reopen(user: User, *, by: int | None = None) -> User:
    """A suspended account may sign in again; one never activated waits for its activation."""
    user = _locked(user)
    if user.status != Status.SUSPENDED:
        raise Conflict("只有停用的账号可以恢复。")
    _become(user, Status.ACTIVE if user.has_usable_password() else Status.INVITED)
    _happened(user, Kind.RIGHTS_CHANGED, "恢复账号", by)
    return user


@transaction.atomic
def close(user: User, *, by: int | None = None) -> User:
    """End an account for good; what it did stays, what it signed in with goes."""
    user = _locked(user)
    _forget_credentials(user)
    user.person = None
    user.mobile_verified_at = None
    user.save(update_fields=["person", "mobile_verified_at"])
    _become(user, Status.CLOSED)
    sessions.end_all(user.pk, why="account", by=by)
    _happened(user, Kind.RIGHTS_CHANGED, "注销账号", by)
    return user


@transaction.atomic
def reset_credentials(
    user: User, *, password: bool = True, factors: bool = True, by: int | None = None
) -> str:
    """Forget the password, the second factors, or both; sessions end.

    Returns a new invitation token with which the person sets a password, empty when only the
    second factors were forgotten.
    """
    user = _locked(user)
    if user.status == Status.CLOSED:
        raise Conflict("账号已注销。")
    if factors:
        Authenticator.objects.filter(user=user).delete()
        user.sms_second = False
        user.save(update_fields=["sms_second"])
    if password:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    limiting.release_all(user)
    sessions.end_all(user.pk, why="credentials", by=by)
    _happened(user, Kind.CREDENTIAL_CHANGED, "管理员重置登录凭证", by)
    return invite(user) if password else ""


def unlock(user: User, *, by: int | None = None) -> None:
    """Forget the failed attempts on an account, so that its holder may try again."""
    with transaction.atomic():
        limiting.release_all(user)
        _happened(user, Kind.CREDENTIAL_CHANGED, "管理员解除锁定", by)


def put_mobile(user: User, mobile: str, *, verified_at: datetime | None = None) -> None:
    """Put a mobile number on a user, sealed, indexed and masked; the caller saves."""
    number = parse_mobile(mobile)
    user.mobile_sealed = keyring().seal(number, context=MOBILE)
    user.mobile_index = keyring().blind_index(number, context=MOBILE)
    user.mobile_mask = masking.mask_mobile(number)
    user.mobile_verified_at = verified_at


def mobile_of(user: User) -> str:
    """The plain mobile number, for sending to it."""
    return keyring().open(bytes(user.mobile_sealed), context=MOBILE) if user.mobile_sealed else ""


def by_mobile(mobile: str) -> User | None:
    """The active user who has proved this number."""
    indexes = keyring().blind_indexes(mobile, context=MOBILE)
    return User.objects.filter(
        mobile_index__in=indexes, mobile_verified_at__isnull=False, is_active=True
    ).first()


@transaction.atomic
def verify_mobile(user: User, mobile: str) -> User:
    """Keep that a user has shown to hold a number; Conflict when another account has."""
    user = _locked(user)
    indexes = keyring().blind_indexes(mobile, context=MOBILE)
    taken = User.objects.filter(mobile_index__in=indexes, mobile_verified_at__isnull=False)
    if taken.exclude(pk=user.pk).exists():
        raise Conflict(
            "这个手机号码已用于另一个账号。",
            remedy="请用那个账号登录，或联系所在工会处理。",
            field="mobile",
        )
    put_mobile(user, mobile, verified_at=timezone.now())
    user.save(update_fields=["mobile_sealed", "mobile_index", "mobile_mask", "mobile_verified_at"])
    return user


def suspend_due(today: date) -> int:
    """Suspend every account whose term has ended; returns how many."""
    due = User.objects.filter(closes_on__lt=today, status__in=(Status.ACTIVE, Status.INVITED))
    found = list(due)
    for user in found:
        suspend(user)
    return len(found)


def _locked(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _become(user: User, status: Status) -> None:
    user.status = status
    user.is_active = status == Status.ACTIVE
    user.save(update_fields=["status", "is_active"])


def _forget_credentials(user: User) -> None:
    Authenticator.objects.filter(user=user).delete()
    WeChatBinding.objects.filter(user=user).delete()
    user.set_unusable_password()
    user.save(update_fields=["password"])


def _happened(user: User, kind: Kind, subject: str, by: int | None = None) -> None:
    facts: dict[str, Any] = {"by": by} if by else {}
    record(
        Happening(
            kind,
            Severity.INFO,
            user_id=user.pk,
            name=user.username,
            subject=subject,
            facts=facts,
        )
    )
