"""Each request gets its actor, one transaction, and the database wall of that actor."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from gonghui.kernel.access.actor import ANONYMOUS, Actor
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.scoping import raise_wall


class ActorMiddleware:
    """Sets request.actor; views run inside a transaction whose row-level security is theirs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            request.actor = self._actor(request)
            raise_wall(request.actor.wall())
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A Refusal becomes a page or a JSON answer that says what, why and what to do."""
        if not isinstance(error, Refusal):
            return None
        transaction.set_rollback(True)
        if request.path.startswith("/api/"):
            return JsonResponse(problem(error), status=error.status)
        return render(request, "ui/error.html", {"refusal": error}, status=error.status)

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


def problem(error: Refusal) -> dict[str, str]:
    """A refusal as RFC 9457 problem details."""
    return {
        "type": f"urn:gonghui:{error.code}",
        "title": error.message,
        "rule": error.rule,
        "remedy": error.remedy,
        "field": error.field,
    }
