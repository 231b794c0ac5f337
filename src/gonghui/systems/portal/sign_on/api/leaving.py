"""Logout asked for by an application (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.idp.oidc.internal.tokens import decode_jwt_token
from django.contrib.auth import logout
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity import sessions
from gonghui.systems.portal.sign_on.api import arriving
from gonghui.systems.portal.sign_on.models import Application, Subject
from gonghui.systems.portal.sign_on.queries.applications import by_client
from gonghui.systems.portal.sign_on.rules.addresses import matches, with_parameters

SALT = "sign_on.logout"


@dataclass(frozen=True)
class Asked:
    """What a logout request asks, as far as it can be believed."""

    application: Application | None
    hint: dict
    back: str


@never_cache
@csrf_exempt
@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out at once for a valid token of this very session; else ask first."""
    arriving.check_text(request)
    asked = _read(request)
    if request.actor.user_id is None:
        return _done(request, asked.application, asked.back, form=False)
    if _is_own(request, asked):
        logout(request)
        return _done(request, asked.application, asked.back, form=False)
    title = asked.application.title if asked.application else ""
    payload = {"back": asked.back, "client": asked.application.client_id if title else ""}
    context = {"title": title, "signed": signing.dumps(payload, salt=SALT)}
    return render(request, "sign_on/logout.html", context)


@never_cache
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """The person's answer: sign out here too, or stay."""
    try:
        payload = signing.loads(request.POST.get("asked", ""), salt=SALT, max_age=900)
    except signing.BadSignature:
        raise Refusal("这一页已经过期。", remedy="请重新退出。", code="stale") from None
    if request.POST.get("do") != "signout":
        return HttpResponseRedirect(reverse("desk"))
    logout(request)
    return _done(request, by_client(payload["client"]), payload["back"], form=True)


def _read(request: HttpRequest) -> Asked:
    """Hint and client must agree, and the way back must be registered; else neither counts."""
    sent = request.POST if request.method == "POST" else request.GET
    hint = decode_jwt_token(sent.get("id_token_hint", ""), verify_exp=False, verify_iss=True) or {}
    client_id = sent.get("client_id") or hint.get("aud") or ""
    if hint and hint.get("aud") != client_id:
        hint, client_id = {}, ""
    application = by_client(client_id) if client_id else None
    back = sent.get("post_logout_redirect_uri", "")
    if back:
        if application is None or not matches(back, application.post_logout_uris):
            raise Refusal(
                "不能返回这个地址：它没有登记为退出后返回地址。",
                rule="OpenID Connect RP-Initiated Logout 1.0 第 3 节",
                remedy="您可以在本平台直接退出登录。",
                code="post_logout_redirect_uri",
            )
        if state := sent.get("state"):
            back = with_parameters(back, state=state)
    return Asked(application, hint if application else {}, back)


def _is_own(request: HttpRequest, asked: Asked) -> bool:
    """Whether the hint is an ID token of this person and this session."""
    if not asked.hint or asked.hint.get("sub") != Subject.of(request.actor.user_id):
        return False
    return asked.hint.get("sid") == sessions.sid_of(request)


def _done(
    request: HttpRequest, application: Application | None, back: str, *, form: bool
) -> HttpResponse:
    if back and application is not None:
        if form:
            context = {"application": application, "url": back}
            return render(request, "sign_on/leave.html", context)
        return arriving.Redirect(back)
    return render(request, "sign_on/signed_out.html", {"application": application})
