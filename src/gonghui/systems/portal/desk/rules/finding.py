"""Finding functions by what one types: Chinese words, pinyin or its initials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """Something a person can open.

    alias: what it is also called (会员管理 for the list 会员); initials ("hygl") and reading
    ("huiyuanguanli") are those of the alias where there is one.
    """

    title: str
    url: str
    chapter: str = ""
    alias: str = ""
    initials: str = ""
    reading: str = ""


def matching(functions: Iterable[Function], text: str) -> list[Function]:
    """The functions a text means, best first: title as typed, beginning, inside; then pinyin."""
    word = "".join(text.split()).lower()
    if not word:
        return []
    found = [(rank, n, item) for n, item in enumerate(functions) if (rank := _rank(item, word))]
    return [item for _, _, item in sorted(found, key=lambda entry: entry[:2])]


def _rank(item: Function, word: str) -> int:
    """0 for no match, else the lower the better."""
    title = item.title.lower()
    tests = (
        title == word,
        title.startswith(word),
        word in title or (bool(item.alias) and word in item.alias.lower()),
        item.initials == word,
        item.initials.startswith(word),
        item.reading.startswith(word),
        len(word) > 1 and word in item.initials,
        len(word) > 3 and word in item.reading,
    )
    return next((n for n, fits in enumerate(tests, 1) if fits), 0)
