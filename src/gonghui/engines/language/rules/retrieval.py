"""Answers out of approved articles: found, quoted, with their source; otherwise a person.

An article answers when it holds enough of what was asked, by weight of rarity: a question is
compared by words, pairs of characters and groups of synonyms. Nothing is written, an article is
only quoted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ahocorasick_rs import AhoCorasick

from gonghui.engines.language.rules.features import FOR, PAIR, features
from gonghui.engines.language.rules.folding import plain
from gonghui.engines.language.rules.keywords import builtin_frequencies
from gonghui.engines.language.rules.reading import lines

GROUP = "="
THRESHOLD = 0.35
"""Share of a question's weight an article has to hold to answer it."""
TITLE_WEIGHT = 0.25
QUOTE_MOST = 160


@dataclass(frozen=True)
class Passage:
    """An article as answers know it. code: its own id with whoever keeps it."""

    code: str
    title: str
    body: str
    source: str
    expires_on: date
    keywords: str = ""
    label: str = ""


@dataclass(frozen=True)
class Hit:
    """score: 0 to 1. quote: the sentences that speak of the question."""

    passage: Passage
    score: float
    quote: str
    shared: tuple[str, ...]


@lru_cache(maxsize=1)
def _groups() -> tuple[AhoCorasick, list[int]]:
    rows = [line.split() for line in lines("synonyms.txt")]
    words = [(plain(word), number) for number, row in enumerate(rows) for word in row]
    return AhoCorasick([word for word, _ in words]), [number for _, number in words]


def terms(text: str) -> Counter[str]:
    """What a text is compared by."""
    text = plain(text)
    found = Counter(
        {name: count for name, count in features(text).items() if not name.startswith(FOR)}
    )
    automaton, groups = _groups()
    for place, _, _ in automaton.find_matches_as_indexes(text, overlapping=True):
        found[f"{GROUP}{groups[place]}"] = 1
    return found


def _weight(term: str) -> float:
    if term.startswith(GROUP):
        return 8.0
    if term.startswith(PAIR):
        return 0.6
    return max(0.3, builtin_frequencies().rarity(term.removeprefix("#")) / 2)


def find(
    question: str, passages: Iterable[Passage], today: date, *, most: int = 3, least: float = 0.0
) -> list[Hit]:
    """The articles nearest to a question, in force that day, the nearest first."""
    asked = {term: _weight(term) for term in terms(question)}
    whole = sum(asked.values())
    if not whole:
        return []
    found = []
    for passage in passages:
        if passage.expires_on < today:
            continue
        head, rest = _terms_of(passage)
        in_head = sum(weight for term, weight in asked.items() if term in head)
        inside = sum(weight for term, weight in asked.items() if term in head or term in rest)
        score = (1 - TITLE_WEIGHT) * inside / whole + TITLE_WEIGHT * in_head / whole
        if score > least:
            found.append((min(1.0, score * _fit(asked, head)), passage, head | rest))
    found.sort(key=lambda item: (-item[0], item[1].code))
    return [
        Hit(passage, round(score, 3), quote(passage.body, asked), _shared(asked, known))
        for score, passage, known in found[:most]
    ]


def _fit(asked: dict[str, float], head: frozenset[str]) -> float:
    """Raise what shares a group of synonyms with the title, damp what shares no word at all."""
    if any(term.startswith(GROUP) and term in head for term in asked):
        return 1.25
    words = [term for term in asked if not term.startswith((PAIR, GROUP))]
    return 1.0 if any(term in head for term in words) else 0.7


@lru_cache(maxsize=4096)
def _terms_of(passage: Passage) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(terms(f"{passage.title} {passage.keywords}")), frozenset(terms(passage.body))


def _shared(asked: dict[str, float], known: frozenset[str]) -> tuple[str, ...]:
    words = [term for term in asked if term in known and not term.startswith((PAIR, GROUP, "#"))]
    return tuple(sorted(words, key=lambda term: (-asked[term], term))[:6])


def quote(body: str, asked: dict[str, float]) -> str:
    """The sentences of a body that hold most of the question, in their order."""
    sentences = [part for part in re.split(r"(?<=[。！？；\n])", body.strip()) if part.strip()]
    if not sentences:
        return ""
    scored = sorted(
        range(len(sentences)),
        key=lambda place: (
            -sum(asked.get(term, 0.0) for term in terms(sentences[place])),
            place,
        ),
    )
    chosen: list[int] = []
    for place in scored:
        if chosen and sum(len(sentences[at]) for at in chosen) + len(sentences[place]) > QUOTE_MOST:
            break
        chosen.append(place)
    return "".join(sentences[place] for place in sorted(chosen)).strip()
