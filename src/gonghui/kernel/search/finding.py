"""One search over several kinds of record, each trimmed to the actor's scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gonghui.kernel.access.actor import Actor


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    title: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Group:
    """The hits of one kind."""

    title: str
    hits: list[Hit]


Finder = Callable[[str, Actor], list[Hit]]
_FINDERS: dict[str, Finder] = {}


def register(title: str, finder: Finder) -> None:
    """Search this kind too; `finder(text, actor)` answers at most ten hits, scoped."""
    _FINDERS[title] = finder


def find(text: str, actor: Actor) -> list[Group]:
    """What the actor may see that fits the text, by kind; kinds without hits are left out."""
    found = [Group(title, finder(text, actor)) for title, finder in _FINDERS.items()]
    return [group for group in found if group.hits]
