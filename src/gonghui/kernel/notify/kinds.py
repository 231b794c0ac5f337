"""Kinds of to-dos (待办种类): what they are called, and which may be settled many at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gonghui.kernel.access.actor import Actor


@dataclass(frozen=True)
class TodoKind:
    """A kind of to-do.

    settle: `settle(target_id, actor)` runs the action that settles one target without asking for
    anything more, and refuses as that action does; None where each has to be looked at. verb:
    what the button says (批准入会).
    """

    code: str
    title: str
    settle: Callable[[str, Actor], Any] | None = None
    verb: str = ""


KINDS: dict[str, TodoKind] = {}
"""Every kind that was described, by code."""


def register_kind(
    code: str,
    title: str,
    *,
    settle: Callable[[str, Actor], Any] | None = None,
    verb: str = "",
) -> TodoKind:
    """Describe a kind of to-do; raises ValueError for a code described before."""
    if code in KINDS:
        raise ValueError(f"kind of to-do {code!r} is described twice")
    if (settle is None) != (not verb):
        raise ValueError(f"{code}: what settles a kind has a verb, and only that")
    KINDS[code] = TodoKind(code, title, settle, verb)
    return KINDS[code]


def title_of(code: str) -> str:
    """What a kind is called; empty for one nobody described."""
    return KINDS[code].title if code in KINDS else ""
