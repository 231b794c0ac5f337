"""oauthlib's questions, answered from the platform's own tables instead of the cache.

Codes and device requests are rows, so several web processes share them, each is used once under
a lock, and only digests are kept. PKCE with S256 is asked of every client.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.core import context
from allauth.core.internal import httpkit
from allauth.idp.oidc.internal.clientkit import lookup_client
from allauth.idp.oidc.internal.oauthlib.request_validator import OAuthLibRequestValidator
from allauth.idp.oidc.internal.tokens import decode_jwt_token
from allauth.idp.oidc.models import Client, Token
from django.utils import timezone
from oauthlib.common import Request

from gonghui.systems.portal.sign_on.actions import applications, issuing
from gonghui.systems.portal.sign_on.actions.ending import end_sign_ons
from gonghui.systems.portal.sign_on.models import (
    Application,
    Code,
    Kind,
    SignOn,
    State,
    Subject,
    TokenLink,
    Way,
)
from gonghui.systems.portal.sign_on.queries import applications as queries
from gonghui.systems.portal.sign_on.queries.claims import claims
from gonghui.systems.portal.sign_on.rules.addresses import matches, origin_of

DEVICE_GRANT = Client.GrantType.DEVICE_CODE


class Validator(OAuthLibRequestValidator):
    """One instance serves one request.

    sign_on: whose tokens are being given. arrival: who has arrived at the authorization page.
    """

    def __init__(self, arrival: issuing.Arrival | None = None) -> None:
        super().__init__()
        self.arrival = arrival
        self.sign_on: SignOn | None = None
        self.code: Code | None = None
        self.link: TokenLink | None = None

    # Clients

    def validate_client_id(self, client_id: Any, request: Request) -> bool:
        client = self._lookup_client(request, client_id)
        if client is None:
            return False
        self._use_client(request, client)
        return True

    def _lookup_client(self, request: Request, client_id: Any) -> Client | None:
        if not isinstance(client_id, str) or len(client_id) > 100 or "\x00" in client_id:
            return None
        client = lookup_client(client_id)
        application = getattr(client, "application", None)
        return client if application is not None and application.state == State.ACTIVE else None

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """By secret, in the Authorization header or in the form."""
        client_id, secret = httpkit.extract_basic_auth(request.headers)
        if not client_id and not secret:
            client_id = getattr(request, "client_id", None)
            secret = getattr(request, "client_secret", None)
        client = self._lookup_client(request, client_id)
        if client is None or client.type != Client.Type.CONFIDENTIAL:
            return False
        if not isinstance(secret, str) or not applications.has_secret(client.application, secret):
            return False
        if request.client_id and request.client_id != client.pk:
            return False
        request.client_id = client.pk
        self._use_client(request, client)
        return True

    def authenticate_client_id(
        self, client_id: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """A client without a secret names itself; one with a secret may not."""
        client = self._lookup_client(request, client_id)
        if client is None or client.type != Client.Type.PUBLIC:
            return False
        self._use_client(request, client)
        return True

    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        if "Authorization" in request.headers or getattr(request, "client_secret", None):
            return True
        client = self._lookup_client(request, getattr(request, "client_id", None))
        return client is None or client.type != Client.Type.PUBLIC

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        return matches(redirect_uri, request.client.application.redirect_uris)

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        return True

    def is_origin_allowed(
        self, client_id: str, origin: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Pages of a client without a server may fetch its tokens from where it is registered."""
        client = self._lookup_client(request, client_id)
        if client is None or client.application.kind != Kind.NATIVE:
            return False
        return origin in {origin_of(uri) for uri in client.application.redirect_uris}

    # Authorization codes

    def save_authorization_code(
        self, client_id: str, code: dict, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Begin a sign-on; the code that oauthlib drew gives way to one kept as a digest."""
        assert self.arrival is not None
        application = request.client.application
        sign_on = issuing.begin(application, self.arrival, Way.CODE, request.scopes)
        code["code"] = issuing.give_code(
            sign_on, request.redirect_uri, request.code_challenge, request.nonce or ""
        )
        code["iss"] = self.arrival.issuer

    def validate_code(
        self, client_id: str, code: str, client: Client, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        ip = context.request.META.get("REMOTE_ADDR", "")
        found = issuing.take_code(code, client.application, ip)
        if found is None or not found.sign_on.user.is_active:
            return False
        self.code, self.sign_on = found, found.sign_on
        request.user, request.scopes = found.sign_on.user, found.sign_on.scopes
        return True

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: Client,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        return self.code is not None and redirect_uri == self.code.redirect_uri

    def get_code_challenge(self, code: str, request: Request) -> str | None:
        return self.code.challenge if self.code else None

    def get_code_challenge_method(self, code: str, request: Request) -> str | None:
        return "S256" if self.code else None

    def get_authorization_code_scopes(
        self, client_id: str, code: str, redirect_uri: str, request: Request
    ) -> list[str]:
        """Asked before the code is checked, only to choose the OpenID grant, which is the rule."""
        return ["openid"]

    def get_authorization_code_nonce(
        self, client_id: str, code: str, redirect_uri: str, request: Request
    ) -> str | None:
        return (self.code.nonce or None) if self.code else None

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Used up when it was checked."""

    # Tokens

    def save_bearer_token(self, token: dict, request: Request, *args: Any, **kwargs: Any) -> None:
        assert self.sign_on is not None
        issuing.keep_tokens(
            self.sign_on, token["access_token"], token.get("refresh_token"), request.scopes
        )
        if request.grant_type == DEVICE_GRANT and "openid" in request.scopes:
            first = {"aud": request.client_id, "iat": int(time.time())}
            token["id_token"] = self.finalize_id_token(first, token, None, request)

    def finalize_id_token(
        self, id_token: dict, token: dict, token_handler: Any, request: Request
    ) -> str:
        assert self.sign_on is not None
        id_token["auth_time"] = int(self.sign_on.verified_at.timestamp())
        if self.sign_on.sid:
            id_token["sid"] = self.sign_on.sid
        return super().finalize_id_token(id_token, token, token_handler, request)

    def validate_refresh_token(
        self, refresh_token: str, client: Client, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        ip = context.request.META.get("REMOTE_ADDR", "")
        found = issuing.take_refresh(refresh_token, client.application, ip)
        if found is None:
            return False
        self.sign_on = found
        request.user = found.user
        return True

    def get_original_scopes(
        self, refresh_token: str, request: Request, *args: Any, **kwargs: Any
    ) -> list[str]:
        return self.sign_on.scopes if self.sign_on else []

    def rotate_refresh_token(self, request: Request) -> bool:
        return True

    def validate_bearer_token(self, token: str, scopes: list[str], request: Request) -> bool:
        if not token or context.request.GET.get("access_token"):
            return False
        link = issuing.link_of(token, Token.Type.ACCESS_TOKEN)
        if link is None or not set(scopes or ()) <= set(link.token.get_scopes()):
            return False
        self.link = link
        request.user, request.scopes = link.sign_on.user, link.token.get_scopes()
        self._use_client(request, link.sign_on.application.oidc)
        return True

    def validate_jwt_bearer_token(self, token: str, scopes: list[str], request: Request) -> bool:
        """Access tokens here are never JWTs."""
        return False

    def get_userinfo_claims(self, request: Request) -> dict[str, Any]:
        application = request.client.application
        return claims(request.user, application, request.scopes, timezone.localdate())

    def revoke_token(
        self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """A refresh token takes its whole family with it, an access token only itself."""
        link = issuing.link_of(token, Token.Type.ACCESS_TOKEN, Token.Type.REFRESH_TOKEN)
        if link is None or link.sign_on.application_id != request.client.application.pk:
            return
        if link.token.type == Token.Type.REFRESH_TOKEN:
            end_sign_ons("应用交回令牌", pk=link.sign_on_id)
        else:
            link.token.delete()

    def introspect_token(
        self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any
    ) -> dict[str, Any] | None:
        link = issuing.link_of(token, Token.Type.ACCESS_TOKEN, Token.Type.REFRESH_TOKEN)
        if link is None or link.sign_on.application_id != request.client.application.pk:
            return None
        found = link.token
        return {
            "iss": link.sign_on.issuer,
            "sub": Subject.of(link.sign_on.user_id),
            "client_id": found.client_id,
            "scope": " ".join(found.get_scopes()),
            "token_type": "Bearer" if found.type == Token.Type.ACCESS_TOKEN else "refresh_token",
            "iat": int(found.created_at.timestamp()),
            "exp": int(found.expires_at.timestamp()),
        }

    # Devices

    def validate_device_code(
        self, client_id: str, device_code: str, request: Request, *args: Any, **kwargs: Any
    ) -> str | None:
        if self.sign_on is not None:
            # oauthlib asks twice; the code was used up the first time.
            return "authorized"
        application = request.client.application
        answer, found = issuing.polled(device_code, application)
        if answer != "authorized" or found is None:
            return answer or None
        self.sign_on = _device_sign_on(application, found)
        request.user, request.scopes = found.user, found.scopes
        return answer

    # Silent sign-in

    def validate_silent_login(self, request: Request) -> bool:
        if self.arrival is None:
            return False
        request.user = context.request.user
        return True

    def validate_silent_authorization(self, request: Request) -> bool:
        assert self.arrival is not None
        application: Application = request.client.application
        user_id = self.arrival.actor.user_id or 0
        return request.client.skip_consent or queries.has_consented(
            user_id, application, request.scopes
        )

    def validate_user_match(
        self, id_token_hint: str | None, scopes: list[str], claims: Any, request: Request
    ) -> bool:
        if not id_token_hint or self.arrival is None:
            # Whoever is not signed in yet is asked to do so first, and compared then.
            return True
        told = decode_jwt_token(
            id_token_hint, client_id=request.client.pk, verify_exp=False, verify_iss=True
        )
        if told is None:
            return False
        return told.get("sub") == Subject.of(self.arrival.actor.user_id or 0)


def _device_sign_on(application: Application, found: Any) -> SignOn:
    """The sign-on of a device that has been let in."""
    from allauth.idp.oidc.adapter import get_adapter

    from gonghui.kernel.access.loading import actor_of

    actor = actor_of(found.user, timezone.localdate(), ip=found.ip)
    arrival = issuing.Arrival(actor, "", found.verified_at, get_adapter().get_issuer())
    return issuing.begin(application, arrival, Way.DEVICE, found.scopes)
