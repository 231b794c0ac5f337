"""What every request of a session is asked: is it still in time, and is it in use."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from gonghui.kernel.identity import devices, sessions


class SessionMiddleware:
    """Ends sessions that were idle or open for too long; knows browsers again by a cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        why = sessions.expired(request, now)
        if why:
            sessions.end_session(sessions.sid_of(request), why=why)
            logout(request)
        else:
            sessions.touch(request, now)
        response = self.get_response(request)
        devices.keep_mark(request, response)
        return response
