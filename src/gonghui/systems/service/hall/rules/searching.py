"""Finding a service: by any part of its name, by pinyin or its initials, by how people put it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from gonghui.kernel.base.names import initials, normalise, pinyin
from gonghui.kernel.resource.services import Service

WHOLE, BEGINS, HOLDS, WORD, SOUND_BEGINS, SOUND, HINT, PARTS = 100, 80, 70, 60, 55, 40, 25, 10
LONGEST = 40
_BLANKS = re.compile(r"\s+")
_LATIN = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Entry:
    """What a service is found by."""

    service: Service
    title: str
    words: tuple[str, ...]
    hints: tuple[str, ...]
    sounds: tuple[str, ...]
    letters: tuple[str, ...]


def cleaned(text: str) -> str:
    """A query in normal form: half-width, lower case, without blanks, at most LONGEST long."""
    return _BLANKS.sub("", normalise(text[: 4 * LONGEST])).lower()[:LONGEST]


@lru_cache(maxsize=1024)
def entry(service: Service) -> Entry:
    """The terms of one service; kept, for reading pinyin takes its time."""
    words = tuple(cleaned(word) for word in service.keywords)
    events = tuple(word for event in service.events for word in (event.title, *event.words))
    hints = (*(cleaned(word) for word in events), cleaned(service.help))
    spoken = (service.title, *service.keywords)
    return Entry(
        service,
        cleaned(service.title),
        words,
        hints,
        tuple(pinyin(text).replace(" ", "") for text in spoken),
        tuple(initials(text) for text in spoken),
    )


def score(found: Entry, text: str) -> int:
    """How well a cleaned query fits a service; 0: not at all."""
    if not text:
        return 0
    best = 0
    if text == found.title:
        best = WHOLE
    elif found.title.startswith(text):
        best = BEGINS
    elif text in found.title:
        best = HOLDS
    elif any(text in word or (len(word) > 1 and word in text) for word in found.words):
        best = WORD
    elif any(text in hint for hint in found.hints):
        best = HINT
    if _LATIN.fullmatch(text):
        if any(
            letters.startswith(text) or sounds.startswith(text)
            for letters, sounds in zip(found.letters, found.sounds, strict=True)
        ):
            best = max(best, SOUND_BEGINS)
        elif len(text) > 1 and any(text in letters for letters in found.letters):
            best = max(best, SOUND)
    if not best and len(text) > 2:
        best = _parts(found, text)
    return best


def _parts(found: Entry, text: str) -> int:
    """A sentence rather than a word: how many pairs of its characters the service knows."""
    known = "　".join((found.title, *found.words, *found.hints))
    pairs = {text[n : n + 2] for n in range(len(text) - 1)}
    hits = sum(pair in known for pair in pairs)
    return PARTS + hits if hits else 0


def ranked(services: Iterable[Service], text: str) -> list[Service]:
    """Services that fit a query, the best first; equals keep their order."""
    wanted = cleaned(text)
    scored = [(score(entry(service), wanted), service) for service in services]
    return [service for points, service in sorted(scored, key=lambda pair: -pair[0]) if points]
