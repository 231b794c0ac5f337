"""What the architecture view is told by the composition root: processes, and what is wrong."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gonghui.kernel.jobs.loops import LOOPS
from gonghui.kernel.jobs.periodic import PERIODIC
from gonghui.kernel.jobs.registry import JOBS
from gonghui.kernel.resource.declaration import Interface
from gonghui.site import environment
from gonghui.site.doctor import machine
from gonghui.site.doctor.findings import NOTE
from gonghui.site.runner.supervisor import MARK
from gonghui.systems.foundation.services.public import Told, declare, tell_of

PROCESSES = {"web": "网页服务", "realtime": "实时消息服务", "worker": "后台任务"}
EXAMINED = (
    machine.python_version,
    machine.packages,
    machine.text_encoding,
    machine.disk,
    machine.memory,
)
"""The doctor's checks that are quick and need nothing but this machine."""
REMEMBERED_SECONDS = 60

_remembered: tuple[float, list[Told]] = (0.0, [])


def processes() -> Iterator[Told]:
    """Processes of this installation on this machine, by what they do."""
    running = Counter(_running(os.environ.get(MARK, "")))
    for code, title in PROCESSES.items():
        number = running[code]
        yield Told("进程", title, f"{number} 个进程" if number else "本机没有运行")
    database = "随平台启动" if environment.is_embedded() else "外部数据库"
    yield Told("进程", "数据库", database)
    yield Told("进程", "后台作业", f"{len(JOBS)} 种，其中定时 {len(PERIODIC)} 种")
    yield Told("进程", "循环任务", f"{len(LOOPS)} 种")


def _running(mark: str) -> Iterator[str]:
    """GONGHUI_PROCESS of every living process started with the same mark as this one."""
    wanted = f"{MARK}={mark}".encode()
    for entry in os.listdir("/proc"):
        if not entry.isdecimal():
            continue
        try:
            variables = Path(f"/proc/{entry}/environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark and wanted not in variables:
            continue
        for variable in variables:
            if variable.startswith(b"GONGHUI_PROCESS="):
                yield variable.partition(b"=")[2].decode()


def examined() -> list[Told]:
    """What the doctor finds on this machine, asked at most once a minute."""
    global _remembered  # noqa: PLW0603
    asked, found = _remembered
    if found and time.monotonic() - asked < REMEMBERED_SECONDS:
        return found
    found = [
        Told("检查", title, finding.what, finding.level != NOTE, finding.mend)
        for title, check in machine.CHECKS
        if check in EXAMINED
        for finding in check()
    ] or [Told("检查", "本机", "没有发现问题")]
    _remembered = (time.monotonic(), found)
    return found


def register() -> None:
    """Let the architecture view ask, and declare what no system's manifest can."""
    declare(Interface("api/v1/uploads/", "分段上传", standard="分段续传（本平台网页使用）"))
    tell_of(lambda: [*processes(), *examined()])
