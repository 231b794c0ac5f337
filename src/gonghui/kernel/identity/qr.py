"""Sign-in by QR code (扫码登录): a desktop asks, a phone that is signed in confirms.

The code is random, lives two minutes, works once, and only in the browser that asked for it.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest

from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.identity import devices, limiting, sessions
from gonghui.kernel.identity.models import QrSignIn, User
from gonghui.kernel.security.limits import attempt

LIFE = timedelta(minutes=2)
STATE = QrSignIn.State
GONE = "二维码已失效。"


def ask(request: HttpRequest, now: datetime) -> str:
    """A fresh token for this browser; the QR code holds the address with it."""
    token, browser = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    request.session["qr"] = [token, browser]
    QrSignIn.objects.create(
        digest=devices.digest(token),
        browser=devices.digest(browser),
        ip=sessions.ip_of(request),
        device=devices.device_name(request.META.get("HTTP_USER_AGENT", "")),
        created_at=now,
        expires_at=now + LIFE,
    )
    return token


def asked(token: str, *, now: datetime, key: str, ip: str) -> QrSignIn:
    """The open request of a scanned token; guesses are counted under `key`."""
    with attempt(limiting.QR, key, now=now, ip=ip) as trial:
        found = (
            QrSignIn.objects.select_for_update()
            .filter(digest=devices.digest(token), expires_at__gt=now)
            .filter(state__in=(STATE.WAITING, STATE.SCANNED))
            .first()
        )
        if found is not None:
            trial.succeed()
    if found is None:
        # The count of the guess stays although the request is refused.
        raise Missing(GONE, remedy="请在电脑上刷新二维码后重新扫描。", code="qr_gone", keeps=True)
    return found


def scan(row: QrSignIn, user: User) -> None:
    """Note that the phone of `user` shows the request."""
    if row.user_id not in (None, user.pk):
        raise Refusal("这个二维码已被他人扫描。", remedy="请在电脑上刷新二维码。")
    row.user = user
    row.state = STATE.SCANNED
    row.save(update_fields=["user", "state"])


def decide(row: QrSignIn, user: User, *, confirmed: bool) -> None:
    """The phone's answer; only of the user who scanned."""
    if row.user_id != user.pk:
        raise Refusal("请先扫描二维码。", remedy="用本人的手机扫描电脑上的二维码。")
    row.state = STATE.CONFIRMED if confirmed else STATE.REFUSED
    row.save(update_fields=["state"])


@transaction.atomic
def claim(request: HttpRequest, now: datetime) -> tuple[str, User | None]:
    """How the request of this browser stands; the user once, when it is confirmed."""
    token, browser = request.session.get("qr") or ("", "")
    row = (
        QrSignIn.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(digest=devices.digest(token), browser=devices.digest(browser))
        .first()
    )
    if row is None or row.expires_at <= now or row.state == STATE.USED:
        return "gone", None
    if row.state != STATE.CONFIRMED:
        return row.state, None
    row.state = STATE.USED
    row.save(update_fields=["state"])
    request.session.pop("qr", None)
    user = row.user
    return ("confirmed", user) if user is not None and user.is_active else ("gone", None)


def forget_old(now: datetime) -> int:
    """Delete requests of more than an hour ago."""
    return QrSignIn.objects.filter(expires_at__lt=now - timedelta(hours=1)).delete()[0]
