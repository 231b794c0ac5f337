"""Looking for viruses with clamd (ClamAV's daemon), over its INSTREAM command; off by default.

Protocol: clamd(8). The daemon answers "stream: OK", "stream: NAME FOUND" or an ERROR.
"""

from __future__ import annotations

import socket
import struct
from typing import IO

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.files.models import StoredFile

CLAMD = Setting(
    "files.clamd",
    "查毒服务地址",
    str,
    "",
    "ClamAV 查毒服务：主机:端口，如 127.0.0.1:3310，或 unix:/run/clamav/clamd.ctl。空为不查毒。",
    maximum=200,
    pattern=r"|unix:/[^\x00]+|[A-Za-z0-9.\-]+:\d{1,5}",
    dangerous=True,
)
WHEN_AWAY = Setting(
    "files.clamd_away",
    "查毒服务没有应答时",
    str,
    "refuse",
    "拒绝上传，或先收下并标为未查毒。",
    choices={"refuse": "拒绝上传", "accept": "收下并标为未查毒"},
    dangerous=True,
)
TIMEOUT = 30
_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096


class Infected(Refusal):
    """The scanner knows what this is; `virus` is its name for it."""

    virus = ""


class _Away(Exception):
    """Nobody answered, or not as clamd does."""


def scan(file: IO[bytes]) -> str:
    """What the scanner says of a seekable file: a StoredFile.Scan; left at its beginning.

    Infected for a virus; Refusal when the scanner is away and the setting says to refuse.
    """
    address = CLAMD.value()
    if not address:
        return StoredFile.Scan.NOT_SCANNED
    file.seek(0)
    try:
        answer = _ask(address, file)
    except (OSError, _Away):
        if WHEN_AWAY.value() == "accept":
            return StoredFile.Scan.NOT_SCANNED
        raise Refusal(
            "查毒服务没有应答，暂时不能上传。",
            remedy="请稍后再试；一直不行请联系系统管理员。",
            code="scanner_away",
        ) from None
    finally:
        file.seek(0)
    if answer.endswith(" FOUND"):
        infected = Infected(
            "文件含有病毒，已隔离。",
            remedy="请先在本机查杀病毒，再上传干净的文件。",
            field="file",
            code="infected",
        )
        infected.virus = answer.removeprefix("stream: ").removesuffix(" FOUND")[:100]
        raise infected
    return StoredFile.Scan.CLEAN


def _ask(address: str, file: IO[bytes]) -> str:
    with _connect(address) as link:
        link.sendall(b"zINSTREAM\0")
        while chunk := file.read(_CHUNK):
            link.sendall(struct.pack(">I", len(chunk)) + chunk)
        link.sendall(struct.pack(">I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
            part = link.recv(_LONGEST_ANSWER)
            if not part:
                break
            answer += part
    said = answer.rstrip(b"\0\n").decode("utf-8", "replace")
    if not (said == "stream: OK" or said.endswith(" FOUND")):
        raise _Away(said)
    return said


def _connect(address: str) -> socket.socket:
    if address.startswith("unix:"):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(TIMEOUT)
        try:
            link.connect(address.removeprefix("unix:"))
        except OSError:
            link.close()
            raise
        return link
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=TIMEOUT)
