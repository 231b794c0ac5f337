"""Inspectors (到件检查): what other parts look at in files of a type before they are stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from gonghui.kernel.files.types import FileType

Inspector = Callable[[IO[bytes]], None]

_inspectors: dict[str, list[Inspector]] = {}


def register_inspector(kind: FileType, inspector: Inspector) -> None:
    """Ask this of every file of the type that arrives; it raises Refusal for what is not taken."""
    known = _inspectors.setdefault(kind.code, [])
    if inspector not in known:
        known.append(inspector)


def inspect(file: IO[bytes], kind: FileType) -> None:
    """Ask the inspectors of a type; leaves the file at its beginning."""
    for inspector in _inspectors.get(kind.code, ()):
        file.seek(0)
        inspector(file)
    file.seek(0)
