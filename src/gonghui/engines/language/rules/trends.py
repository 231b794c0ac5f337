"""What rises: counts of a span against those before it, and texts that come in one burst."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LEAST_NOW = 3
"""Texts of the span from which a rise is told."""
Z_LEAST = 2.0


@dataclass(frozen=True)
class Rise:
    """now: texts of the span; usual: of a mean span before; z: how unusual, in deviations."""

    topic: str
    now: int
    usual: float
    z: float


def rising(
    series: Mapping[str, Sequence[int]], *, least: int = LEAST_NOW, z_least: float = Z_LEAST
) -> list[Rise]:
    """Topics whose last span stands out from those before, the most unusual first.

    series: topic → counts of spans of equal length, oldest first. Counts are taken for Poisson:
    z = (now - mean) / sqrt(max(mean, 1)).
    """
    found = []
    for topic, counts in series.items():
        if len(counts) < 2 or counts[-1] < least:
            continue
        before = counts[:-1]
        usual = sum(before) / len(before)
        z = (counts[-1] - usual) / math.sqrt(max(usual, 1.0))
        if z >= z_least:
            found.append(Rise(topic, counts[-1], round(usual, 1), round(z, 1)))
    return sorted(found, key=lambda item: (-item.z, item.topic))


@dataclass(frozen=True)
class Burst:
    """Texts that share what they are about: refs of the texts, the words they share."""

    refs: tuple[int, ...]
    words: tuple[str, ...]


def bursts(
    texts: Iterable[tuple[int, Iterable[str]]], *, least: int = 3, shared: int = 3
) -> list[Burst]:
    """Groups of at least `least` texts (ref, keywords) of which neighbours share `shared` words."""
    words_of = {ref: frozenset(words) for ref, words in texts}
    holders: dict[str, list[int]] = defaultdict(list)
    for ref, words in words_of.items():
        for word in words:
            holders[word].append(ref)
    root = {ref: ref for ref in words_of}

    def top(ref: int) -> int:
        while root[ref] != ref:
            root[ref] = root[root[ref]]
            ref = root[ref]
        return ref

    for ref, words in words_of.items():
        near: dict[int, int] = defaultdict(int)
        for word in words:
            for other in holders[word]:
                if other > ref:
                    near[other] += 1
        for other, many in near.items():
            if many >= shared:
                root[top(other)] = top(ref)
    groups: dict[int, list[int]] = defaultdict(list)
    for ref in sorted(words_of):
        groups[top(ref)].append(ref)
    found = [
        Burst(tuple(refs), _common(words_of, refs))
        for refs in groups.values()
        if len(refs) >= least
    ]
    return sorted(found, key=lambda item: (-len(item.refs), item.refs))


def _common(words_of: Mapping[int, frozenset[str]], refs: Sequence[int]) -> tuple[str, ...]:
    """The words at least half of the texts have, the most common first."""
    counts = Counter(word for ref in refs for word in words_of[ref])
    common = [word for word, many in counts.items() if many * 2 >= len(refs)]
    return tuple(sorted(common, key=lambda word: (-counts[word], word))[:6])
