"""Each request gets its actor, one transaction, and the database wall of that actor."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import astuple, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from psycopg.errors import DeadlockDetected

from gonghui.kernel.access import duties
from gonghui.kernel.access.actor import ANONYMOUS, Actor
from gonghui.kernel.access.loading import actor_of, granter_near
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.identity import sessions, stepup
from gonghui.kernel.identity.stepup import StepUp
from gonghui.kernel.org.scoping import raise_wall
from gonghui.kernel.security import events

TITLES = {
    403: "您当前的岗位没有办理或查看它的权限。",
    404: "它不存在，或者已被移走。",
    409: "有人先于您办理了这件事。",
}
OPEN_TO_DEBTORS = ("/account/", "/signout/", "/signin/", "/static/", "/events", "/healthz")
DUTIES = {
    "password": ("密码已到期或须修改，请先设置新密码。", "/account/password/"),
    "factor": ("请先启用第二重验证，再继续办理。", "/account/factors/"),
}


class ActorMiddleware:
    """Sets request.actor; views run inside a transaction whose row-level security is theirs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        events.begin()
        try:
            with transaction.atomic():
                request.actor = self._actor(request)
                raise_wall(request.actor.wall())
                response = self.get_response(request)
                if response.status_code >= 500:
                    transaction.set_rollback(True)
        finally:
            events.flush()
        sessions.turn_key(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A Refusal becomes a page or a JSON answer that says what, why and what to do."""
        if isinstance(error.__cause__, DeadlockDetected):
            error = Conflict(
                "另一项办理正在改动同样的记录，这次没有办成。", remedy="请稍候再提交一次。"
            )
        if isinstance(error, DataError):
            error = Refusal(
                "内容里有不能保存的字符，或超出范围的数。",
                remedy="请核对后重新填写。",
                code="unstorable",
            )
        if not isinstance(error, Refusal):
            return None
        # Asked before the transaction is given up: after that it answers nothing.
        who = who_can_grant(request, error)
        again = isinstance(error, StepUp) and not request.path.startswith("/api/")
        asked = ask_again(request) if again else None
        # The guard around this middleware records who was refused what.
        request.refusal = error
        if not error.keeps:
            transaction.set_rollback(True)
        if request.path.startswith("/api/"):
            return JsonResponse(problem(error), status=error.status)
        if asked is not None:
            return asked
        if error.code == "anonymous" and request.method == "GET":
            return redirect_to_login(request.get_full_path())
        context = {
            "code": error.status,
            "what": error.message,
            "why": TITLES.get(error.status, "这项办理不符合规则。"),
            "rule": error.rule,
            "remedy": (error.remedy or "返回上一页核对后再试。") + who,
            "back_url": came_from(request),
        }
        return render(request, "ui/error.html", context, status=error.status)

    @staticmethod
    def _actor(request: HttpRequest) -> Actor:
        user = request.user
        if isinstance(user, AnonymousUser) or not user.is_authenticated:
            return ANONYMOUS
        return actor_of(
            user,
            timezone.localdate(),
            ip=request.META.get("REMOTE_ADDR", ""),
            channel="api" if request.path.startswith("/api/") else "web",
            request_id=uuid.uuid4().hex,
            verified_at=sessions.verified_at(request),
        )

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Ask first for what the user owes; take the proof a step-up page posts."""
        if request.actor.user_id is None:
            return None
        is_api = request.path.startswith("/api/")
        if request.method == "POST" and not is_api and stepup.FIELD in request.POST:
            return confirm(request)
        if owes := note_rights(request):
            return ask_duty(request, owes)
        return None


def who_can_grant(request: HttpRequest, error: Refusal) -> str:
    """For somebody who lacks a right: the administrator nearest to their post, by name."""
    actor: Actor = request.actor
    post = next((held.path for held in actor.grants if held.union_id == actor.union_id), "")
    if error.code != "forbidden" or not post:
        return ""
    near = granter_near(post, timezone.localdate())
    return f"离您最近的安全管理员：{near[0]} {near[1]}。" if near else ""


def came_from(request: HttpRequest) -> str:
    """The page of ours the person came from, if the browser says so."""
    page = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure())
    return page if ours else ""


def note_rights(request: HttpRequest) -> str:
    """What the user owes; reckoned at sign-in and when rights change, kept in the session.

    A change of rights also gives the session another key.
    """
    actor: Actor = request.actor
    rights = hashlib.sha256(repr([held[:2] for held in map(astuple, actor.grants)]).encode())
    known = sessions.fact(request, "rights")
    if known == rights.hexdigest():
        return sessions.fact(request, "owes") or ""
    if not sessions.sid_of(request):
        return ""
    is_page = request.method == "GET" and not request.path.startswith("/api/")
    if known is not None and not is_page:
        # Requests beside this one still carry the old key; the next page changes it.
        return sessions.fact(request, "owes") or ""
    owes = duties.owed(request.user, actor)
    sessions.put(request, rights=rights.hexdigest(), owes=owes, cadre=actor.is_cadre)
    sessions.note_kind(request, cadre=actor.is_cadre)
    if known is not None:
        sessions.rotate(request)
    return owes


def ask_duty(request: HttpRequest, owes: str) -> HttpResponse | None:
    """Lead to the page where a duty is done; pages of the account itself stay open."""
    if request.path.startswith(OPEN_TO_DEBTORS):
        return None
    message, url = DUTIES[owes]
    if request.path.startswith("/api/"):
        refusal = Refusal(message, remedy=f"请在网页上办理：{url}", code=f"owes_{owes}")
        return JsonResponse(problem(refusal), status=403)
    messages.warning(request, message)
    return HttpResponseRedirect(url)


def ask_again(request: HttpRequest, *, fault: str = "", sent: bool = False) -> HttpResponse:
    """The page that asks who somebody is, keeping what they had typed."""
    if request.method not in {"POST", "GET"}:
        return JsonResponse({"type": "urn:gonghui:step_up"}, status=403)
    if request.method == "GET":
        query = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"/account/verify/?{query}")
    asked = stepup.ask(request, fault=fault, sent=sent)
    if request.headers.get("HX-Request"):
        target = request.headers.get("HX-Target", "")
        context = {"asked": asked, "target": target}
        # A fragment is drawn into the page for this status, and no other of the refusals.
        return render(request, "identity/step_up_part.html", context, status=422)
    return render(request, "identity/step_up.html", {"asked": asked})


def confirm(request: HttpRequest) -> HttpResponse | None:
    """Check a posted proof; when it holds, the request goes on as it was meant."""
    try:
        if request.POST[stepup.FIELD] == "send":
            stepup.send_code(request)
            return ask_again(request, sent=True)
        stepup.confirm(request, request.POST)
    except Refusal as refusal:
        return ask_again(request, fault=f"{refusal.message}{refusal.remedy}")
    request.actor = replace(request.actor, verified_at=sessions.verified_at(request))
    return None


def problem(error: Refusal) -> dict[str, str]:
    """A refusal as RFC 9457 problem details."""
    return {
        "type": f"urn:gonghui:{error.code}",
        "title": error.message,
        "rule": error.rule,
        "remedy": error.remedy,
        "field": error.field,
    }
