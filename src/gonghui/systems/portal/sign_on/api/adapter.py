"""What allauth's OpenID provider asks of this platform."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client, PrivateKey, Token
from django.utils import timezone

from gonghui.kernel.identity.models import User
from gonghui.systems.portal.sign_on.actions.keys import signing_key
from gonghui.systems.portal.sign_on.models import Subject
from gonghui.systems.portal.sign_on.queries import claims, keys
from gonghui.systems.portal.sign_on.queries.settings import ISSUER
from gonghui.systems.portal.sign_on.rules.codes import digest
from gonghui.systems.portal.sign_on.rules.scopes import SCOPES


class Adapter(DefaultOIDCAdapter):
    """Keys from the sealed table, opaque subjects, claims by scope, one issuer."""

    scope_display = {scope.code: scope.title for scope in SCOPES.values()}

    def hash_token(self, token: str) -> str:
        return digest(token)

    def get_issuer(self) -> str:
        return ISSUER.value().rstrip("/") or super().get_issuer()

    def get_user_sub(self, client: Client, user: Any) -> str:
        return Subject.of(user.pk)

    def get_user_by_sub(self, client: Client, sub: str) -> User | None:
        return claims.user_of(sub)

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: Any,
        client: Client,
        scopes: Iterable[str],
        email: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """The ID token names the person only; all else is fetched with the access token."""
        told = scopes if purpose == "userinfo" else ["openid"]
        return claims.claims(user, client.application, told, timezone.localdate())

    def list_private_keys(
        self, *, did_activate: Literal[True] | None = None, is_active: Literal[True] | None = None
    ) -> list[PrivateKey]:
        signing_key()
        now = timezone.now()
        found = keys.private_keys(now)
        if did_activate:
            found = [key for key in found if key.not_before is None or key.not_before <= now]
        return found

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        claimed = [claim for scope in SCOPES.values() for claim in scope.claims]
        data.update(
            {
                "scopes_supported": list(SCOPES),
                "claims_supported": ["iss", "aud", "exp", "iat", "auth_time", "nonce", *claimed],
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": [
                    "authorization_code",
                    "refresh_token",
                    "urn:ietf:params:oauth:grant-type:device_code",
                ],
                "subject_types_supported": ["public"],
                "prompt_values_supported": ["none", "login", "consent"],
                "ui_locales_supported": ["zh-CN"],
                "claims_parameter_supported": False,
                "request_parameter_supported": False,
                "request_uri_parameter_supported": False,
                "backchannel_logout_supported": True,
                "backchannel_logout_session_supported": True,
                "authorization_response_iss_parameter_supported": True,
                "revocation_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                    "none",
                ],
            }
        )

    def is_introspection_allowed(self, token: Token, *, caller_client: Client) -> bool:
        """A client learns of its own tokens only."""
        return token.client_id == caller_client.pk
