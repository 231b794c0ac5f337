"""Codes by SMS (短信验证码): six digits, five minutes, five tries, once.

The answer to the browser is the same whether or not the number belongs to anybody: a row is
written and a job queued in either case, and the job decides whether anything is sent.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.identifiers import parse_mobile
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity import limiting, texting
from gonghui.kernel.identity.models import CODE, CODE_MOBILE, MOBILE, Code, User
from gonghui.kernel.jobs.registry import defer, job
from gonghui.kernel.security.limits import attempt, check

DIGITS = 6
TRIES = 5
BETWEEN = timedelta(seconds=60)

MINUTES = Setting(
    "identity.sms_code_minutes",
    "短信验证码有效期",
    int,
    5,
    "短信验证码发出后多久内有效。",
    unit="分钟",
    minimum=1,
    maximum=30,
)

PURPOSES = {
    "signin": "登录",
    "second": "登录的第二重验证",
    "step_up": "再次验证身份",
    "mobile": "绑定手机号码",
    "recover": "找回密码",
    "join": "绑定本人账号",
}


def wrong() -> Refusal:
    """The answer to a code that is wrong, used, too old, or was never sent."""
    return Refusal(
        "验证码不正确或已失效。",
        remedy=f"每个验证码最多输入 {TRIES} 次，失效后请重新获取。",
        field="code",
        code="wrong_code",
    )


def issue(
    purpose: str,
    mobile: str,
    *,
    user: User | None,
    now: datetime,
    ip: str = "",
    live: bool | None = None,
) -> str:
    """Make a code for a number and queue its sending; returns the key the browser keeps.

    user: whose number it is. live: whether the code is sent and may be right; without it, whether
    there is a user. Raises TooMany per number and per address, Refusal within a minute of the
    code before.
    """
    number = parse_mobile(mobile)
    index = keyring().blind_index(number, context=MOBILE)
    with transaction.atomic():
        check(limiting.SMS_SEND_ADDRESS, ip, now=now)
        with attempt(limiting.SMS_SEND, index.hex(), now=now, ip=ip):
            # Every sending counts; none "succeeds".
            _refuse_hurry(index, now)
        with attempt(limiting.SMS_SEND_ADDRESS, ip, now=now, ip=ip):
            pass
        made = Code(
            purpose=purpose,
            user=user,
            live=user is not None if live is None else live,
            mobile_index=index,
            mobile_sealed=keyring().seal(number, context=CODE_MOBILE),
            created_at=now,
            expires_at=now + timedelta(minutes=MINUTES.value()),
        )
        text = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        made.digest = _digest(made.key, text)
        made.text_sealed = keyring().seal(text, context=CODE)
        made.save(force_insert=True)
        defer(deliver, key=made.key)
    return made.key


def verify(key: str, purpose: str, text: str, *, now: datetime, ip: str = "") -> Code:
    """Use up the code of this key; Refusal unless it is right, fresh, unused, of this purpose."""
    code = Code.objects.select_related("user").filter(key=key, purpose=purpose).first()
    limit_key = bytes(code.mobile_index).hex() if code else f"ip:{ip}"
    with attempt(limiting.SMS_TRY, limit_key, now=now, ip=ip) as trial:
        row = Code.objects.select_for_update().filter(key=key, purpose=purpose).first()
        if row is not None and row.used_at is None and row.tries < TRIES and row.expires_at > now:
            row.tries += 1
            right = constant_time_compare(bytes(row.digest), _digest(key, text.strip()))
            if right and row.live:
                row.used_at = now
                trial.succeed()
            row.save(update_fields=["tries", "used_at"])
    if not trial.succeeded or code is None:
        raise wrong()
    return code


def number_of(code: Code) -> str:
    """The plain number a code was sent to."""
    return keyring().open(bytes(code.mobile_sealed), context=CODE_MOBILE)


@job("identity.send_code", "发送短信验证码", retry=2)
def deliver(key: str) -> None:
    """Hand a code to the SMS channel and forget its text."""
    with transaction.atomic():
        code = Code.objects.select_for_update().filter(key=key).first()
        if code is None or code.text_sealed is None:
            return
        text = keyring().open(bytes(code.text_sealed), context=CODE)
        code.text_sealed = None
        code.save(update_fields=["text_sealed"])
        if not code.live:
            return
        minutes = max(1, round((code.expires_at - code.created_at).total_seconds() / 60))
        texting.send(
            number_of(code),
            f"【安徽工会】验证码 {text}，用于{PURPOSES[code.purpose]}，{minutes} 分钟内有效。"
            "如非本人操作，请勿告诉他人。",
            "code",
        )


def forget_old(now: datetime) -> int:
    """Delete codes of more than a day ago."""
    return Code.objects.filter(created_at__lt=now - timedelta(days=1)).delete()[0]


def _refuse_hurry(index: bytes, now: datetime) -> None:
    if Code.objects.filter(mobile_index=index, created_at__gt=now - BETWEEN).exists():
        raise Refusal(
            "刚刚已向这个号码发送过验证码。",
            remedy="请在一分钟后再获取。",
            field="mobile",
            code="too_soon",
        )


def _digest(key: str, text: str) -> bytes:
    return salted_hmac(f"sms-code:{key}", text, settings.SECRET_KEY, algorithm="sha256").digest()
