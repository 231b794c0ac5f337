"""The middleware around the actor: limits of frequency, events of refusals, what may be kept."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.urls import Resolver404, resolve

from gonghui.kernel.access.actor import ANONYMOUS, Actor
from gonghui.kernel.access.middleware import problem
from gonghui.kernel.security import rates
from gonghui.kernel.security.events import Happening, Kind, record
from gonghui.kernel.security.models import Severity

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
REFUSED = {400, 403, 404, 405}
ANONYMOUS_REFUSALS = 10
"""Refusals a minute from one address without a sign-in that are worth an event."""

_SEARCH = re.compile(r"^/(search|pick|find)/")
_EXPORT = re.compile(r"/(export|errors)/$")


class GuardMiddleware:
    """Stands directly before ActorMiddleware, so the session is known and no transaction runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.told = Told()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        ip = request.META.get("REMOTE_ADDR", "")
        user_id = request.session.get(SESSION_KEY)
        try:
            if settings.RATE_LIMITS:
                self._admit(request, ip, user_id)
        except rates.TooOften as refusal:
            response = _too_often(request, refusal)
        else:
            response = self.get_response(request)
            if response.status_code in REFUSED:
                self._refused(request, response, ip, user_id)
            response = _for_programs(request, response)
        _keep_private(request, response)
        return response

    @staticmethod
    def _admit(request: HttpRequest, ip: str, user_id: str | None) -> None:
        rates.COUNTS.exchange()
        address = rates.address_key(ip)
        unsafe = request.method not in SAFE
        told = {"ip": ip, "user_id": int(user_id) if user_id else None}
        at_address = (rates.ADDRESS, rates.UNSAFE_ADDRESS) if unsafe else (rates.ADDRESS,)
        rates.admit(at_address, address, **told)
        own = []
        if unsafe:
            own.append(rates.UNSAFE)
        if _SEARCH.match(request.path) or request.GET.get("q"):
            own.append(rates.SEARCH)
        if _EXPORT.search(request.path) and unsafe:
            own.append(rates.EXPORT)
        if request.path.startswith("/api/"):
            own.append(rates.API)
        if own and user_id:
            rates.admit(tuple(own), f"u{user_id}", **told)

    def _refused(
        self, request: HttpRequest, response: HttpResponse, ip: str, user_id: str | None
    ) -> None:
        """Count the refusal, and record who was denied what: each once a minute."""
        who = f"u{user_id}" if user_id else rates.address_key(ip)
        actor: Actor = getattr(request, "actor", ANONYMOUS)
        told = {"ip": ip, "user_id": actor.user_id, "name": actor.name if actor.user_id else ""}
        hits = rates.refused(who, **told)
        if response.status_code != 403:
            return
        if not user_id and hits < ANONYMOUS_REFUSALS:
            return
        route, places = address_of(request)
        if not self.told.first((who, route if user_id else "")):
            return
        refusal = getattr(request, "refusal", None)
        record(
            Happening(
                Kind.DENIED,
                Severity.WARNING,
                subject=route,
                org_path=path_of(actor),
                facts={
                    "method": request.method if request.method in _METHODS else "其他",
                    "code": getattr(refusal, "code", ""),
                    **places,
                    **({} if user_id else {"refusals": hits}),
                },
                **told,
            )
        )


_METHODS = SAFE | {"POST", "PUT", "PATCH", "DELETE"}


class Told:
    """What was recorded within the last minute by this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._known: dict[Any, float] = {}
        self._lock = threading.Lock()

    def first(self, key: Any) -> bool:
        """Whether the key comes for the first time within a minute."""
        now = self.clock()
        with self._lock:
            if now - self._known.get(key, -1000.0) < rates.MINUTE:
                return False
            if len(self._known) > rates.MOST_KEYS:
                self._known.clear()
            self._known[key] = now
            return True


def address_of(request: HttpRequest) -> tuple[str, dict[str, str]]:
    """The pattern of an address and its numbers: what was typed into it may be anything."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return "", {}
    numbers = {
        name: str(value)
        for name, value in match.kwargs.items()
        if isinstance(value, int) or name in {"key", "uuid"}
    }
    return f"/{match.route}", numbers


def path_of(actor: Actor) -> str:
    """Where the actor's present post lies."""
    for held in actor.grants:
        if held.union_id == actor.union_id:
            return held.path
    return ""


def _keep_private(request: HttpRequest, response: HttpResponse) -> None:
    """Pages of somebody signed in are kept nowhere, and events come from our own host alone."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    if actor.signed_in or request.path == settings.LOGIN_URL:
        response.setdefault("Cache-Control", "no-store")
    if port := os.environ.get("GONGHUI_EVENTS_PORT"):
        host = split_domain_port(request.get_host())[0]
        response._csp_update = {  # type: ignore[attr-defined]
            **getattr(response, "_csp_update", {}),
            "connect-src": f"{request.scheme}://{host}:{port}",
        }


WORDS = {
    400: "请求不完整。",
    403: "没有通过安全校验。",
    404: "没有这个地址。",
    405: "这个地址不接受这种请求。",
    500: "服务器出错，这次没有办成。",
}


def _for_programs(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A page of an error under /api/ becomes an answer a program can read."""
    status = response.status_code
    drawn = response.get("Content-Type", "").startswith("text/html")
    if not request.path.startswith("/api/") or status < 400 or not (drawn or not response.content):
        return response
    problem_of = {"type": f"urn:gonghui:{status}", "title": WORDS.get(status, "请求没有办成。")}
    answer = JsonResponse(problem_of, status=status)
    for name in ("Allow", "Retry-After", "Cache-Control"):
        if name in response:
            answer[name] = response[name]
    return answer


def _too_often(request: HttpRequest, refusal: rates.TooOften) -> HttpResponse:
    request.actor = getattr(request, "actor", ANONYMOUS)  # type: ignore[attr-defined]
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = JsonResponse(problem(refusal), status=refusal.status)
    else:
        context = {
            "code": refusal.status,
            "what": refusal.message,
            "why": "短时间内的请求太多，为保证所有人都能使用，暂时没有办理。",
            "rule": refusal.rule,
            "remedy": refusal.remedy,
        }
        response = render(request, "ui/error.html", context, status=refusal.status)
    response["Retry-After"] = str(refusal.retry_after)
    return response
