"""Choosing an approved article for a question by the words they share; nothing is composed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_NOISE = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9]+|请问|怎么办|怎么|如何|什么|可以|吗|呢|的|了|我|想")


@dataclass(frozen=True)
class Candidate:
    """An article as it is compared."""

    key: int
    title: str
    keywords: str


@dataclass(frozen=True)
class Found:
    key: int
    score: float


def pairs(text: str) -> set[str]:
    """Neighbouring characters of a text without its empty words."""
    return {
        part[at : at + 2]
        for part in _NOISE.split(text.lower())
        if part
        for at in range(max(1, len(part) - 1))
    }


def best(question: str, candidates: Iterable[Candidate], threshold: float) -> Found | None:
    """The likest candidate at or above the threshold; None hands over to a person.

    score: the share of the question's pairs a title and its keywords hold; each keyword that
    stands whole in the question counts a half more.
    """
    asked = pairs(question)
    if not asked:
        return None
    top: Found | None = None
    for item in candidates:
        held = pairs(f"{item.title} {item.keywords}")
        score = len(asked & held) / len(asked)
        words = [word for word in re.split(r"[\s,，、;；]+", item.keywords) if len(word) > 1]
        score += 0.5 * any(word in question for word in words)
        if top is None or (score, -item.key) > (top.score, -top.key):
            top = Found(item.key, round(min(score, 1.0), 3))
    return top if top is not None and top.score >= threshold else None
