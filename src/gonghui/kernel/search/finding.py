"""One search over several kinds of record, each trimmed to the actor's scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gonghui.kernel.access.actor import Actor

MOST = 10
"""Hits of a kind that are shown; one more found says that there are more."""


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    title: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Group:
    """The hits of one kind. more: there are others; all_url: where to see them all."""

    title: str
    hits: list[Hit]
    more: bool = False
    all_url: str = ""

    @property
    def count(self) -> str:
        """How many, capped."""
        return f"{len(self.hits)}+" if self.more else str(len(self.hits))


Finder = Callable[[str, Actor], list[Hit]]


@dataclass(frozen=True)
class Kind:
    """A kind of thing that can be found.

    rank: kinds with a lower one stand first. all_url: text -> the address of the full list.
    """

    title: str
    finder: Finder
    rank: int = 50
    all_url: Callable[[str], str] | None = None


_KINDS: dict[str, Kind] = {}


def register(
    title: str,
    finder: Finder,
    *,
    rank: int = 50,
    all_url: Callable[[str], str] | None = None,
) -> None:
    """Search this kind too; `finder(text, actor)` answers at most MOST + 1 hits, scoped."""
    _KINDS[title] = Kind(title, finder, rank, all_url)


def find(text: str, actor: Actor, most: int = MOST) -> list[Group]:
    """What the actor may see that fits the text, by kind; kinds without hits are left out."""
    found = []
    for kind in sorted(_KINDS.values(), key=lambda kind: kind.rank):
        hits = kind.finder(text, actor)
        if hits:
            url = kind.all_url(text) if kind.all_url else ""
            found.append(Group(kind.title, hits[:most], len(hits) > most, url))
    return found
