"""Signing keys as they are stored, opened for signing and published."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from allauth.idp.oidc.models import PrivateKey
from django.db.models import Q, QuerySet

from gonghui.kernel.base.sealing import keyring
from gonghui.systems.portal.sign_on.models import KeyState, SigningKey

SEALED_AS = "sign_on_signingkey.sealed"
ORDER = {KeyState.ACTIVE: 0, KeyState.NEXT: 1, KeyState.RETIRED: 2}


def published(now: datetime) -> QuerySet[SigningKey]:
    """Keys whose public part outsiders may fetch."""
    return SigningKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now))


def active() -> SigningKey | None:
    """The key that signs."""
    return SigningKey.objects.filter(state=KeyState.ACTIVE).first()


def private_keys(now: datetime) -> list[PrivateKey]:
    """Published keys in allauth's form, the one that signs with the latest date."""
    return [
        PrivateKey(
            pem=opened(key.kid, bytes(key.sealed)),
            not_before=None if key.state != KeyState.NEXT else datetime.max.replace(tzinfo=UTC),
            issued_at=key.activated_at,
            expires_at=key.expires_at,
        )
        for key in published(now)
    ]


@lru_cache(maxsize=16)
def opened(kid: str, sealed: bytes) -> str:
    """The private key as PEM, opened once a process."""
    return keyring().open(sealed, context=SEALED_AS)


def listed() -> list[SigningKey]:
    """All keys for the page of keys: active, next, then the latest retired."""
    found = list(SigningKey.objects.order_by("-id")[:20])
    return sorted(found, key=lambda key: ORDER[KeyState(key.state)])


def jwks(now: datetime) -> list[dict[str, Any]]:
    """The public keys as JSON Web Keys."""
    return [key.public for key in published(now).order_by("id")]
