"""Second factors (第二重验证): passkeys, one-time passwords, recovery codes, SMS.

Stored and computed by allauth.mfa; the secrets are sealed by `adapter.MfaAdapter`. Each check
counts its failures per user in the database, under a lock, so a code counts once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal import auth as webauthn
from cryptography.exceptions import InvalidSignature
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity import limiting
from gonghui.kernel.identity.models import User
from gonghui.kernel.security.limits import attempt

Type = Authenticator.Type
STEPS_AROUND = 1
"""A clock may be wrong by this many periods of 30 seconds."""
CEREMONY_SECONDS = 300
STARTED = "passkey_started"
MOST_PASSKEYS = 10
SECRET = "totp_secret"

REQUIRED_OF = Setting(
    "identity.second_factor_of",
    "必须启用第二重验证的人员",
    str,
    "administrators",
    "这些人员须在宽限期内启用通行密钥、动态口令或短信验证，逾期未启用的只能办理启用。",
    choices={
        "nobody": "不要求",
        "administrators": "系统、安全、审计管理员",
        "county": "管理员和县级以上工会干部",
        "cadres": "全部干部",
    },
    dangerous=True,
)
GRACE_DAYS = Setting(
    "identity.second_factor_grace",
    "启用第二重验证的宽限期",
    int,
    14,
    "从首次被要求起，多少天内须启用第二重验证。",
    unit="天",
    minimum=0,
    maximum=90,
)

WRONG = "验证没有通过。"


@dataclass(frozen=True)
class Kept:
    """What a user has set up. passkeys: authenticators; codes_left: unused recovery codes."""

    passkeys: tuple[Authenticator, ...]
    totp: Authenticator | None
    recovery: Authenticator | None
    sms: bool

    @property
    def any(self) -> bool:
        return bool(self.passkeys or self.totp or self.sms)

    @property
    def codes_left(self) -> int:
        return len(RecoveryCodes(self.recovery).get_unused_codes()) if self.recovery else 0


def kept_by(user: User) -> Kept:
    """The factors of a user, in one query."""
    found = list(Authenticator.objects.filter(user=user).order_by("pk"))
    single = {item.type: item for item in found}
    return Kept(
        passkeys=tuple(item for item in found if item.type == Type.WEBAUTHN),
        totp=single.get(Type.TOTP),
        recovery=single.get(Type.RECOVERY_CODES),
        sms=bool(user.sms_second and user.mobile_verified_at),
    )


def enabled(user: User, *, first: str = "") -> list[str]:
    """The second factors to choose from after a first one; SMS does not confirm itself."""
    kept = kept_by(user)
    found = []
    if kept.totp:
        found.append("totp")
    if kept.passkeys:
        found.append("passkey")
    if kept.sms and first != "sms":
        found.append("sms")
    if found and kept.recovery:
        found.append("recovery")
    return found


def check_totp(user: User, code: str, *, now: datetime, ip: str = "") -> None:
    """Refusal unless `code` is the present one-time password and was not used before."""
    with attempt(limiting.TOTP, str(user.pk), now=now, ip=ip) as trial:
        found = Authenticator.objects.filter(user=user, type=Type.TOTP).first()
        step = None if found is None else _step_of(found, code)
        if found is not None and step is not None and step > found.data.get("step", 0):
            # A code seen over somebody's shoulder must not work a second time.
            found.data["step"] = step
            found.last_used_at = now
            found.save(update_fields=["data", "last_used_at"])
            trial.succeed()
    if not trial.succeeded:
        raise Refusal(
            "动态口令不正确或已使用过。",
            remedy="请等待认证器显示下一个口令再试，并核对手机的时间。",
            field="code",
            code="wrong_code",
        )


def check_recovery(user: User, code: str, *, now: datetime, ip: str = "") -> None:
    """Refusal unless `code` is an unused recovery code; it is used up."""
    with attempt(limiting.RECOVERY, str(user.pk), now=now, ip=ip) as trial:
        found = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
        digits = "".join(part for part in code if part.isdecimal())
        if found is not None and RecoveryCodes(found).validate_code(digits):
            found.record_usage()
            trial.succeed()
    if not trial.succeeded:
        raise Refusal(
            "恢复码不正确或已使用过。",
            remedy="每个恢复码只能用一次。都已用完的，请联系管理员重置。",
            field="code",
            code="wrong_code",
        )


def new_totp_secret(request: HttpRequest) -> str:
    """The secret offered to this browser until it is confirmed."""
    secret = request.session.get(SECRET)
    if not secret:
        secret = request.session[SECRET] = generate_totp_secret()
    return secret


def confirm_totp(request: HttpRequest, user: User, code: str, *, now: datetime) -> None:
    """Turn one-time passwords on once the first one is right."""
    secret = request.session.get(SECRET)
    if Authenticator.objects.filter(user=user, type=Type.TOTP).exists():
        raise Refusal("已启用动态口令。", remedy="要换手机，请先停用再重新启用。")
    with attempt(limiting.TOTP, str(user.pk), now=now) as trial:
        step = None if not secret else _matching(secret, code)
        if step is not None:
            trial.succeed()
    if step is None:
        raise Refusal(
            "口令不正确。",
            remedy="请确认已用认证器扫描本页的二维码，并核对手机的时间。",
            field="code",
            code="wrong_code",
        )
    instance = TOTP.activate(user, secret).instance
    instance.data["step"] = step
    instance.save(update_fields=["data"])
    request.session.pop(SECRET, None)


def new_recovery_codes(user: User) -> list[str]:
    """Ten fresh codes, shown this once; the former ones are void."""
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    codes = RecoveryCodes.activate(user)
    codes.mark_as_viewed()
    return [f"{code[:4]} {code[4:]}" for code in codes.generate_codes()]


def remove(user: User, authenticator: Authenticator) -> None:
    """Take a factor away; recovery codes go with the last one."""
    authenticator.delete()
    if not kept_by(user).any:
        Authenticator.objects.filter(user=user).delete()


def begin_passkey(request: HttpRequest, user: User | None = None) -> dict[str, Any]:
    """What the browser needs to ask for a passkey: any of this host's, or one of the user's."""
    request.session[STARTED] = time.time()
    return webauthn.begin_authentication(user)


def check_passkey(
    request: HttpRequest, response: Any, *, user: User | None = None, now: datetime, ip: str = ""
) -> User:
    """The user whose passkey answered the challenge of this browser; Refusal otherwise.

    user: the only one whose passkey counts. A challenge is answered once.
    """
    fresh = time.time() - request.session.pop(STARTED, 0) < CEREMONY_SECONDS
    state = webauthn.get_state()
    found = None
    with attempt(limiting.PASSKEY, str(user.pk) if user else f"ip:{ip}", now=now, ip=ip) as trial:
        try:
            if fresh and state and isinstance(response, dict):
                claimed = user or webauthn.extract_user_from_response(response)
                webauthn.complete_authentication(claimed, response).record_usage()
                found = claimed
                trial.succeed()
        except (ValidationError, InvalidSignature, ValueError, TypeError, KeyError, AttributeError):
            pass
    webauthn.clear_state()
    if found is None or not found.is_active:
        raise Refusal(
            "通行密钥没有通过验证。",
            remedy="请重试，或改用其他方式登录。",
            code="wrong_passkey",
        )
    return found


def begin_new_passkey(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the browser needs to make a discoverable passkey for a user."""
    request.session[STARTED] = time.time()
    return webauthn.begin_registration(user, passwordless=True)


def add_passkey(request: HttpRequest, user: User, name: str, response: Any) -> Authenticator:
    """Keep the passkey the browser has made."""
    fresh = time.time() - request.session.pop(STARTED, 0) < CEREMONY_SECONDS
    if Authenticator.objects.filter(user=user, type=Type.WEBAUTHN).count() >= MOST_PASSKEYS:
        raise Refusal(f"最多登记 {MOST_PASSKEYS} 个通行密钥。", remedy="请先删除不用的。")
    try:
        if not fresh or not isinstance(response, dict):
            raise ValueError("no ceremony under way")
        webauthn.parse_registration_response(response)
        webauthn.complete_registration(response)
        return webauthn.WebAuthn.add(user, name, response).instance
    except (ValidationError, InvalidSignature, ValueError, TypeError, KeyError) as error:
        raise Refusal(
            "没有登记成功。", remedy="请重新点击“添加通行密钥”。", code="wrong_passkey"
        ) from error
    finally:
        webauthn.clear_state()


def _step_of(authenticator: Authenticator, code: str) -> int | None:
    return _matching(decrypt(authenticator.data["secret"]), code)


def _matching(secret: str, code: str) -> int | None:
    """The period whose code this is, if it is near the present one."""
    typed = "".join(part for part in code if part.isdecimal())
    present = int(time.time()) // app_settings.TOTP_PERIOD
    found = None
    for step in range(present - STEPS_AROUND, present + STEPS_AROUND + 1):
        if constant_time_compare(format_hotp_value(hotp_value(secret, step)), typed):
            found = step
    return found
