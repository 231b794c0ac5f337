"""What the launcher and the supervisor ask of Linux about processes."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(sent: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends `sent` to the child when its parent dies, kill -9 too.

    Applies to the thread that spawns, so spawn from the main thread.
    """
    parent = os.getpid()

    def arm() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(sent))
        if os.getppid() != parent:
            os._exit(0)

    return arm


@dataclass(frozen=True)
class Identity:
    """A process that is still the same one: its PID and the kernel tick it started at."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The identity of a living process, None for a dead one, a zombie included."""
        try:
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if after_name[0] in "ZX" else cls(pid, int(after_name[19]))

    def alive(self) -> bool:
        """False also when the PID now belongs to another process."""
        return Identity.of(self.pid) == self


def working_in(directory: Path, program: str) -> list[int]:
    """PIDs of processes named `program` whose working directory is `directory`."""
    found = []
    wanted = os.path.realpath(directory)
    for entry in os.listdir("/proc"):
        if not entry.isdecimal():
            continue
        try:
            name = Path(f"/proc/{entry}/comm").read_text().strip()
            if name == program and os.readlink(f"/proc/{entry}/cwd") == wanted:
                found.append(int(entry))
        except OSError:
            continue
    return found


def send(pids: Iterable[int], sent: signal.Signals) -> None:
    """Signal processes, those already gone excepted."""
    for pid in pids:
        try:
            os.kill(pid, sent)
        except ProcessLookupError:
            continue


def send_group(group: int, sent: signal.Signals) -> None:
    """Signal a process group, unless it is already gone."""
    try:
        os.killpg(group, sent)
    except ProcessLookupError:
        return


def wait_until(true: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Wait for a condition; False when it did not come true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def unprivileged_user() -> pwd.struct_passwd:
    """Whom root hands the database to: the user `gonghui` where there is one, else `nobody`."""
    try:
        return pwd.getpwnam("gonghui")
    except KeyError:
        return pwd.getpwnam("nobody")
