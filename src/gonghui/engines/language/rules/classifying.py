"""One judgement of a text: what it is about, how sure that is and why, and any crisis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gonghui.engines.language.rules.categories import CATEGORIES
from gonghui.engines.language.rules.crisis import Crisis, detect
from gonghui.engines.language.rules.features import features, shown
from gonghui.engines.language.rules.logistic import Model
from gonghui.engines.language.rules.training import SURE, builtin

REASONS = 6


@dataclass(frozen=True)
class Likely:
    """A label with its calibrated probability, and the words that spoke for it."""

    label: str
    share: float
    words: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return CATEGORIES.get(self.label, self.label)

    @property
    def percent(self) -> int:
        return round(100 * self.share)

    @property
    def because(self) -> str:
        return f"出现“{'”“'.join(self.words)}”" if self.words else "按文字整体判断"


@dataclass(frozen=True)
class Judgement:
    """likely: the three likeliest labels. sure: whether the first may be shown as one."""

    likely: tuple[Likely, ...]
    sure: bool
    crisis: Crisis | None

    @property
    def first(self) -> Likely:
        return self.likely[0]


def judge(text: str, model: Model | None = None, *, sure: float = SURE) -> Judgement:
    """The judgement of a text by a model, the built-in one where none is given."""
    chosen = model or builtin()
    counts = features(text)
    found = chosen.probabilities(counts)[:3]
    likely = tuple(Likely(label, share, _words(chosen, counts, label)) for label, share in found)
    return Judgement(likely, found[0][1] >= sure, detect(text))


def _words(model: Model, counts: Mapping[str, int], label: str) -> tuple[str, ...]:
    words: list[str] = []
    for name, _ in model.reasons(counts, label):
        word = shown(name)
        if word and not any(word in known or known in word for known in words):
            words.append(word)
        if len(words) == REASONS:
            break
    return tuple(words)
