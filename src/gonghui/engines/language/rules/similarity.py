"""Likeness of texts, told from keyed hashes of their keywords.

What is kept of a text are numbers: a keyed hash (HMAC) of each keyword and its weight. Without
the key nobody can tell the words, and the texts themselves stay sealed. Candidates share rare
keywords; the cosine of the weights ranks them.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gonghui.engines.language.rules.keywords import Frequencies, keywords

MOST_KEYS = 24
"""Keywords of a text that are kept, the weightiest ones."""
FULL = 1000
"""The weight of the weightiest keyword."""


@dataclass(frozen=True)
class Marks:
    """keys: hashes, the weightiest first; weights: 1 to 1000, in the same order."""

    keys: tuple[int, ...]
    weights: tuple[int, ...]

    def vector(self) -> dict[int, int]:
        return dict(zip(self.keys, self.weights, strict=True))


@dataclass(frozen=True)
class Like:
    """A text like the one asked about. score: cosine, 0 to 1."""

    ref: str
    score: float
    shared: int


def hashed(word: str, key: bytes) -> int:
    """64 bits of HMAC-SHA-256, signed, as PostgreSQL's bigint holds them."""
    digest = hmac.digest(key, word.encode(), hashlib.sha256)
    return int.from_bytes(digest[:8], signed=True)


def marks(text: str, key: bytes, frequencies: Frequencies | None = None) -> Marks:
    """What is kept of a text; nothing for a text without keywords."""
    found = keywords(text, frequencies, most=MOST_KEYS)
    if not found:
        return Marks((), ())
    highest = found[0].weight or 1.0
    return Marks(
        tuple(hashed(item.word, key) for item in found),
        tuple(max(1, round(FULL * item.weight / highest)) for item in found),
    )


def cosine(one: Mapping[int, int], other: Mapping[int, int]) -> float:
    """0 for nothing in common, 1 for the same words in the same weights."""
    if len(other) < len(one):
        one, other = other, one
    shared = sum(weight * other.get(key, 0) for key, weight in one.items())
    if not shared:
        return 0.0
    return shared / (_length(one) * _length(other))


def _length(vector: Mapping[int, int]) -> float:
    return math.sqrt(sum(weight * weight for weight in vector.values()))


def probes(asked: Marks, frequency: Callable[[int], int], *, most: int, budget: int) -> list[int]:
    """The keys to look candidates up by: the rarest, until so many rows would come."""
    chosen: list[int] = []
    spent = 0
    for key in sorted(dict.fromkeys(asked.keys), key=frequency):
        cost = frequency(key)
        if chosen and spent + cost > budget:
            break
        chosen.append(key)
        spent += cost
        if len(chosen) == most:
            break
    return chosen


def ranked(
    asked: Marks,
    candidates: Iterable[tuple[str, Sequence[int], Sequence[int]]],
    *,
    least: float,
    most: int,
) -> list[Like]:
    """Candidates (ref, keys, weights) by likeness, those under `least` left out."""
    vector = asked.vector()
    found = []
    for ref, keys, weights in candidates:
        other = dict(zip(keys, weights, strict=True))
        score = cosine(vector, other)
        if score >= least:
            found.append(Like(ref, round(score, 3), len(vector.keys() & other.keys())))
    return sorted(found, key=lambda item: (-item.score, item.ref))[:most]
