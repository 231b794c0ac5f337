"""Links: for each route in use one thread of one worker, which alone sends and receives on it.

A session lock in the database names the one thread; it ends with the connection, so a killed worker
leaves none behind. What the dead one left recorded becomes unknown before the next sends anything.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from gonghui.kernel.jobs import stopping
from gonghui.kernel.jobs.loops import loop
from gonghui.kernel.jobs.registry import defer
from gonghui.systems.media.short_messages.actions import carrying, receiving
from gonghui.systems.media.short_messages.jobs import incoming
from gonghui.systems.media.short_messages.jobs.wire.choosing import wire_of
from gonghui.systems.media.short_messages.jobs.wire.seam import (
    Answered,
    Came,
    Event,
    Gone,
    LinkLost,
    Reported,
    Wire,
)
from gonghui.systems.media.short_messages.models import Route

logger = logging.getLogger(__name__)

LOCKS = 12351
IDLE, BUSY = 0.4, 0.02
ANSWER_SECONDS = 60.0
DRAIN_SECONDS = 10.0
ALIVE_SECONDS = 30.0
LOOK_SECONDS = 5.0
"""How often a link looks at its route again, asks about parts and goes through old reports."""
OWN = "each link carries its own route"

_running: dict[int, threading.Thread] = {}


@loop("short_messages.links", seconds=2.0)
def keep_links() -> None:
    """Have a thread for each route in use that nobody of this process serves yet."""
    if stopping.asked.is_set():
        return
    now = timezone.now()
    rows = Route.objects.unscoped(OWN).filter(enabled=True)
    rows = rows.filter(Q(closed_until=None) | Q(closed_until__lte=now))
    for pk in rows.values_list("pk", flat=True):
        before = _running.get(pk)
        if before is None or not before.is_alive():
            thread = threading.Thread(target=run, args=(pk, stopping.asked), name=f"link {pk}")
            _running[pk] = thread
            thread.start()


def run(pk: int, stop: threading.Event) -> None:
    """Serve a route until the stop, its end, or the loss of its link."""
    try:
        with _alone(pk) as alone:
            if alone:
                route = Route.objects.unscoped(OWN).filter(pk=pk, enabled=True).first()
                if route is not None:
                    Link(route, stop).serve()
    except Exception:
        logger.exception("link of route %s failed", pk)
    finally:
        connection.close()


@contextmanager
def _alone(pk: int) -> Iterator[bool]:
    """Whether this thread is the one that serves a route, for the time of the block."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, pk])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, pk])


class Link:
    """One route being served. on_their_way: submit ids and when they left, by sequence. idle: the
    last claim found nothing, so a cheap look comes before the next."""

    def __init__(self, route: Route, stop: threading.Event, wire: Wire | None = None) -> None:
        self.route = route
        self.stop = stop
        self.wire = wire or wire_of(route)
        self.on_their_way: dict[int, tuple[int, float]] = {}
        self.room = float(route.rate)
        self.filled = time.monotonic()
        self.claim_at = 0.0
        self.idle = False

    def serve(self) -> None:
        """Connect and carry; whatever ends it, the outcome of what was on its way is written."""
        left = carrying.recover(self.route, again=self.wire.repeatable)
        if left:
            logger.warning("route %s: %s submits of a dead link", self.route.code, left)
        try:
            self.wire.open()
            carrying.linked(self.route)
            self._carry()
            self._drain()
            self._give_up()
            carrying.unlinked(self.route)
        except LinkLost as why:
            self._give_up()
            carrying.failed(self.route, str(why))
        finally:
            self.wire.close()

    def _give_up(self) -> None:
        ids = [submit_id for submit_id, _ in self.on_their_way.values()]
        self.on_their_way.clear()
        if ids:
            carrying.lost(self.route, ids, again=self.wire.repeatable)

    def _carry(self) -> None:
        looked = alive = time.monotonic()
        while not self.stop.is_set():
            sent = self._send()
            events = self.wire.read(BUSY if sent or self.on_their_way else IDLE)
            self._take(events)
            now = time.monotonic()
            if now - looked >= LOOK_SECONDS:
                looked = now
                if not self._look():
                    return
            if now - alive >= ALIVE_SECONDS:
                alive = now
                self.wire.keep_alive()

    def _look(self) -> bool:
        """Whether the route is still in use; the turn of what is not urgent."""
        self._check_answers()
        found = Route.objects.unscoped(OWN).filter(pk=self.route.pk, enabled=True).first()
        if found is None:
            return False
        if found.version != self.route.version:
            if (found.address, found.protocol) != (self.route.address, self.route.protocol):
                return False
            self.route = found
        carrying.seen(self.route)
        carrying.reapply(self.route)
        for asked in carrying.due_queries(self.route):
            self.wire.query(asked.carrier_id)
        return True

    def _check_answers(self) -> None:
        before = time.monotonic() - ANSWER_SECONDS
        if any(left < before for _, left in self.on_their_way.values()):
            raise LinkLost("提交后长时间没有应答")

    def _send(self) -> int:
        """Claim and hand over what there is room for; returns how many parts left."""
        now = time.monotonic()
        self.room = min(self.route.rate, self.room + (now - self.filled) * self.route.rate)
        self.filled = now
        free = min(self.route.window - len(self.on_their_way), int(self.room))
        if free <= 0 or now < self.claim_at:
            return 0
        if self.idle and not carrying.waits(self.route):
            self.claim_at = now + IDLE
            return 0
        ready = carrying.claim(self.route, free)
        self.idle = not ready
        if self.idle:
            self.claim_at = now + IDLE
        for place, part in enumerate(ready):
            self.on_their_way[part.sequence] = (part.submit_id, time.monotonic())
            try:
                self.wire.submit(part)
            except LinkLost:
                # What had no turn never left this process and may be claimed again.
                carrying.lost(
                    self.route, [rest.submit_id for rest in ready[place + 1 :]], again=True
                )
                raise
        self.room -= len(ready)
        return len(ready)

    def _take(self, events: Sequence[Event]) -> None:
        if not events:
            return
        self._take_answers([event for event in events if isinstance(event, Answered)])
        reports = [event.report for event in events if isinstance(event, Reported)]
        if reports:
            carrying.reported(self.route, reports)
        came = [event.arrived for event in events if isinstance(event, Came)]
        made: list[int] = []
        if came:
            with transaction.atomic():
                made = receiving.take_in(self.route, came)
                for pk in made:
                    defer(incoming.handle, pk=pk)
        # Told only now, when it is kept: what we die with, the carrier sends again.
        tickets = [event.ticket for event in events if not isinstance(event, Answered | Gone)]
        self.wire.acknowledge(tickets)
        if made:
            receiving.acknowledged(made)
        for event in events:
            if isinstance(event, Gone):
                raise LinkLost(event.words)

    def _take_answers(self, answers: Sequence[Answered]) -> None:
        known = []
        for answer in answers:
            sent = self.on_their_way.pop(answer.sequence, None)
            if sent is not None:
                known.append(
                    carrying.Answer(
                        sent[0], answer.part, answer.carrier_id, answer.code, answer.words
                    )
                )
        if known:
            carrying.answered(self.route, known)

    def _drain(self) -> None:
        """Wait for the answers to what has left, and claim no more."""
        until = time.monotonic() + DRAIN_SECONDS
        while self.on_their_way and time.monotonic() < until:
            self._take(self.wire.read(BUSY))
