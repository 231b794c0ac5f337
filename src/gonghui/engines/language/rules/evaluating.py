"""How good a classifier is on texts it did not learn from."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gonghui.engines.language.rules.logistic import Model, Sample

HELD_OUT_OF = 5
"""One text of so many is held out, by the hash of the text: always the same ones."""
BINS = 10


def is_held_out(text: str) -> bool:
    """Whether a labelled text is for measuring, never for training."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) % HELD_OUT_OF == 0


@dataclass(frozen=True)
class LabelFigures:
    label: str
    texts: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Figures:
    """right: share whose likeliest label is right; among_three: whose right label is among the
    three likeliest; macro_f1: mean of the labels' F1; calibration_error: mean distance of
    confidence and share right over ten bins (ECE); sure_share and sure_right: how many texts
    reach the threshold, and how many of those are right."""

    texts: int
    right: float
    among_three: float
    macro_f1: float
    calibration_error: float
    sure_share: float
    sure_right: float
    labels: tuple[LabelFigures, ...]
    confused: tuple[tuple[str, str, int], ...]


def evaluate(model: Model, samples: Sequence[Sample], sure: float) -> Figures:
    """The figures of a model on samples; sure: the threshold of a confident answer."""
    judged = [(sample.label, model.probabilities(sample.features)) for sample in samples]
    pairs = Counter((right, found[0][0]) for right, found in judged)
    firsts = [(right == found[0][0], found[0][1]) for right, found in judged]
    many = len(judged) or 1
    labels = tuple(_of_label(label, pairs) for label in model.labels)
    confident = [hit for hit, share in firsts if share >= sure]
    known = [item.f1 for item in labels if item.texts]
    return Figures(
        len(judged),
        sum(hit for hit, _ in firsts) / many,
        sum(right in {label for label, _ in found[:3]} for right, found in judged) / many,
        sum(known) / (len(known) or 1),
        _calibration_error(firsts),
        len(confident) / many,
        sum(confident) / (len(confident) or 1),
        labels,
        tuple(
            (right, taken, count)
            for (right, taken), count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
            if right != taken
        )[:10],
    )


def _of_label(label: str, pairs: Counter[tuple[str, str]]) -> LabelFigures:
    hits = pairs[label, label]
    taken = sum(count for (_, found), count in pairs.items() if found == label)
    texts = sum(count for (right, _), count in pairs.items() if right == label)
    precision = hits / taken if taken else 0.0
    recall = hits / texts if texts else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return LabelFigures(label, texts, precision, recall, f1)


def _calibration_error(firsts: Iterable[tuple[bool, float]]) -> float:
    bins: dict[int, list[tuple[bool, float]]] = defaultdict(list)
    for hit, share in firsts:
        bins[min(int(share * BINS), BINS - 1)].append((hit, share))
    many = sum(len(found) for found in bins.values()) or 1
    return (
        sum(
            abs(sum(share for _, share in found) - sum(hit for hit, _ in found))
            for found in bins.values()
        )
        / many
    )
