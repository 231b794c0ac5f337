"""The watch: a thread that keeps the memory of a process true and reports the process itself."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from gonghui.kernel.config import deployment, snapshot
from gonghui.kernel.config.memory import MEMORY, readers

logger = logging.getLogger(__name__)

REPORT_SECONDS = 10.0
FORGET_AFTER = timedelta(days=1)


class Watch:
    """Compares with the database again and again; one thread a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._reported = 0.0
        self._failing = False
        self._started_at = timezone.now()

    def ensure(self) -> None:
        """Start the thread unless this very process has one."""
        if self._thread is not None and self._pid == os.getpid():
            return
        with self._lock:
            if self._thread is not None and self._pid == os.getpid():
                return
            if MEMORY.compared_at is None and (kept := snapshot.read()) is not None:
                MEMORY.known = kept
            self._pid, self._started_at = os.getpid(), timezone.now()
            self._thread = threading.Thread(target=self._run, name="config watch", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            if not self.look() or _lends_connections() or not _role():
                connection.close()
            time.sleep(getattr(settings, "CONFIG_REFRESH_SECONDS", None) or 2)

    def look(self) -> bool:
        """Compare once; False when it failed and the next turn must try again."""
        try:
            changed = MEMORY.refresh()
            if changed:
                snapshot.write(MEMORY.known)
            due = time.monotonic() >= self._reported + REPORT_SECONDS
            if _role() and (changed or due):
                self._reported = time.monotonic()
                report(self._started_at)
            self._failing = False
        except Exception as trouble:
            # Whatever it is, the process goes on with what it knows and must notice the end of it.
            if not self._failing:
                logger.warning("settings are not being compared with the database: %s", trouble)
            self._failing = True
        return not self._failing


WATCH = Watch()


def ensure() -> None:
    """Have this process watched."""
    WATCH.ensure()


def report(started_at: object) -> None:
    """Say that this process lives and which revision it works with; forget the long dead."""
    from gonghui.kernel.config.models import Node

    now = timezone.now()
    host, pid = socket.gethostname(), os.getpid()
    Node.objects.update_or_create(
        name=f"{host}:{pid}",
        defaults={
            "host": host,
            "pid": pid,
            "process": _role(),
            "started_at": started_at,
            "seen_at": now,
            "number": MEMORY.known.number,
            "source": MEMORY.known.source,
            "reads": readers(),
            "deployment": deployment.facts(),
        },
    )
    Node.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()


def _role() -> str:
    """web, realtime or worker; empty for a command."""
    return str(getattr(settings, "PROCESS", ""))


def _lends_connections() -> bool:
    return bool(settings.DATABASES["default"].get("OPTIONS", {}).get("pool"))


def _new_lock() -> None:
    WATCH._lock = threading.Lock()


os.register_at_fork(after_in_child=_new_lock)
