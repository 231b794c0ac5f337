"""Two real processes beside this one: a change reaches them within seconds, and only its city."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from gonghui.kernel.access.roles import SYSTEM_ADMIN
from gonghui.kernel.config.models import Node
from gonghui.kernel.testing import world as world_module
from gonghui.systems.foundation.config import queries
from gonghui.systems.foundation.config.actions.changes import Wanted, propose
from gonghui.systems.foundation.config.actions.rolling_back import roll_back

pytestmark = pytest.mark.django_db(transaction=True)

WITHIN = 5.0
STARTING = 180.0
"""A new interpreter takes its time on a busy machine."""
WHY = "测试需要"
READER = """
import json, sys, time, django
django.setup()
from gonghui.kernel.config.memory import MEMORY
from gonghui.systems.foundation.config.queries import QUOTA_COUNT
last = None
while True:
    now = [QUOTA_COUNT.value(path) for path in sys.argv[1:]] + [MEMORY.known.source]
    if now != last:
        print(json.dumps(now), flush=True)
        last = now
    time.sleep(0.05)
"""


class Relay:
    """A way to the database that can be cut and mended."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.up = True
        self.open: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.up = False
        for each in self.open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self.open.clear()

    def mend(self) -> None:
        self.up = True

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if not self.up:
                near.close()
                continue
            far = socket.create_connection(self.target)
            self.open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._copy, args=(one, other), daemon=True).start()

    @staticmethod
    def _copy(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for each in (one, other):
            # A mere close would not wake the thread that waits on it.
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


class Reader:
    """A process that prints what a setting is at Hefei and at Wuhu whenever that changes."""

    def __init__(self, process: str, relay: Relay, paths: list[str], folder: Any) -> None:
        known = connection.settings_dict
        address = (
            f"postgresql://{known['USER']}:{known['PASSWORD']}@127.0.0.1:{relay.port}"
            f"/{known['NAME']}"
        )
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GONGHUI")}
        self.child = subprocess.Popen(
            [sys.executable, "-c", READER, *paths],
            env=kept
            | {
                "DATABASE_URL": address,
                "DJANGO_SETTINGS_MODULE": "gonghui.site.settings",
                "GONGHUI_SECRET_KEY": "x",
                "GONGHUI_PROCESS": process,
                "GONGHUI_VAR": str(folder),
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            },
            stdout=subprocess.PIPE,
        )
        self.last: Any = None

    def says(self, wanted: list[Any], seconds: float) -> float:
        """Wait until it prints `wanted`; how long that took."""
        began = time.monotonic()
        while self.last != wanted:
            left = seconds - (time.monotonic() - began)
            ready = select.select([self.child.stdout], [], [], max(left, 0))[0]
            assert ready, f"after {seconds} s still {self.last}, not {wanted}"
            line = self.child.stdout.readline()
            assert line, "the process ended"
            self.last = json.loads(line)
        return time.monotonic() - began

    def end(self) -> None:
        self.child.kill()
        self.child.wait()


@pytest.fixture
def relay() -> Iterator[Relay]:
    known = connection.settings_dict
    made = Relay(known["HOST"] or "127.0.0.1", int(known["PORT"] or 5432))
    yield made
    made.listener.close()
    made.cut()


@pytest.fixture
def place(db: Any) -> Any:
    with transaction.atomic():
        return world_module.build()


@pytest.fixture
def start(place, relay, tmp_path) -> Iterator[Callable[[str], Reader]]:
    readers: list[Reader] = []

    def make(process: str) -> Reader:
        paths = [place.hefei.path, place.wuhu.path]
        readers.append(Reader(process, relay, paths, tmp_path))
        return readers[-1]

    yield make
    for reader in readers:
        reader.end()


def test_a_change_reaches_running_processes_and_only_its_city(place, start, relay):
    admin = place.actor("合管", (SYSTEM_ADMIN, place.hefei))
    web, worker = start("web"), start("worker")
    both = (web, worker)
    for reader in both:
        reader.says([200, 200, "database"], STARTING)

    def put(value: int) -> None:
        propose(place.hefei, by=admin, wanted=Wanted(queries.QUOTA_COUNT, value), reason=WHY)

    put(50)
    assert max(reader.says([50, 200, "database"], WITHIN) for reader in both) < WITHIN

    roll_back(queries.last_applied(queries.QUOTA_COUNT.code, place.hefei), by=admin)
    assert max(reader.says([200, 200, "database"], WITHIN) for reader in both) < WITHIN

    # One sleeps through two changes and catches up.
    worker.child.send_signal(signal.SIGSTOP)
    put(60)
    put(70)
    web.says([70, 200, "database"], WITHIN)
    worker.child.send_signal(signal.SIGCONT)
    worker.says([70, 200, "database"], WITHIN)

    # The database is out of reach for a while: what was known holds, then they catch up.
    relay.cut()
    put(80)
    time.sleep(3)
    assert select.select([web.child.stdout, worker.child.stdout], [], [], 0)[0] == []

    # Who starts meanwhile takes the snapshot on disk.
    late = start("realtime")
    late.says([70, 200, "snapshot"], STARTING)
    relay.mend()
    for reader in (web, worker, late):
        reader.says([80, 200, "database"], STARTING)

    deadline = time.monotonic() + 60
    while set(Node.objects.filter(number=queries.revision()).values_list("process", flat=True)) != {
        "web",
        "worker",
        "realtime",
    }:
        assert time.monotonic() < deadline, "not every process reported the revision"
        time.sleep(0.5)
    assert queries.QUOTA_COUNT.code in Node.objects.get(process="web").reads
