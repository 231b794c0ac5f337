"""One run at a time on one `var` folder, however the last one ended."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path


class AlreadyRunning(Exception):
    """Another run holds the folder. `facts`: its pid and, once it serves, its address."""

    def __init__(self, facts: dict) -> None:
        self.facts = facts
        super().__init__(f"平台已经在运行（进程 {facts.get('pid', '?')}）。")


@contextlib.contextmanager
def sole_run(folder: Path) -> Iterator[Path]:
    """Hold `folder/lock`; yields the file that tells others who runs.

    The kernel lets go of the lock when the holder dies, so none is ever stale.
    Raises AlreadyRunning.
    """
    folder.mkdir(parents=True, exist_ok=True)
    facts = folder / "run.json"
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_facts(folder)) from None
        facts.write_text(json.dumps({"pid": os.getpid()}))
        try:
            yield facts
        finally:
            facts.unlink(missing_ok=True)


def read_facts(folder: Path) -> dict:
    """What the running one says of itself; empty when nobody runs."""
    try:
        with (folder / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return {}
    except FileNotFoundError:
        return {}
    except BlockingIOError:
        return _facts(folder)


def _facts(folder: Path) -> dict:
    try:
        return json.loads((folder / "run.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
