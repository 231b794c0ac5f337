"""Who has arrived, whether they must prove again who they are, and how they are sent on."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from allauth.idp.oidc.adapter import get_adapter
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.identity import sessions
from gonghui.systems.portal.sign_on.actions.issuing import Arrival
from gonghui.systems.portal.sign_on.models import Application, Trust
from gonghui.systems.portal.sign_on.queries.applications import admits
from gonghui.systems.portal.sign_on.rules import scopes as scope_rules
from gonghui.systems.portal.sign_on.rules.addresses import origin_of
from gonghui.systems.portal.sign_on.rules.codes import digest

ASKED = "sign_on_asked"
SALT = "sign_on.consent"
CONSENT_SECONDS = 900
AFTER_FORM = timedelta(minutes=2)
"""So long after a form was sent here, the browser may still take our redirect for the form's."""


class Redirect(HttpResponse):
    """A redirect to a registered address, which need not be one of the web."""

    def __init__(self, url: str) -> None:
        super().__init__(status=302)
        self["Location"] = url


def arrival_of(request: HttpRequest) -> Arrival | None:
    """Who is signed in here, None for nobody."""
    if request.actor.user_id is None:
        return None
    verified = sessions.verified_at(request) or sessions.signed_in_at(request) or timezone.now()
    return Arrival(request.actor, sessions.sid_of(request), verified, get_adapter().get_issuer())


def issuer_of(request: HttpRequest) -> str:
    """Our own address, as applications know it."""
    return get_adapter().get_issuer()


def check_text(request: HttpRequest) -> None:
    """Refuse parameters no database and no address can hold."""
    for values in (request.GET, request.POST):
        for name, value in values.items():
            if "\x00" in name or "\x00" in value or len(value) > 8000:
                raise Refusal("请求参数不正确。", code="bad_request")


def prove_again(request: HttpRequest, since: datetime | None) -> HttpResponse | None:
    """Send the person to prove anew who they are, unless that was done after they were asked.

    since: how long ago a proof may lie; None asks for one made for this very request.
    """
    proved = sessions.verified_at(request)
    if since is not None:
        if proved is not None and proved >= since:
            return None
    else:
        asked = sessions.fact(request, ASKED) or {}
        stamp = asked.get(_mark(request))
        if proved is not None and stamp is not None and proved.timestamp() >= stamp:
            return None
    put = {_mark(request): timezone.now().timestamp()}
    sessions.put(request, **{ASKED: put})
    return redirect_to_login(request.get_full_path(), login_url="/account/verify/")


def consented_for(request: HttpRequest, given_at: datetime | None) -> bool:
    """Whether a consent was given after this very request asked for one."""
    asked = sessions.fact(request, ASKED) or {}
    stamp = asked.get(_mark(request))
    return stamp is not None and given_at is not None and given_at.timestamp() >= stamp


def _mark(request: HttpRequest) -> str:
    return digest(request.get_full_path())[:16]


def check_admitted(application: Application, arrival: Arrival) -> None:
    """Refuse a person the application is not meant for."""
    if not admits(application, arrival.actor):
        raise Forbidden(
            f"“{application.title}”不面向您的账号开放。",
            remedy=f"它只供{application.get_audience_display()}使用；如需使用，"
            f"请联系{application.union.name}。",
            code="forbidden",
        )


def ask_consent(request: HttpRequest, application: Application, scopes: list[str]) -> HttpResponse:
    """The page that says in words what is passed on, and asks."""
    if sessions.fact(request, ASKED) is None or _mark(request) not in sessions.fact(request, ASKED):
        sessions.put(request, **{ASKED: {_mark(request): timezone.now().timestamp()}})
    payload = {
        "query": request.META.get("QUERY_STRING", ""),
        "user": request.actor.user_id,
        "application": application.pk,
        "scopes": scopes,
    }
    context = {
        "application": application,
        "told": scope_rules.told(scopes, phone_in_full=application.is_trusted),
        "outside": application.trust == Trust.OUTSIDE,
        "api": "api" in scopes,
        "host": origin_of(application.home_url or (application.redirect_uris or [""])[0]),
        "signed": signing.dumps(payload, salt=SALT),
    }
    answer = render(request, "sign_on/consent.html", context)
    add_never_cache_headers(answer)
    return answer


def consent_answer(request: HttpRequest) -> dict[str, Any]:
    """What a consent form that comes back was about; Refusal for a forged or old one."""
    try:
        payload = signing.loads(request.POST.get("consent", ""), salt=SALT, max_age=CONSENT_SECONDS)
    except signing.BadSignature:
        payload = None
    if payload is None or payload["user"] != request.actor.user_id:
        raise Refusal("这一页已经过期。", remedy="请回到应用里重新登录。", code="stale")
    return payload


def leave(request: HttpRequest, application: Application, url: str, *, form: bool) -> HttpResponse:
    """Send the browser to an application.

    Behind a form a redirect would count as the form's target, which the content policy keeps
    on this host; a page that moves on by itself is not bound by it.
    """
    since = sessions.verified_at(request)
    if not form and (since is None or since + AFTER_FORM < timezone.now()):
        answer: HttpResponse = Redirect(url)
    else:
        answer = render(request, "sign_on/leave.html", {"application": application, "url": url})
    add_never_cache_headers(answer)
    return answer


def is_code_challenge(text: str) -> bool:
    """Whether a text can be an S256 challenge: 32 bytes in base64url."""
    return re.fullmatch(r"[A-Za-z0-9_-]{43}", text or "") is not None
