"""What applications call from their servers: discovery, keys, tokens, userinfo."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from allauth.account.internal.decorators import login_not_required
from allauth.core.internal import httpkit
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.internal.oauthlib.utils import extract_params
from allauth.idp.oidc.views import ConfigurationView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.security import limits
from gonghui.systems.portal.sign_on.actions import issuing
from gonghui.systems.portal.sign_on.actions.keys import signing_key
from gonghui.systems.portal.sign_on.api import arriving
from gonghui.systems.portal.sign_on.api.server import DeviceServer, Server, answered
from gonghui.systems.portal.sign_on.api.validator import Validator
from gonghui.systems.portal.sign_on.queries import keys
from gonghui.systems.portal.sign_on.queries.applications import by_client
from gonghui.systems.portal.sign_on.queries.settings import (
    CLIENT_LIMIT,
    DEVICE_LIMIT,
    DEVICE_MINUTES,
)

JWKS_SECONDS = 600
Endpoint = Callable[[HttpRequest], HttpResponse]
COUNTED = {"invalid_client", "invalid_grant"}
"""Errors that may be guesses."""


def limited(view: Endpoint) -> Endpoint:
    """Count failed proofs by client and address; too many are refused before any is checked."""

    @wraps(view)
    def serve(request: HttpRequest) -> HttpResponse:
        try:
            arriving.check_text(request)
        except Refusal:
            return _error("invalid_request", 400)
        ip = request.META.get("REMOTE_ADDR", "")
        key, now = f"{_named(request)}:{ip}", timezone.now()
        try:
            limits.check(CLIENT_LIMIT, key, now=now)
        except limits.TooMany:
            answer = _error("temporarily_unavailable", 429)
            answer["Retry-After"] = str(CLIENT_LIMIT.minutes.value() * 60)
            return answer
        answer = view(request)
        if answer.status_code in {400, 401} and _word(answer) in COUNTED:
            with limits.attempt(CLIENT_LIMIT, key, now=now, ip=ip):
                """Left without success, it counts."""
        answer["Cache-Control"] = "no-store"
        answer["Pragma"] = "no-cache"
        return answer

    return csrf_exempt(login_not_required(serve))


class Configuration(ConfigurationView):
    """Discovery (OpenID Connect Discovery 1.0, RFC 8414)."""

    def get(self, request: HttpRequest) -> JsonResponse:
        here = request.build_absolute_uri
        if issuer := get_adapter().get_issuer():
            here = lambda path: f"{issuer}{path}"  # noqa: E731
        data: dict[str, Any] = {
            "issuer": get_adapter().get_issuer(),
            "authorization_endpoint": here(reverse("sign-on-authorize")),
            "token_endpoint": here(reverse("sign-on-token")),
            "userinfo_endpoint": here(reverse("sign-on-userinfo")),
            "jwks_uri": here(reverse("sign-on-jwks")),
            "introspection_endpoint": here(reverse("sign-on-introspect")),
            "revocation_endpoint": here(reverse("sign-on-revoke")),
            "device_authorization_endpoint": here(reverse("sign-on-device")),
            "end_session_endpoint": here(reverse("sign-on-logout")),
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic",
                "client_secret_post",
                "none",
            ],
            "introspection_endpoint_auth_methods_supported": [
                "client_secret_basic",
                "client_secret_post",
            ],
        }
        get_adapter().populate_server_metadata(data)
        answer = JsonResponse(data)
        answer["Access-Control-Allow-Origin"] = "*"
        return answer


configuration = Configuration.as_view()


@require_http_methods(["GET", "HEAD"])
def jwks(request: HttpRequest) -> HttpResponse:
    """The public keys: the one that signs, the next one, and those that signed lately."""
    signing_key()
    answer = JsonResponse({"keys": keys.jwks(timezone.now())})
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = f"max-age={JWKS_SECONDS}, must-revalidate"
    return answer


@require_POST
@limited
def token(request: HttpRequest) -> HttpResponse:
    """Codes, refresh tokens and device codes against tokens."""
    try:
        return answered(request, Server(Validator()).create_token_response)
    except OAuth2Error as error:
        return _told(error)
    except ValueError:
        return _error("invalid_request", 400)


@require_POST
@limited
def introspect(request: HttpRequest) -> HttpResponse:
    """RFC 7662: what a token of the asking client is worth."""
    if not request.POST.get("token"):
        return _error("invalid_request", 400)
    try:
        if not _by_secret(request):
            return _error("invalid_client", 401)
        return answered(request, Server(Validator()).create_introspect_response)
    except OAuth2Error as error:
        return _told(error)
    except ValueError:
        return _error("invalid_request", 400)


@require_POST
@limited
def revoke(request: HttpRequest) -> HttpResponse:
    """RFC 7009: give a token back."""
    try:
        return answered(request, Server(Validator()).create_revocation_response)
    except OAuth2Error as error:
        return _told(error)
    except ValueError:
        return _error("invalid_request", 400)


@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
@csrf_exempt
def userinfo(request: HttpRequest) -> HttpResponse:
    """The claims an access token opens."""
    if request.method == "OPTIONS":
        answer = HttpResponse(status=204)
        answer["Access-Control-Allow-Headers"] = "Authorization"
    else:
        try:
            arriving.check_text(request)
            answer = answered(request, Server(Validator()).create_userinfo_response)
        except OAuth2Error as error:
            answer = _told(error)
        except (Refusal, ValueError):
            answer = _error("invalid_request", 400)
        answer["Cache-Control"] = "no-store"
    # The token stands in a header no browser adds by itself, so any page may ask with one.
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@require_POST
@limited
def device(request: HttpRequest) -> HttpResponse:
    """RFC 8628: a device asks for a code to show."""
    ip = request.META.get("REMOTE_ADDR", "")
    try:
        with limits.attempt(DEVICE_LIMIT, ip, now=timezone.now(), ip=ip):
            """Every request counts; nobody needs many."""
    except limits.TooMany:
        return _error("slow_down", 429)
    server = DeviceServer(Validator(), verification_uri="", expires_in=0)
    try:
        _, data, _ = server.create_device_authorization_response(*extract_params(request))
    except OAuth2Error as error:
        return _told(error)
    except ValueError:
        return _error("invalid_request", 400)
    application = by_client(request.POST.get("client_id", ""))
    if application is None or application.kind != "device":
        return _error("unauthorized_client", 400)
    asked = data.get("scope", "openid").split()
    device_code, user_code = issuing.ask_for_device(application, asked, ip)
    page = get_adapter().get_issuer() + reverse("sign-on-activate")
    return JsonResponse(
        {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?code={user_code}",
            "expires_in": int(timedelta(minutes=DEVICE_MINUTES.value()).total_seconds()),
            "interval": issuing.INTERVAL,
        }
    )


def _named(request: HttpRequest) -> str:
    """The client a request claims to come from."""
    named, _ = httpkit.extract_basic_auth(
        {"Authorization": request.headers.get("Authorization", "")}
    )
    return (named or request.POST.get("client_id", ""))[:60]


def _by_secret(request: HttpRequest) -> bool:
    """Whether a secret was sent at all: introspection is not for clients without one."""
    return bool(request.headers.get("Authorization") or request.POST.get("client_secret"))


def _word(answer: HttpResponse) -> str:
    try:
        return str(json.loads(answer.content).get("error", ""))
    except (ValueError, AttributeError):
        return ""


def _error(word: str, status: int) -> HttpResponse:
    answer = JsonResponse({"error": word}, status=status)
    if status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="sso"'
    return answer


def _told(error: OAuth2Error) -> HttpResponse:
    answer = JsonResponse(dict(error.twotuples), status=error.status_code)
    for name, value in error.headers.items():
        answer[name] = value
    return answer
