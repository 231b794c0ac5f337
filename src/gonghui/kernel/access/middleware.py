"""Each request gets its actor, one transaction, and the database wall of that actor."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from psycopg.errors import DeadlockDetected

from gonghui.kernel.access.actor import ANONYMOUS, Actor
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.org.scoping import raise_wall
from gonghui.kernel.security import events

TITLES = {
    403: "您当前的岗位没有办理或查看它的权限。",
    404: "它不存在，或者已被移走。",
    409: "有人先于您办理了这件事。",
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
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A Refusal becomes a page or a JSON answer that says what, why and what to do."""
        if isinstance(error.__cause__, DeadlockDetected):
            error = Conflict(
                "另一项办理正在改动同样的记录，这次没有办成。", remedy="请稍候再提交一次。"
            )
        if not isinstance(error, Refusal):
            return None
        # The guard around this middleware records who was refused what.
        request.refusal = error
        if not error.keeps:
            transaction.set_rollback(True)
        if request.path.startswith("/api/"):
            return JsonResponse(problem(error), status=error.status)
        if error.code == "anonymous" and request.method == "GET":
            return redirect_to_login(request.get_full_path())
        context = {
            "code": error.status,
            "what": error.message,
            "why": TITLES.get(error.status, "这项办理不符合规则。"),
            "rule": error.rule,
            "remedy": error.remedy or "返回上一页核对后再试。",
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
        )


def came_from(request: HttpRequest) -> str:
    """The page of ours the person came from, if the browser says so."""
    page = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure())
    return page if ours else ""


def problem(error: Refusal) -> dict[str, str]:
    """A refusal as RFC 9457 problem details."""
    return {
        "type": f"urn:gonghui:{error.code}",
        "title": error.message,
        "rule": error.rule,
        "remedy": error.remedy,
        "field": error.field,
    }
