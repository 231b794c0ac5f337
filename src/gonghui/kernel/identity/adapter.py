"""What allauth.mfa asks of the platform: how secrets are kept, and what the platform is called."""

from __future__ import annotations

import base64
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser

from gonghui.kernel.base.sealing import keyring

SECRET = "mfa_authenticator.secret"
ISSUER = "安徽网上工会"


class MfaAdapter(DefaultMFAAdapter):
    """Secrets are sealed; names are Chinese; a passkey belongs to the host that is asked."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(keyring().seal(text, context=SECRET)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return keyring().open(base64.b64decode(encrypted_text), context=SECRET)

    def get_totp_issuer(self) -> str:
        return ISSUER

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": ISSUER}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        entity = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": user.display_name, "name": user.username}
