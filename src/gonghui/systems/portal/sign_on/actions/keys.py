"""Signing keys: made, rotated with an overlap, and withdrawn at once when one may have leaked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.core.internal.jwkkit import load_jwk_from_pem
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import connection
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.sealing import keyring
from gonghui.systems.portal.sign_on.models import KeyState, SigningKey
from gonghui.systems.portal.sign_on.permissions import ROTATE_SIGNING_KEYS
from gonghui.systems.portal.sign_on.queries import keys as queries
from gonghui.systems.portal.sign_on.queries.applications import root_path
from gonghui.systems.portal.sign_on.queries.settings import KEY_DAYS, KEY_OVERLAP_HOURS

BITS = 2048
LOCK = 0x5105_0E15
"""Number of the advisory lock under which keys change hands."""


def signing_key() -> SigningKey:
    """The key that signs; the first ones are made when there is none."""
    found = queries.active()
    if found is None:
        _lock()
        found = queries.active()
    if found is None:
        found = _make(KeyState.ACTIVE)
        if not SigningKey.objects.filter(state=KeyState.NEXT).exists():
            _make(KeyState.NEXT)
    return found


@action(
    "signing-keys.rotate",
    "更换签名密钥",
    ROTATE_SIGNING_KEYS,
    creates=True,
    place=root_path,
    step_up=True,
)
def rotate(subject: None, *, by: Actor, reason: str, at_once: bool = False) -> SigningKey:
    """The next key signs from now on, and a new one waits behind it.

    at_once: the old key is no longer published either, because it may have leaked; tokens it
    signed are refused wherever keys are fetched anew.
    """
    _lock()
    now = timezone.now()
    old = queries.active()
    if old is not None:
        old.state, old.retired_at = KeyState.RETIRED, now
        overlap = timedelta(hours=0 if at_once else KEY_OVERLAP_HOURS.value())
        old.expires_at = now + overlap
        old.save()
    new = SigningKey.objects.filter(state=KeyState.NEXT).first()
    if new is None or at_once:
        # What leaked beside the active key cannot be known, so neither is used.
        SigningKey.objects.filter(state=KeyState.NEXT).delete()
        new = _make(KeyState.ACTIVE)
    else:
        new.state, new.activated_at = KeyState.ACTIVE, now
        new.save()
    _make(KeyState.NEXT)
    note(
        old={"label": "原密钥", "after": old.kid if old else ""},
        new={"label": "新密钥", "after": new.kid},
    )
    return new


def is_due() -> bool:
    """Whether the key has signed for long enough."""
    found = queries.active()
    if found is None or found.activated_at is None:
        return False
    return found.activated_at + timedelta(days=KEY_DAYS.value()) < timezone.now()


def forget_expired() -> int:
    """Delete what is no longer published; the audit keeps its number."""
    return SigningKey.objects.filter(expires_at__lt=timezone.now()).delete()[0]


def _make(state: KeyState) -> SigningKey:
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public: dict[str, Any] = load_jwk_from_pem(pem)[0]
    return SigningKey.objects.create(
        kid=public["kid"],
        sealed=keyring().seal(pem, context=queries.SEALED_AS),
        public={
            "kty": public["kty"],
            "n": public["n"],
            "e": public["e"],
            "kid": public["kid"],
            "use": "sig",
            "alg": "RS256",
        },
        state=state,
        activated_at=timezone.now() if state == KeyState.ACTIVE else None,
    )


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
