"""The platform's own API for applications: access tokens with the scope `api`."""

from __future__ import annotations

from collections.abc import Callable

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from gonghui.systems.portal.sign_on.actions.issuing import link_of

PREFIX = "gha_"


class BearerMiddleware:
    """Lets an access token stand for its person under /api/; stands before the actor is made.

    Tokens without our prefix belong to other interfaces and are left alone. There is no session
    behind a token, so what needs a fresh proof of identity is refused.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        ours = scheme.lower() == "bearer" and value.startswith(PREFIX)
        if not (ours and request.path.startswith("/api/")):
            return self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            return _problem(400, "invalid_request", "不能同时使用会话和令牌。")
        with transaction.atomic():
            link = link_of(value, Token.Type.ACCESS_TOKEN)
        if link is None:
            return _problem(401, "invalid_token", "令牌无效或已过期。")
        if "api" not in link.token.get_scopes():
            return _problem(403, "insufficient_scope", "令牌没有“代您办理”的授权。")
        request.user = link.sign_on.user
        # A token is sent on purpose, never by the browser alone, so no form token is needed.
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        return self.get_response(request)


def _problem(status: int, word: str, title: str) -> HttpResponse:
    answer = JsonResponse(
        {"type": f"urn:gonghui:{word}", "title": title, "rule": "RFC 6750 3.1", "remedy": ""},
        status=status,
    )
    answer["WWW-Authenticate"] = f'Bearer error="{word}"'
    return answer
