"""Counting requests by address in memory, written down every few seconds.

A middleware outside the one that makes the actor: it sees who asked and the answer as sent.
What a killed process had not written yet is lost; that is a few seconds of counts.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import Counter
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from gonghui.systems.foundation.services.actions.findings import Call, add_calls
from gonghui.systems.foundation.services.models.observed import Caller
from gonghui.systems.foundation.services.queries.interfaces import is_interface

logger = logging.getLogger(__name__)
MOST = 20_000
"""Different keys kept between two writings; beyond them calls are not counted."""
LEFT_OUT = ("static/", "healthz", "events", "ui/")


class Tally:
    """The counts of this process since they were last written down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[Call] = Counter()
        self._timer: threading.Timer | None = None

    def add(self, call: Call) -> None:
        """Count a call, and see to it that it is written down soon."""
        seconds = getattr(settings, "CALLS_WRITTEN_SECONDS", 5)
        with self._lock:
            if call in self._counts or len(self._counts) < MOST:
                self._counts[call] += 1
            if seconds and self._timer is None:
                self._timer = threading.Timer(seconds, self._write_aside)
                self._timer.daemon = True
                self._timer.start()

    def take(self) -> Counter[Call]:
        """The counts so far; they begin anew."""
        with self._lock:
            taken, self._counts, self._timer = self._counts, Counter(), None
        return taken

    def write(self) -> None:
        """Write the counts down; those the database did not take are counted again later."""
        taken = self.take()
        try:
            add_calls(taken)
        except DatabaseError:
            logger.warning("call counts could not be written, kept for later")
            with self._lock:
                self._counts.update(taken)

    def _write_aside(self) -> None:
        try:
            self.write()
        finally:
            connection.close()


TALLY = Tally()
atexit.register(lambda: TALLY._write_aside() if TALLY._timer else None)


class CountingMiddleware:
    """Counts every request to a page or interface by its pattern, never by its values."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        call = call_of(request, response.status_code)
        if call is not None:
            TALLY.add(call)
        return response


def call_of(request: HttpRequest, status: int) -> Call | None:
    """What of a request is counted; None for what is not."""
    match = getattr(request, "resolver_match", None)
    if match is not None:
        route = _filled(match)
    elif is_interface(request.path.lstrip("/")):
        route = ""
    else:
        return None
    if route.startswith(LEFT_OUT):
        return None
    actor = getattr(request, "actor", None)
    client = str(getattr(request, "client_id", "") or "")[:80]
    return (
        timezone.localdate(),
        route[:200],
        (request.method or "")[:6],
        _caller(actor, client),
        client,
        _unit(actor),
        status // 100,
    )


def _filled(match) -> str:
    """The pattern of an address, with the step of a resource named, for steps are functions."""
    route = match.route.replace("^", "").replace("$", "")
    resource = getattr(match.func, "resource", None)
    slug = match.kwargs.get("slug")
    if resource is not None and slug is not None:
        known = {step.slug for step in (*resource.steps, *resource.creates)}
        if slug in known:
            return route.replace("<slug:slug>", slug)
    return route


def _caller(actor, client: str) -> str:
    if client:
        return Caller.CLIENT
    if actor is None or actor.user_id is None:
        return Caller.NOBODY
    return Caller.CADRE if actor.is_cadre else Caller.WORKER


def _unit(actor) -> int:
    """The city, or the province, of the post a cadre works as; 0 for others."""
    if actor is None or actor.union_id is None:
        return 0
    path = next((held.path for held in actor.grants if held.union_id == actor.union_id), "")
    parts = path.split(".")
    return int(parts[1] or parts[0] or 0) if len(parts) > 1 else 0
