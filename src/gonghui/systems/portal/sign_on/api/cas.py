"""CAS 2.0 and 3.0 for systems that speak nothing newer (Apereo CAS Protocol 3.0)."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.portal.sign_on.actions import consents, issuing
from gonghui.systems.portal.sign_on.api import arriving
from gonghui.systems.portal.sign_on.api.authorizing import authorize_form
from gonghui.systems.portal.sign_on.models import Application, SignOn, Ticket, Trust, Way
from gonghui.systems.portal.sign_on.queries import applications as queries
from gonghui.systems.portal.sign_on.queries.claims import claims
from gonghui.systems.portal.sign_on.rules.addresses import with_parameters

NAMESPACE = "http://www.yale.edu/tp/cas"
CAS = f"{{{NAMESPACE}}}"
ElementTree.register_namespace("cas", NAMESPACE)


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Sign in and go back to the service with a ticket. renew asks for a fresh proof."""
    arriving.check_text(request)
    if request.method == "POST":
        return _answer(request)
    service = request.GET.get("service", "")
    if not service:
        return HttpResponseRedirect(reverse("desk"))
    application = _registered(service)
    renew, gateway = _is_set(request, "renew"), _is_set(request, "gateway")
    arrival = arriving.arrival_of(request)
    if arrival is None:
        if gateway and not renew:
            return arriving.Redirect(service)
        return redirect_to_login(request.get_full_path())
    if renew and (again := arriving.prove_again(request, None)):
        return again
    arriving.check_admitted(application, arrival)
    user_id = request.actor.user_id or 0
    own = application.trust == Trust.FIRST_PARTY
    if not own and not queries.has_consented(user_id, application, application.scopes):
        if gateway:
            return arriving.Redirect(service)
        return arriving.ask_consent(request, application, application.scopes)
    sign_on = issuing.begin(application, arrival, Way.CAS, application.scopes, service)
    ticket = issuing.give_ticket(sign_on, fresh=renew)
    url = with_parameters(service, ticket=ticket)
    return arriving.leave(request, application, url, form=False)


@never_cache
@require_http_methods(["GET", "HEAD"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and at every service; `service` (or `url`) is where to go then."""
    arriving.check_text(request)
    service = request.GET.get("service") or request.GET.get("url") or ""
    application = queries.by_service(service) if service else None
    logout(request)
    if application is not None:
        return arriving.Redirect(service)
    return render(request, "sign_on/signed_out.html", {"application": None})


@never_cache
@require_http_methods(["GET", "HEAD"])
def service_validate(request: HttpRequest) -> HttpResponse:
    """CAS 2.0: who the ticket stands for."""
    return _validate(request, attributes=False)


@never_cache
@require_http_methods(["GET", "HEAD"])
def p3_service_validate(request: HttpRequest) -> HttpResponse:
    """CAS 3.0: the same with attributes."""
    return _validate(request, attributes=True)


@never_cache
@require_http_methods(["GET", "HEAD"])
def proxy_validate(request: HttpRequest) -> HttpResponse:
    """No service may act for another here, so no proxy ticket is ever valid."""
    return _failure("UNAUTHORIZED_SERVICE_PROXY", "本平台不提供代理票据。")


@never_cache
@require_http_methods(["GET", "HEAD"])
def proxy(request: HttpRequest) -> HttpResponse:
    """Proxy tickets are not given."""
    root = ElementTree.Element(f"{CAS}serviceResponse")
    failure = ElementTree.SubElement(root, f"{CAS}proxyFailure", code="UNAUTHORIZED_SERVICE")
    failure.text = "本平台不提供代理票据。"
    return _xml(root)


def _validate(request: HttpRequest, *, attributes: bool) -> HttpResponse:
    try:
        arriving.check_text(request)
    except Refusal:
        return _failure("INVALID_REQUEST", "请求参数不正确。")
    ticket, service = request.GET.get("ticket", ""), request.GET.get("service", "")
    if not ticket or not service:
        return _failure("INVALID_REQUEST", "须同时提供 ticket 和 service。")
    if not ticket.startswith("ST-"):
        return _failure("INVALID_TICKET_SPEC", "不是服务票据。")
    found = issuing.take_ticket(ticket)
    if found is None:
        return _failure("INVALID_TICKET", "票据不存在、已使用或已过期。")
    if found.service != service or queries.by_service(service) is None:
        return _failure("INVALID_SERVICE", "票据不是为这个服务签发的。")
    if _is_set(request, "renew") and not found.fresh:
        return _failure("INVALID_TICKET", "票据不是刚验证身份后签发的。")
    return _success(found, attributes=attributes)


def _success(found: Ticket, *, attributes: bool) -> HttpResponse:
    sign_on: SignOn = found.sign_on
    told = claims(sign_on.user, sign_on.application, sign_on.scopes, timezone.localdate())
    root = ElementTree.Element(f"{CAS}serviceResponse")
    success = ElementTree.SubElement(root, f"{CAS}authenticationSuccess")
    name = told.get("preferred_username") or told["sub"]
    ElementTree.SubElement(success, f"{CAS}user").text = name
    if attributes:
        part = ElementTree.SubElement(success, f"{CAS}attributes")
        proved = {
            "authenticationDate": timezone.localtime(sign_on.verified_at).isoformat(),
            "longTermAuthenticationRequestTokenUsed": "false",
            "isFromNewLogin": "true" if found.fresh else "false",
        }
        for key, value in [*proved.items(), *_flat(told)]:
            ElementTree.SubElement(part, f"{CAS}{key}").text = value
    return _xml(root)


def _flat(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Claims as repeated text elements; what CAS cannot nest is joined by a colon."""
    found: list[tuple[str, str]] = []
    for key, value in told.items():
        match value:
            case dict():
                found.append((key, str(value["name"])))
            case list() if key == "roles":
                found += [(key, f"{item['role']}:{item['union_id']}") for item in value]
            case list():
                found += [(key, str(item)) for item in value]
            case bool():
                found.append((key, "true" if value else "false"))
            case _:
                found.append((key, str(value)))
    return found


def _failure(code: str, words: str) -> HttpResponse:
    root = ElementTree.Element(f"{CAS}serviceResponse")
    failure = ElementTree.SubElement(root, f"{CAS}authenticationFailure", code=code)
    failure.text = words
    return _xml(root)


def _xml(root: ElementTree.Element) -> HttpResponse:
    return HttpResponse(
        ElementTree.tostring(root, encoding="utf-8", xml_declaration=True),
        content_type="application/xml; charset=utf-8",
    )


def _answer(request: HttpRequest) -> HttpResponse:
    """The consent form came back."""
    refused = CsrfViewMiddleware(lambda _: HttpResponse()).process_view(
        request, authorize_form, (), {}
    )
    if refused is not None:
        return refused
    payload = arriving.consent_answer(request)
    if request.POST.get("do") != "grant":
        return HttpResponseRedirect(reverse("desk"))
    application = queries.application_of(payload["application"])
    consents.give(application, by=request.actor, asked=payload["scopes"])
    return HttpResponseRedirect(f"{reverse('cas-login')}?{payload['query']}")


def _registered(service: str) -> Application:
    found = queries.by_service(service)
    if found is None:
        raise Refusal(
            "不能登录到这个系统：它没有在统一登录平台登记。",
            rule="只向登记的服务地址发送票据",
            remedy="请告诉该系统的管理单位，由本平台系统管理员登记后再用。",
            code="unregistered",
        )
    return found


def _is_set(request: HttpRequest, name: str) -> bool:
    return request.GET.get(name, "").lower() not in {"", "false"}
