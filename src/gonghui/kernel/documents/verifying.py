"""Checking signed PDFs: intact, ours, and what the signatures say, in one verdict."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.documents.authority import authority

PROGRAM = Path(__file__).with_name("verifier.py")
SECONDS, WALL, MEGABYTES = 10, 40, 1024
AT_ONCE = 2
LARGEST = 30 * 1024 * 1024
"""Bytes of a PDF that is checked."""
_places = threading.BoundedSemaphore(AT_ONCE)


class State(StrEnum):
    """What a check found, best first."""

    VALID = "valid"
    UNSIGNED = "unsigned"
    FOREIGN = "foreign"
    TAMPERED = "tampered"
    BROKEN = "broken"


WORDS = {
    State.VALID: "电子签章有效，签章后没有改动。",
    State.UNSIGNED: "文件没有平台的电子签章。",
    State.FOREIGN: "文件有签名，但不是本平台签的。",
    State.TAMPERED: "文件在签章以后被改动过，电子签章无效。",
    State.BROKEN: "文件已损坏或不是 PDF，无法核验。",
}


@dataclass(frozen=True)
class Signature:
    """One signature; stamped: its time is proved by a trusted timestamp."""

    signer: str
    at: datetime | None
    reason: str
    place: str
    stamped: bool
    intact: bool
    ours: bool


@dataclass(frozen=True)
class Verdict:
    """What was found, and the signatures in their order."""

    state: State
    signatures: tuple[Signature, ...] = ()

    @property
    def words(self) -> str:
        return WORDS[self.state]

    def __bool__(self) -> bool:
        return self.state == State.VALID


def verify(pdf: bytes) -> Verdict:
    """Check a PDF of anybody's, in a process with bounded time and memory.

    Any file gets a verdict; one that takes too long counts as broken. Raises Refusal for a file
    over LARGEST bytes, or while too many others are being checked.
    """
    if len(pdf) > LARGEST:
        raise Refusal(
            f"文件超过 {LARGEST // 1024 // 1024} MB，不能核验。", field="file", code="too_big"
        )
    answer = _asked(pdf)
    found = answer.get("signatures")
    if found is None:
        return Verdict(State.BROKEN)
    signatures = tuple(_signature(one) for one in found)
    return Verdict(_state(found), signatures)


def _state(found: list[dict]) -> State:
    if not found:
        return State.UNSIGNED
    if not all(one["intact"] and one["permitted"] for one in found):
        return State.TAMPERED
    return State.VALID if all(one["trusted"] for one in found) else State.FOREIGN


def _signature(one: dict) -> Signature:
    return Signature(
        signer=one["signer"],
        at=datetime.fromisoformat(one["at"]) if one["at"] else None,
        reason=one["reason"],
        place=one["place"],
        stamped=one["stamped"],
        intact=one["intact"] and one["permitted"],
        ours=one["ours"],
    )


def _asked(pdf: bytes) -> dict:
    known = authority()
    job = {
        "roots": known.roots(),
        "timestamp_roots": known.timestamp_roots(),
        "seconds": SECONDS,
        "megabytes": MEGABYTES,
    }
    if not _places.acquire(timeout=WALL):
        raise Refusal("正在核验的文件较多。", remedy="请稍后再试。", code="busy")
    try:
        done = subprocess.run(
            [sys.executable, "-I", PROGRAM],
            input=json.dumps(job).encode() + b"\n" + pdf,
            capture_output=True,
            env={"LC_ALL": "C.UTF-8"},
            cwd="/",
            timeout=WALL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {}
    finally:
        _places.release()
    if done.returncode:
        return {}
    return json.loads(done.stdout)
