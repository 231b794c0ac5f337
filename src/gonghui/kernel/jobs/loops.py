"""Loops: short work the worker process repeats every second or so, outside the queue."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Loop:
    """A function run again `seconds` after it ended, at once while it returns True."""

    name: str
    seconds: float
    function: Callable[[], bool | None]


LOOPS: dict[str, Loop] = {}
"""Every loop of this installation, by name."""


def loop(
    name: str, *, seconds: float = 1.0
) -> Callable[[Callable[[], bool | None]], Callable[[], bool | None]]:
    """Register a function to be repeated in every worker process, each in its own thread.

    The function returns True when more is waiting. Several workers run it at once, so it guards
    itself in the database. After an error the pause doubles, to at most LONGEST_PAUSE seconds.
    """

    def register(function: Callable[[], bool | None]) -> Callable[[], bool | None]:
        if name in LOOPS:
            raise ValueError(f"loop {name!r} is declared twice")
        LOOPS[name] = Loop(name, seconds, function)
        return function

    return register


def start_all(stop: threading.Event) -> list[threading.Thread]:
    """Start a thread for each loop; they end soon after `stop` is set."""
    threads = [
        threading.Thread(target=_repeat, args=(each, stop), name=f"loop {each.name}", daemon=True)
        for each in LOOPS.values()
    ]
    for thread in threads:
        thread.start()
    return threads


def _repeat(each: Loop, stop: threading.Event) -> None:
    pause = 0.0
    while not stop.wait(pause):
        try:
            pause = 0.0 if each.function() else each.seconds
        except Exception:
            logger.exception("loop %s failed", each.name)
            pause = min(max(pause, each.seconds) * 2, LONGEST_PAUSE)
            # The server may have been restarted; a new connection is made next time.
            connection.close()
    connection.close()
