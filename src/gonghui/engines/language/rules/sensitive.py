"""Sensitive words (敏感词) and the ways people hide them; found at their place in the original.

A word is found as it stands, in traditional characters or full width, with signs between its
characters, with characters split into parts (木又 for 权), in pinyin wholly or in part, and,
where the word says so, by characters of the same sound. Same sound counts only where the
characters make no ordinary words, or every second sentence would be suspicious.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import islice, product

from ahocorasick_rs import AhoCorasick
from pypinyin import Style, pinyin

from gonghui.engines.language.rules.folding import (
    Folded,
    is_han,
    plain,
    skeleton,
    unsimplified,
)
from gonghui.engines.language.rules.reading import lines, table
from gonghui.engines.language.rules.segmenting import segmenter

KINDS = {
    "abuse": "辱骂",
    "advert": "违法广告",
    "fraud": "诈骗",
    "gambling": "赌博",
    "porn": "色情",
    "drugs": "毒品",
    "arms": "枪爆",
    "collective": "群体性苗头",
    "crisis": "危机",
    "other": "其他",
}
LEVELS = {
    "block": "不予发布",
    "warn": "提示修改",
    "watch": "只提醒值班人员",
    "crisis": "立即转人工",
}
SENTENCE_SIGNS = frozenset("，。！？；：、,.!?;:\n")
GAP_MOST = 3
"""Signs between two characters of a word that still hide it."""
SPLIT_MOST = 24
"""Ways of splitting one word that are looked for."""
FORMS_MOST = 64
"""Ways of writing one word in traditional characters that are told."""
SOUND_BASE = 0xE000
"""Where the private signs begin that stand for syllables."""


class Way(StrEnum):
    PLAIN = "原词"
    FORM = "繁体或全角"
    GAPS = "夹杂符号"
    SPLIT = "拆字"
    PINYIN = "拼音"
    SOUND = "谐音"


@dataclass(frozen=True)
class Word:
    """A word to be found. sound: also by characters of the same sound."""

    text: str
    kind: str = "other"
    level: str = "warn"
    sound: bool = False


@dataclass(frozen=True)
class Found:
    """A word found: where it stands in the original, and how it was written."""

    word: Word
    start: int
    end: int
    written: str
    way: Way


@lru_cache(maxsize=1)
def builtin_words() -> tuple[Word, ...]:
    return tuple(
        Word(row["word"], row["kind"], row["level"], row["homophones"] == "1")
        for row in table("sensitive_words.csv")
    )


@lru_cache(maxsize=1)
def _parts() -> dict[str, tuple[str, ...]]:
    found = {}
    for row in table("split_characters.csv"):
        ways = tuple(part for part in row["parts"].split("|") if part)
        if ways:
            found[row["character"]] = ways
    return found


@cache
def syllable(sign: str) -> str:
    """The toneless pinyin of a character, the sign itself where there is none."""
    return pinyin(sign, style=Style.NORMAL)[0][0]


class Matcher:
    """Finds a set of words. allowed: harmless words that hold one (跳楼价)."""

    def __init__(self, words: Iterable[Word], allowed: Iterable[str] = ()) -> None:
        self._literal: list[tuple[Word, str, Way]] = []
        self._sounds: list[Word] = []
        self._syllables: dict[str, str] = {}
        spoken: list[str] = []
        for word in dict.fromkeys(words):
            bare = skeleton(word.text).text
            if not bare:
                continue
            self._literal.append((word, bare, Way.PLAIN))
            self._literal += [(word, text, Way.SPLIT) for text in splits(bare)]
            self._literal += [(word, text, Way.PINYIN) for text in spellings(bare)]
            if word.sound and len(bare) > 1 and all(is_han(sign) for sign in bare):
                self._sounds.append(word)
                spoken.append("".join(self._sound(sign) for sign in bare))
        self._automaton = AhoCorasick([text for _, text, _ in self._literal])
        self._by_sound = AhoCorasick(spoken)
        self._allowed = AhoCorasick([plain(word) for word in allowed if word])

    def find(self, text: str) -> list[Found]:
        """Every word in a text, by place; of two at one place the longer."""
        bare = skeleton(text)
        if not bare.text:
            return []
        harmless = [
            (bare.at[start], bare.at[end - 1] + 1)
            for _, start, end in self._allowed.find_matches_as_indexes(bare.text, overlapping=True)
        ]
        found = self._by_letter(text, bare) + self._by_ear(text, bare)
        kept: list[Found] = []
        for item in sorted(found, key=lambda item: (item.start, -item.end, item.way is Way.SOUND)):
            if any(low <= item.start and item.end <= high for low, high in harmless):
                continue
            if not any(known.start <= item.start and item.end <= known.end for known in kept):
                kept.append(item)
        return kept

    def cover(self, text: str, sign: str = "*") -> str:
        """The text with every word found covered."""
        signs = list(text)
        for item in self.find(text):
            signs[item.start : item.end] = sign * (item.end - item.start)
        return "".join(signs)

    def _by_letter(self, text: str, bare: Folded) -> list[Found]:
        found = []
        for place, start, end in self._automaton.find_matches_as_indexes(
            bare.text, overlapping=True
        ):
            word, pattern, way = self._literal[place]
            low, high = bare.span(start, end)
            if _broken(text, bare, start, end) or not _whole(text, pattern, low, high):
                continue
            written = text[low:high]
            if way is Way.PLAIN and written != word.text:
                way = Way.FORM if len(written) == len(word.text) else Way.GAPS
            found.append(Found(word, low, high, written, way))
        return found

    def _by_ear(self, text: str, bare: Folded) -> list[Found]:
        if not self._sounds:
            return []
        heard = "".join(self._known_sound(sign) for sign in bare.text)
        found = []
        for place, start, end in self._by_sound.find_matches_as_indexes(heard, overlapping=True):
            word = self._sounds[place]
            if bare.text[start:end] == skeleton(word.text).text:
                continue
            if _broken(text, bare, start, end) or _ordinary(bare.text, start, end):
                continue
            low, high = bare.span(start, end)
            found.append(Found(word, low, high, text[low:high], Way.SOUND))
        return found

    def _sound(self, sign: str) -> str:
        spoken = syllable(sign)
        return self._syllables.setdefault(spoken, chr(SOUND_BASE + len(self._syllables)))

    def _known_sound(self, sign: str) -> str:
        return self._syllables.get(syllable(sign), sign) if is_han(sign) else sign


def splits(word: str) -> list[str]:
    """The word with one or more of its characters written as parts."""
    ways = [(sign, *_parts().get(sign, ())) for sign in word]
    found: dict[str, None] = {}
    for chosen in product(*ways):
        text = "".join(chosen)
        if text != word:
            found[text] = None
        if len(found) == SPLIT_MOST:
            break
    return list(found)


def spellings(word: str) -> list[str]:
    """The word in pinyin, wholly and with one character spelled."""
    if len(word) < 2 or not all(is_han(sign) for sign in word):
        return []
    heard = [syllable(sign) for sign in word]
    whole = "".join(heard)
    mixed = [word[:n] + heard[n] + word[n + 1 :] for n in range(len(word))]
    return [text for text in (whole, *mixed) if len(text) > len(word)]


def traditional(word: str) -> list[str]:
    """The word with one or more of its characters in a traditional form."""
    ways = [(sign, *unsimplified().get(sign, ())) for sign in word]
    forms = ("".join(chosen) for chosen in product(*ways))
    return [form for form in islice(forms, FORMS_MOST) if form != word]


def written_ways(word: str) -> list[str]:
    """The word in split characters, in pinyin and in traditional characters."""
    return [*splits(word), *spellings(word), *traditional(word)]


def _broken(text: str, bare: Folded, start: int, end: int) -> bool:
    """Whether a sentence ends inside the match, or too many signs lie between."""
    for left, right in zip(bare.at[start : end - 1], bare.at[start + 1 : end], strict=True):
        between = text[left + 1 : right]
        if len(between) > GAP_MOST or SENTENCE_SIGNS & set(between):
            return True
    return False


def _whole(text: str, pattern: str, low: int, high: int) -> bool:
    """Whether letters at the ends of a match are not the middle of a longer foreign word."""
    before, after = text[low - 1 : low], text[high : high + 1]
    if pattern[0].isascii() and before.isascii() and before.isalpha():
        return False
    return not (pattern[-1].isascii() and after.isascii() and after.isalpha())


def _ordinary(text: str, start: int, end: int) -> bool:
    """Whether the characters, cut with their neighbours, are part of ordinary words."""
    cutter = segmenter()
    low = max(0, start - 3)
    place = low
    for word in cutter.cut(text[low : end + 3]):
        until = place + len(word)
        if until > start and place < end and len(word) > 1 and cutter.knows(word):
            return True
        place = until
    return False


@lru_cache(maxsize=4)
def matcher(words: tuple[Word, ...] = (), allowed: tuple[str, ...] = ()) -> Matcher:
    """The finder of the engine's words and these besides."""
    return Matcher((*builtin_words(), *words), (*lines("allowed_words.txt"), *allowed))
