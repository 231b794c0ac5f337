"""Where answers come from: systems register what they keep of approved articles."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils import timezone

from gonghui.engines.language.rules.retrieval import Hit, Passage, find

Provider = Callable[[], Iterable[Passage]]
PROVIDERS: dict[str, Provider] = {}
"""Who offers approved, unexpired articles that workers may read, by name."""


def register(name: str, provider: Provider) -> None:
    """Offer articles for answers. provider: () -> passages, approved and not expired."""
    known = PROVIDERS.setdefault(name, provider)
    if known is not provider:
        raise ValueError(f"{name!r} offers passages twice")


def nearest(question: str, *, most: int = 3) -> list[Hit]:
    """The articles nearest to a question, of every provider."""
    passages = [passage for provider in PROVIDERS.values() for passage in provider()]
    return find(question, passages, timezone.localdate(), most=most)


def passage(code: str) -> Passage | None:
    """One article by its code."""
    for provider in PROVIDERS.values():
        for item in provider():
            if item.code == code:
                return item
    return None
