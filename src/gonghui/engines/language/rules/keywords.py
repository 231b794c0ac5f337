"""Keywords (关键词): the words of a text that are frequent in it and rare elsewhere (tf-idf)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from gonghui.engines.language.rules.folding import plain
from gonghui.engines.language.rules.reading import table
from gonghui.engines.language.rules.segmenting import (
    Segmenter,
    says_something,
    segmenter,
    union_words,
)

SHORTEST = 2
"""Characters of a keyword."""


@dataclass(frozen=True)
class Frequencies:
    """In how many of `texts` texts a word stands."""

    texts: int
    of: Mapping[str, int]

    def rarity(self, word: str) -> float:
        """ln((texts + 1) / (those with the word + 0.5)), highest for a word never seen."""
        return math.log((self.texts + 1) / (self.of.get(word, 0) + 0.5))


@dataclass(frozen=True)
class Keyword:
    word: str
    count: int
    weight: float


@lru_cache(maxsize=1)
def builtin_frequencies() -> Frequencies:
    """The frequencies in the labelled set: what is known before a text came in."""
    seen: Counter[str] = Counter()
    rows = table("labelled.csv")
    for row in rows:
        seen.update(set(segmenter().words(row["text"])))
    return Frequencies(len(rows), seen)


@lru_cache(maxsize=1)
def vocabulary() -> frozenset[str]:
    """Words that may be kept in plain: of the union's work or of our own set, so never a name of
    somebody who wrote."""
    cues = {plain(cue) for row in table("cues.csv") for cue in row["cues"].split()}
    common = {word for word, many in builtin_frequencies().of.items() if many >= SHORTEST}
    words = {*union_words(), *cues, *common}
    return frozenset(word for word in words if len(word) >= SHORTEST and says_something(word))


def keywords(
    text: str,
    frequencies: Frequencies | None = None,
    *,
    most: int = 8,
    known_only: bool = False,
    cutter: Segmenter | None = None,
) -> list[Keyword]:
    """The weightiest words first. known_only: only words of the vocabulary, for what is kept."""
    known = frequencies or builtin_frequencies()
    words = (cutter or segmenter()).words(text)
    counts = Counter(word for word in words if len(word) >= SHORTEST)
    allowed = vocabulary() if known_only else None
    whole = sum(counts.values()) or 1
    found = [
        Keyword(word, count, count / whole * known.rarity(word))
        for word, count in counts.items()
        if allowed is None or word in allowed
    ]
    return sorted(found, key=lambda item: (-item.weight, item.word))[:most]
