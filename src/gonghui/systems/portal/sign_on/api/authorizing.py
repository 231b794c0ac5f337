"""The authorization endpoint: who asks for what, whether the person agrees, and the code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.idp.oidc.internal.oauthlib.utils import extract_params
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.portal.sign_on.actions import consents
from gonghui.systems.portal.sign_on.actions.issuing import Arrival
from gonghui.systems.portal.sign_on.api import arriving
from gonghui.systems.portal.sign_on.api.server import Server
from gonghui.systems.portal.sign_on.api.validator import Validator
from gonghui.systems.portal.sign_on.models import Application
from gonghui.systems.portal.sign_on.queries import applications as queries
from gonghui.systems.portal.sign_on.rules.addresses import with_parameters
from gonghui.systems.portal.sign_on.rules.scopes import covered

NONCE_LENGTH = 500
FATAL = {
    "invalid_request": "请求不完整或不正确",
    "invalid_client_id": "应用没有登记或已暂停",
    "mismatching_redirect_uri": "回调地址与登记的不一致",
    "missing_redirect_uri": "没有写明回调地址",
}


@csrf_exempt
def authorize(request: HttpRequest) -> HttpResponse:
    """GET (or POST of the same parameters) asks for a code; POST with `consent` answers."""
    arriving.check_text(request)
    if request.method == "POST":
        if "consent" in request.POST:
            return _answer(request)
        return HttpResponseRedirect(f"{reverse('sign-on-authorize')}?{request.POST.urlencode()}")
    try:
        return _served(request, _read(request))
    except errors.OAuth2Error as error:
        if isinstance(error, errors.FatalClientError) or not error.redirect_uri:
            return _fault(request, error)
        return _refused(request, error)
    except ValueError:
        return _fault(request, None)


@dataclass(frozen=True)
class Asked:
    """A request that may be served, with what answers it."""

    server: Server
    request: Request
    uri: str
    headers: dict[str, str]
    arrival: Arrival | None
    scopes: list[str]
    prompts: set[str]

    @property
    def application(self) -> Application:
        return self.request.client.application


def _read(request: HttpRequest) -> Asked:
    """The request as oauthlib and we accept it; OAuth2Error for any other."""
    arrival = arriving.arrival_of(request)
    uri, _, _, headers = extract_params(request)
    server = Server(Validator(arrival))
    scopes, info = server.validate_authorization_request(uri, "GET", "", headers)
    asked = info["request"]
    _check(asked)
    return Asked(server, asked, uri, headers, arrival, scopes, set((asked.prompt or "").split()))


def _served(request: HttpRequest, asked: Asked) -> HttpResponse:
    """The next step: sign in, prove again, agree, or go back with a code."""
    silent = "none" in asked.prompts
    if asked.arrival is None:
        if silent:
            raise errors.LoginRequired(request=asked.request)
        return redirect_to_login(request.get_full_path())
    if stale := _stale(request, asked):
        if silent:
            raise errors.LoginRequired(request=asked.request)
        return stale
    arriving.check_admitted(asked.application, asked.arrival)
    if not _agreed(request, asked):
        if silent:
            raise errors.ConsentRequired(request=asked.request)
        return arriving.ask_consent(request, asked.application, asked.scopes)
    headers, _, _ = asked.server.create_authorization_response(
        asked.uri,
        "GET",
        "",
        asked.headers,
        scopes=asked.scopes,
        credentials={"user": request.user},
    )
    return arriving.leave(request, asked.application, headers["Location"], form=False)


def _check(asked: Request) -> None:
    """What oauthlib leaves open: the form of the challenge, the length of the nonce."""
    if not arriving.is_code_challenge(asked.code_challenge):
        raise errors.InvalidRequestError("code_challenge is not S256.", request=asked)
    if len(asked.nonce or "") > NONCE_LENGTH:
        raise errors.InvalidRequestError("nonce is too long.", request=asked)
    age = max_age(asked)
    if age and not (age.isascii() and age.isdecimal() and len(age) < 9):
        raise errors.InvalidRequestError("max_age is not a number.", request=asked)
    if getattr(asked, "request", None) or getattr(asked, "request_uri", None):
        raise errors.InvalidRequestError("Request objects are not supported.", request=asked)


def max_age(asked: Request) -> str:
    """How many seconds ago the person may have proved who they are; oauthlib ignores it."""
    return getattr(asked, "max_age", None) or ""


def _stale(request: HttpRequest, asked: Asked) -> HttpResponse | None:
    """The way to prove again who one is, where the application asks for it."""
    if "login" in asked.prompts:
        return arriving.prove_again(request, None)
    if age := max_age(asked.request):
        since = timezone.now() - timedelta(seconds=int(age))
        return arriving.prove_again(request, since)
    return None


def _agreed(request: HttpRequest, asked: Asked) -> bool:
    """Whether the person's consent covers what is asked now."""
    if "consent" not in asked.prompts and asked.application.oidc.skip_consent:
        return True
    user_id = request.actor.user_id or 0
    given = queries.consent_of(user_id, asked.application)
    if given is None or not covered(asked.scopes, given.scopes):
        return False
    return "consent" not in asked.prompts or arriving.consented_for(request, given.given_at)


def _answer(request: HttpRequest) -> HttpResponse:
    """The consent form came back: remember a yes and go on, or tell the application of a no."""
    refused = CsrfViewMiddleware(lambda _: HttpResponse()).process_view(
        request, authorize_form, (), {}
    )
    if refused is not None:
        return refused
    payload = arriving.consent_answer(request)
    application = queries.application_of(payload["application"])
    if request.POST.get("do") == "grant":
        consents.give(application, by=request.actor, asked=payload["scopes"])
        return HttpResponseRedirect(f"{reverse('sign-on-authorize')}?{payload['query']}")
    query = QueryDict(payload["query"])
    told = {"error": "access_denied", "iss": arriving.issuer_of(request)}
    if query.get("state"):
        told["state"] = query["state"]
    # The address was compared with the registered ones before the form was shown and signed.
    url = with_parameters(query["redirect_uri"], **told)
    return arriving.leave(request, application, url, form=True)


def authorize_form(request: HttpRequest) -> HttpResponse:
    """Stands for the consent form where CSRF is checked: the endpoint itself is exempt."""
    return HttpResponse()


def _refused(request: HttpRequest, error: errors.OAuth2Error) -> HttpResponse:
    """An error the application is told of, at its registered address."""
    url = error.in_uri(error.redirect_uri)
    return arriving.Redirect(with_parameters(url, iss=arriving.issuer_of(request)))


def _fault(request: HttpRequest, error: Any) -> HttpResponse:
    """An error the person is told of, because the application's address cannot be trusted."""
    name = getattr(error, "error", "") or "invalid_request"
    kind = {
        "InvalidClientIdError": "invalid_client_id",
        "MissingClientIdError": "invalid_client_id",
        "MismatchingRedirectURIError": "mismatching_redirect_uri",
        "InvalidRedirectURIError": "mismatching_redirect_uri",
        "MissingRedirectURIError": "missing_redirect_uri",
    }.get(type(error).__name__, name)
    refusal = Refusal(
        f"不能登录到这个应用：{FATAL.get(kind, FATAL['invalid_request'])}。",
        rule="RFC 6749 4.1.2.1 不向未登记的地址返回结果",
        remedy="请从应用的正式入口重新进入；仍然出现时，请告诉应用的管理单位。",
    )
    context = {
        "code": 400,
        "what": refusal.message,
        "why": "应用发来的登录请求不能受理。",
        "rule": refusal.rule,
        "remedy": refusal.remedy,
        "reference": kind,
    }
    return render(request, "ui/error.html", context, status=400)
