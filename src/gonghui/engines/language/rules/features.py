"""What of a text the classifier counts: words, characters, pairs of neighbours, and cues.

Characters and pairs carry typing errors, dialect and words no dictionary has. A cue is a phrase
that speaks for a label (data/cues.csv and the labelled words of the dictionary): the phrase itself
is a feature, and so is its label, by which one rare phrase helps texts the training never saw.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from ahocorasick_rs import AhoCorasick

from gonghui.engines.language.rules.folding import is_han, plain
from gonghui.engines.language.rules.reading import table
from gonghui.engines.language.rules.segmenting import Segmenter, segmenter, union_words

LONGEST = 2_000
"""Signs of a text that are read; a letter says what it is about well before."""
SINGLE, PAIR, CUE, FOR = "-", ".", "#", "@"
"""How the names of features begin; a word begins with none of them."""


@lru_cache(maxsize=1)
def _cues() -> tuple[AhoCorasick, list[tuple[str, str]]]:
    found = [(row["label"], plain(cue)) for row in table("cues.csv") for cue in row["cues"].split()]
    found += [(label, word) for word, label in union_words().items() if label]
    found = list(dict.fromkeys(found))
    return AhoCorasick([cue for _, cue in found]), found


def features(text: str, cutter: Segmenter | None = None) -> Counter[str]:
    """Feature → count. A cue and what it speaks for count once."""
    text = plain(text[:LONGEST])
    found = Counter((cutter or segmenter()).words(text))
    before = ""
    for sign in text:
        if is_han(sign):
            found[f"{SINGLE}{sign}"] += 1
            if before:
                found[f"{PAIR}{before}{sign}"] += 1
            before = sign
        else:
            before = ""
    automaton, cues = _cues()
    matched = automaton.find_matches_as_indexes(text, overlapping=True)
    for place in {match[0] for match in matched}:
        label, cue = cues[place]
        found[f"{CUE}{cue}"] = 1
        found[f"{FOR}{label}"] += 1
    return found


NUMERALS = frozenset("零一二两三四五六七八九十百千万几半")


def shown(feature: str) -> str:
    """A feature as a reason for people: words and cues; nothing for characters, labels, numbers."""
    if feature.startswith((SINGLE, PAIR, FOR)):
        return ""
    word = feature.removeprefix(CUE)
    return "" if len(word) < 2 or word[0] in NUMERALS else word
