"""Folding: the same words written differently become one form, and every sign knows its origin.

Full width becomes half (NFKC), traditional characters simplified (data/traditional.txt), letters
small. What is found in the folded text is shown in the original, so places are kept.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from gonghui.engines.language.rules.reading import lines

FIRST_HAN, LAST_HAN = "\u3400", "\u9fff"


@dataclass(frozen=True)
class Folded:
    """A folded text; at[i]: the place in the original of its i-th sign."""

    text: str
    at: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of the folded signs from start to before end."""
        return self.at[start], self.at[end - 1] + 1


@cache
def simplified() -> dict[int, str]:
    """Traditional to simplified, sign by sign, for str.translate."""
    pairs = "".join(lines("traditional.txt"))
    return {ord(old): new for old, new in zip(pairs[::2], pairs[1::2], strict=True)}


@cache
def unsimplified() -> dict[str, tuple[str, ...]]:
    """The traditional forms of each simplified sign."""
    found: dict[str, tuple[str, ...]] = {}
    for old, new in simplified().items():
        found[new] = (*found.get(new, ()), chr(old))
    return found


def is_han(sign: str) -> bool:
    return FIRST_HAN <= sign <= LAST_HAN or sign > "\U00020000"


def plain(text: str) -> str:
    """The folded text alone."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(simplified())
    return text.lower()


def fold(text: str) -> Folded:
    """The folded text with the place of each sign."""
    return _built(text, lambda sign: True)


def skeleton(text: str) -> Folded:
    """Only Han characters, letters and digits: signs put in between to hide a word are gone."""
    return _built(text, lambda sign: is_han(sign) or (sign.isascii() and sign.isalnum()))


def _built(text: str, keeps: Callable[[str], bool]) -> Folded:
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for part in plain(sign):
            if keeps(part):
                signs.append(part)
                places.append(place)
    return Folded("".join(signs), tuple(places))
