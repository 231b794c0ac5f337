"""Word lists as they hold at a union: the engine's own and those kept from there up."""

from __future__ import annotations

import time

from gonghui.engines.language.models import Word, WordList
from gonghui.engines.language.rules import sensitive
from gonghui.engines.language.rules.segmenting import Segmenter, segmenter
from gonghui.engines.language.rules.sensitive import Found, Matcher

LISTS = "the word lists of unions above hold for those below"
FRESH = 5.0
_known: dict[str, tuple[float, tuple[tuple[str, ...], ...]]] = {}


def _rows(path: str) -> tuple[tuple[str, ...], ...]:
    """(list, text, kind, level, sound) of the words in force at a path."""
    at, rows = _known.get(path, (0.0, ()))
    if at and time.monotonic() - at <= FRESH:
        return rows
    above = [int(part) for part in path.rstrip(".").split(".") if part]
    found = Word.objects.unscoped(LISTS).filter(active=True)
    found = found.filter(union_id__in=above) if above else found.filter(union__parent=None)
    rows = tuple(
        (wordlist, text, kind, level, "1" if sound else "")
        for wordlist, text, kind, level, sound in found.order_by("text", "pk").values_list(
            "wordlist", "text", "kind", "level", "sound"
        )
    )
    if len(_known) > 200:
        _known.clear()
    _known[path] = (time.monotonic(), rows)
    return rows


def forget() -> None:
    """Read the lists anew; after one was changed."""
    _known.clear()


def matcher(path: str = "") -> Matcher:
    """The finder of sensitive words at a union's path; without one, the province's."""
    rows = _rows(path)
    words = tuple(
        sensitive.Word(text, kind or "other", level or "warn", bool(sound))
        for wordlist, text, kind, level, sound in rows
        if wordlist == WordList.SENSITIVE
    )
    allowed = tuple(row[1] for row in rows if row[0] == WordList.ALLOWED)
    return sensitive.matcher(words, allowed)


def find_sensitive(text: str, path: str = "") -> list[Found]:
    """Sensitive words of a text with their places in it; see rules.sensitive."""
    return matcher(path).find(text)


def cutter(path: str = "") -> Segmenter:
    """The segmenter with the union words in force at a path."""
    added = tuple(row[1] for row in _rows(path) if row[0] == WordList.UNION)
    return segmenter(added)
