"""Stopping: lets work in threads notice that the worker is asked to end."""

from __future__ import annotations

import threading

asked = threading.Event()


class Interrupted(Exception):
    """The worker is ending; the job goes back to the queue and continues elsewhere."""


def check() -> None:
    """Raise Interrupted when the worker is asked to end."""
    if asked.is_set():
        raise Interrupted
