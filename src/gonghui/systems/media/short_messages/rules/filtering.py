"""Words that may not stand in a message (关键词): stop it, or have it looked at first.

Variants of a word (pinyin, split characters, traditional ones) come from outside as further words;
here both sides are brought to one form first: width, case, blanks and signs between the characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word with what it does: stop or look. forms: itself and its variants."""

    text: str
    action: str
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A word that was found, and as what it stood there."""

    word: str
    action: str
    form: str


def plain(text: str) -> str:
    """Letters, digits and characters only, half-width, lower case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum())


def hits(text: str, words: Iterable[Word]) -> list[Hit]:
    """The words a text holds, each once."""
    body = plain(text)
    found = []
    for word in words:
        for form in (word.text, *word.forms):
            folded = plain(form)
            if folded and folded in body:
                found.append(Hit(word.text, word.action, form))
                break
    return found


def stopped(found: Iterable[Hit]) -> list[Hit]:
    """Those that stop the message."""
    return [hit for hit in found if hit.action == "stop"]
