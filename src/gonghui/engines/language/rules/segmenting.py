"""Segmentation (分词) by jieba's dictionary in Rust, with the words of the union's work added."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rjieba import Jieba

from gonghui.engines.language.rules.folding import is_han, plain
from gonghui.engines.language.rules.reading import lines, table

OFTEN = 50_000
"""The frequency of a word that shall not be cut: above whatever its parts make together."""


class Segmenter:
    """Cuts folded texts; `words` are never cut."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._jieba = Jieba()
        for word in words:
            self._jieba.add_word(plain(word), OFTEN, "n")

    def cut(self, text: str) -> list[str]:
        """The words of a text in order, signs and blanks included, folded."""
        return self._jieba.cut(plain(text))

    def words(self, text: str) -> list[str]:
        """The words that say something: no signs, numbers or stop words."""
        return [word for word in self.cut(text) if says_something(word)]

    def knows(self, word: str) -> bool:
        return self._jieba.has_word(word)


def says_something(word: str) -> bool:
    """Whether a folded word is one to count."""
    return (
        word not in stop_words()
        and any(is_han(sign) or sign.isalpha() for sign in word)
        and not word.isspace()
    )


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    return frozenset(lines("stop_words.txt"))


@lru_cache(maxsize=1)
def union_words() -> dict[str, str]:
    """Words of the union's work → the label they speak for, empty for none."""
    return {plain(row["word"]): row["label"] for row in table("union_words.csv")}


@lru_cache(maxsize=8)
def segmenter(added: tuple[str, ...] = ()) -> Segmenter:
    """The segmenter with our dictionary and the words an administrator added."""
    return Segmenter((*union_words(), *added))
