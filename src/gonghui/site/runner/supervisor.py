"""Keeps processes running: start in order, restart with back-off, stop together.

Processes are found by what they are, never by a number in a file: children carry the mark
`GONGHUI_RUN=<var>` in their environment, so those of a killed supervisor can be ended by the next.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gonghui.site.database import Cluster, tail
from gonghui.site.processes import Identity, die_with_parent, send, send_group, wait_until

MARK = "GONGHUI_RUN"
FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
# A process that lived this long is healthy again: its next fall starts from the first delay.
HEALTHY_SECONDS = 60.0
STOP_SECONDS = 10.0
LOG_BYTES = 20 * 2**20


class Kept(Protocol):
    """A process the supervisor keeps."""

    name: str
    title: str

    def spawn(self, log: Path) -> subprocess.Popen:
        """Start it as a direct child that leads its own group."""

    def stop(self, child: subprocess.Popen) -> None:
        """End it and whatever it started, in an orderly way first."""

    def sweep(self, child: subprocess.Popen) -> None:
        """End what a dead child left."""


@dataclass
class Command:
    """A program with arguments."""

    name: str
    title: str
    arguments: Sequence[str | os.PathLike[str]]
    environment: dict[str, str] = field(default_factory=dict)
    patience: float = STOP_SECONDS

    def spawn(self, log: Path) -> subprocess.Popen:
        """See `Kept`."""
        with log.open("ab") as output:
            return subprocess.Popen(
                self.arguments,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                # The supervisor has one thread, so nothing can be locked in the child.
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509
            )

    def stop(self, child: subprocess.Popen) -> None:
        """See `Kept`."""
        if child.poll() is None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(self.patience)
        self.sweep(child)
        child.wait()

    def sweep(self, child: subprocess.Popen) -> None:
        """See `Kept`."""
        send_group(child.pid, signal.SIGKILL)


@dataclass
class Database:
    """The embedded PostgreSQL."""

    cluster: Cluster
    name: str = "database"
    title: str = "数据库"

    def spawn(self, log: Path) -> subprocess.Popen:
        """See `Kept`."""
        return self.cluster.spawn(log)

    def stop(self, child: subprocess.Popen) -> None:
        """See `Kept`."""
        self.cluster.stop(child)

    def sweep(self, child: subprocess.Popen) -> None:
        """See `Kept`."""
        self.cluster.clear()


@dataclass
class _State:
    process: Kept
    child: subprocess.Popen | None = None
    started: float = 0.0
    delay: float = FIRST_DELAY
    due: float = 0.0


class Interrupted(BaseException):
    """SIGINT or SIGTERM: stop everything."""


class Supervisor:
    """Runs processes until told to stop.

    logs: folder of one log per process. say: prints a line for the person at the screen.
    """

    def __init__(self, logs: Path, say: Callable[[str], None]) -> None:
        self._logs = logs
        self._say = say
        self._states: list[_State] = []
        logs.mkdir(parents=True, exist_ok=True)

    def log(self, process: Kept) -> Path:
        """Where a process writes."""
        return self._logs / f"{process.name}.log"

    def start(self, process: Kept) -> subprocess.Popen:
        """Start a process and keep it from now on."""
        log = self.log(process)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        state = _State(process)
        self._states.append(state)
        self._spawn(state)
        assert state.child is not None
        return state.child

    def _spawn(self, state: _State) -> None:
        state.child = state.process.spawn(self.log(state.process))
        state.started = time.monotonic()

    def check(self) -> None:
        """One round: notice the dead, start those whose delay is over."""
        now = time.monotonic()
        for state in self._states:
            if state.child is not None and (code := state.child.poll()) is not None:
                self._fell(state, code, now)
            if state.child is None and now >= state.due:
                try:
                    self._spawn(state)
                except Exception as trouble:
                    self._say(f"{state.process.title} 重新启动失败：{trouble}")
                    self._put_off(state, now)
                else:
                    self._say(f"{state.process.title} 已重新启动")

    def _fell(self, state: _State, code: int, now: float) -> None:
        process, child = state.process, state.child
        assert child is not None
        process.sweep(child)
        state.child = None
        if now - state.started > HEALTHY_SECONDS:
            state.delay = FIRST_DELAY
        self._put_off(state, now)
        how = f"被信号 {-code} 终止" if code < 0 else f"以状态 {code} 退出"
        self._say(f"{process.title} {how}，{state.due - now:.1f} 秒后重新启动")
        if code > 0:
            self._say(f"  日志 {self.log(process)} 的末尾：\n{tail(self.log(process), 5)}")

    def _put_off(self, state: _State, now: float) -> None:
        state.due = now + state.delay
        state.delay = min(state.delay * 2, LONGEST_DELAY)

    def watch(self) -> None:
        """Check for ever, until `Interrupted` is raised by a signal."""
        while True:
            self.check()
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop everything, last started first."""
        for state in reversed(self._states):
            if state.child is not None:
                state.process.stop(state.child)
                self._say(f"{state.process.title} 已停止")
        self._states.clear()


def obey_signals() -> None:
    """Raise `Interrupted` at the first SIGINT, SIGTERM or SIGHUP; ignore any further ones."""
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def handle(_number: int, _frame: object) -> None:
        for number in wanted:
            signal.signal(number, signal.SIG_IGN)
        raise Interrupted

    for number in wanted:
        signal.signal(number, handle)


def left_behind(mark: str) -> list[Identity]:
    """Living processes that a supervisor with this mark started, ourselves and parents excepted."""
    wanted = f"{MARK}={mark}".encode()
    family = _ancestors()
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdecimal() or int(entry) in family:
            continue
        try:
            variables = Path(f"/proc/{entry}/environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in variables and (identity := Identity.of(int(entry))):
            found.append(identity)
    return found


def _ancestors() -> set[int]:
    family, pid = set(), os.getpid()
    while pid > 1:
        family.add(pid)
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pid = int(after_name[1])
    return family


def end_left_behind(mark: str) -> int:
    """End what a killed supervisor left; the number of processes."""
    found = left_behind(mark)
    for sent, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        send((process.pid for process in found if process.alive()), sent)
        if wait_until(lambda: not any(process.alive() for process in found), patience):
            break
    return len(found)
