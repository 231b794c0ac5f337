"""Telling applications that a session has ended (OpenID Connect Back-Channel Logout 1.0, CAS)."""

from __future__ import annotations

import time
import uuid
from urllib.parse import urlencode

import jwt
from allauth.core.internal.jwkkit import load_pem
from django.db import transaction
from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.bus.subscribers import subscriber
from gonghui.kernel.jobs.registry import defer, job
from gonghui.kernel.security import outgoing
from gonghui.systems.portal.sign_on.actions.ending import ENDED
from gonghui.systems.portal.sign_on.actions.keys import signing_key
from gonghui.systems.portal.sign_on.actions.settling import noted, waiting
from gonghui.systems.portal.sign_on.models import Kind, LogoutNotice, SignOn, Subject
from gonghui.systems.portal.sign_on.queries.keys import opened

ATTEMPTS = 8
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_SECONDS = 120
TIMEOUT = 5


class Undelivered(Exception):
    """The application did not take the notice; it is sent again later."""


@subscriber(ENDED, name="sign_on.notify")
def sign_on_ended(event: Outbox) -> None:
    defer(notify, sign_on=event.data["sign_on"])


@job("sign_on.notify", "通知应用会话已结束", retry=ATTEMPTS)
def notify(sign_on: int) -> None:
    """Deliver one notice and keep the answer; Undelivered asks for another turn."""
    notice = waiting(sign_on)
    if notice is None:
        return
    status, words = _sent(notice)
    if 200 <= status < 300:
        noted(notice, delivered=True, answer=words)
    elif status == 400:
        noted(notice, delivered=False, answer=words, final=True)
    else:
        last = notice.attempts + 1 >= ATTEMPTS
        noted(notice, delivered=False, answer=words, final=last)
        if not last:
            raise Undelivered(words)


def _sent(notice: LogoutNotice) -> tuple[int, str]:
    """Status (0 for none) and the answer in words."""
    sign_on = notice.sign_on
    if sign_on.application.kind == Kind.CAS:
        address, form = sign_on.service, {"logoutRequest": logout_request(sign_on)}
    else:
        with transaction.atomic():
            form = {"logout_token": logout_token(sign_on)}
        address = sign_on.application.logout_uri
    try:
        answer = outgoing.request(
            "POST",
            address,
            party="接入应用",
            timeout=TIMEOUT,
            max_bytes=100_000,
            content=urlencode(form),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    except Refusal as refusal:
        return 0, refusal.message
    return answer.status_code, f"HTTP {answer.status_code}"


def logout_token(sign_on: SignOn) -> str:
    """The signed token of section 2.4: who has left which session. It never holds a nonce."""
    key = signing_key()
    now = int(time.time())
    claims = {
        "iss": sign_on.issuer,
        "sub": Subject.of(sign_on.user_id),
        "aud": sign_on.application.client_id,
        "iat": now,
        "exp": now + TOKEN_SECONDS,
        "jti": uuid.uuid4().hex,
        "events": {LOGOUT_EVENT: {}},
    }
    if sign_on.sid:
        claims["sid"] = sign_on.sid
    private = load_pem(opened(key.kid, bytes(key.sealed)))
    headers = {"kid": key.kid, "typ": "logout+jwt"}
    return jwt.encode(claims, private, algorithm="RS256", headers=headers)


def logout_request(sign_on: SignOn) -> str:
    """The SAML LogoutRequest by which CAS names a session: by its ticket."""
    stamp = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        f'ID="LR-{uuid.uuid4().hex}" Version="2.0" IssueInstant="{stamp}">'
        '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">@NOT_USED@</saml:NameID>'
        f"<samlp:SessionIndex>{sign_on.ticket}</samlp:SessionIndex></samlp:LogoutRequest>"
    )
