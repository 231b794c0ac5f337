"""A linear classifier (多项逻辑回归) in plain Python: trained, calibrated, explained.

Features are weighted by log frequency and rarity and scaled to length 1; weights are learned by
stochastic gradient descent with a falling rate, each time without a random share of the features,
so that none is relied on alone. Probabilities are calibrated by one temperature
(Guo and others, On Calibration of Modern Neural Networks, 2017), fitted on predictions for texts
the model did not learn from. The same texts in the same order give the same model.
"""

from __future__ import annotations

import gzip
import json
import math
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

EPOCHS, RATE, SLOWING, BIAS_RATE = 12, 4.0, 0.15, 0.1
LEFT_OUT = 0.3
"""Share of the features of a text that one step does not see."""
FOLDS = 3
SEED = 12351
TEMPERATURES = tuple(round(0.3 + 0.05 * step, 2) for step in range(35))


@dataclass(frozen=True)
class Sample:
    """A text as its features, and its label."""

    label: str
    features: Mapping[str, int]


@dataclass
class Model:
    """weights: feature → one figure a label, in the order of labels; idf: feature → rarity."""

    labels: tuple[str, ...]
    idf: dict[str, float]
    weights: dict[str, tuple[float, ...]]
    bias: tuple[float, ...]
    temperature: float = 1.0
    trained_on: int = 0
    _places: dict[str, int] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._places = {label: place for place, label in enumerate(self.labels)}

    def scores(self, counts: Mapping[str, int]) -> list[float]:
        """One figure a label before it becomes a probability."""
        found = list(self.bias)
        for name, value in weighted(counts, self.idf):
            found = [
                score + value * weight
                for score, weight in zip(found, self.weights[name], strict=True)
            ]
        return found

    def probabilities(self, counts: Mapping[str, int]) -> list[tuple[str, float]]:
        """(label, probability), the likeliest first."""
        shares = softmax(self.scores(counts), self.temperature)
        return sorted(zip(self.labels, shares, strict=True), key=lambda item: -item[1])

    def reasons(self, counts: Mapping[str, int], label: str) -> list[tuple[str, float]]:
        """What spoke for a label: (feature, how much more than for the mean label)."""
        place = self._places[label]
        found = []
        for name, value in weighted(counts, self.idf):
            weights = self.weights[name]
            gain = value * (weights[place] - sum(weights) / len(weights))
            if gain > 0:
                found.append((name, gain))
        return sorted(found, key=lambda item: (-item[1], item[0]))

    def packed(self) -> bytes:
        """The model as gzipped JSON, the same bytes for the same model."""
        content = {
            "labels": self.labels,
            "temperature": self.temperature,
            "trained_on": self.trained_on,
            "bias": self.bias,
            "features": {
                name: [self.idf[name], *self.weights[name]] for name in sorted(self.weights)
            },
        }
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return gzip.compress(text.encode(), mtime=0)

    @classmethod
    def unpacked(cls, packed: bytes) -> Model:
        """The model of packed(); ValueError for anything else."""
        content = json.loads(gzip.decompress(packed))
        rows = content["features"]
        return cls(
            tuple(content["labels"]),
            {name: row[0] for name, row in rows.items()},
            {name: tuple(row[1:]) for name, row in rows.items()},
            tuple(content["bias"]),
            content["temperature"],
            content["trained_on"],
        )


def weighted(counts: Mapping[str, int], idf: Mapping[str, float]) -> list[tuple[str, float]]:
    """The known features of a text, weighted, of length 1 together."""
    return _scaled(
        [(name, (1 + math.log(count)) * idf[name]) for name, count in counts.items() if name in idf]
    )


def _scaled(found: list[tuple[str, float]]) -> list[tuple[str, float]]:
    length = math.sqrt(sum(value * value for _, value in found)) or 1.0
    return [(name, value / length) for name, value in found]


def softmax(scores: Sequence[float], temperature: float = 1.0) -> list[float]:
    highest = max(scores)
    shares = [math.exp((score - highest) / temperature) for score in scores]
    whole = sum(shares)
    return [share / whole for share in shares]


def train(
    samples: Sequence[Sample],
    *,
    calibrated: bool = True,
    report: Callable[[int, int], None] | None = None,
) -> Model:
    """A model of these samples; ValueError for fewer than two labels.

    report(done, total) is called before every round over the samples.
    """
    labels = tuple(dict.fromkeys(sample.label for sample in samples))
    if len(labels) < 2:
        raise ValueError("a classifier needs two labels")
    told = _Told(report, EPOCHS * (1 + FOLDS if calibrated else 1))
    model = _fitted(samples, labels, told)
    if calibrated:
        model.temperature = _temperature(samples, labels, told)
    return model


@dataclass
class _Told:
    report: Callable[[int, int], None] | None
    total: int
    done: int = 0

    def step(self) -> None:
        if self.report is not None:
            self.report(self.done, self.total)
        self.done += 1


def _fitted(samples: Sequence[Sample], labels: tuple[str, ...], told: _Told) -> Model:
    seen: Counter[str] = Counter()
    for sample in samples:
        seen.update(sample.features.keys())
    many = len(samples)
    idf = {name: round(math.log((many + 1) / (count + 0.5)), 4) for name, count in seen.items()}
    places = {label: place for place, label in enumerate(labels)}
    rows = [(places[sample.label], weighted(sample.features, idf)) for sample in samples]
    weights = {name: [0.0] * len(labels) for name in idf}
    bias = [0.0] * len(labels)
    order = random.Random(SEED)
    for epoch in range(EPOCHS):
        told.step()
        order.shuffle(rows)
        rate = RATE / (1 + SLOWING * epoch)
        for right, row in rows:
            left = [item for item in row if order.random() >= LEFT_OUT]
            _step(right, _scaled(left), weights, bias, rate)
    return Model(
        labels,
        idf,
        {name: tuple(round(value, 2) for value in row) for name, row in weights.items()},
        tuple(round(value, 2) for value in bias),
        trained_on=many,
    )


def _step(
    right: int,
    row: list[tuple[str, float]],
    weights: dict[str, list[float]],
    bias: list[float],
    rate: float,
) -> None:
    scores = bias[:]
    for name, value in row:
        scores = [
            score + value * weight for score, weight in zip(scores, weights[name], strict=True)
        ]
    wrong = softmax(scores)
    wrong[right] -= 1
    for name, value in row:
        step = rate * value
        weights[name] = [
            weight - step * share for weight, share in zip(weights[name], wrong, strict=True)
        ]
    for place, share in enumerate(wrong):
        bias[place] -= BIAS_RATE * share


def _temperature(samples: Sequence[Sample], labels: tuple[str, ...], told: _Told) -> float:
    """The temperature under which folds left out are least surprising."""
    left_out: list[tuple[int, list[float]]] = []
    places = {label: place for place, label in enumerate(labels)}
    for fold in range(FOLDS):
        learned = [sample for n, sample in enumerate(samples) if n % FOLDS != fold]
        model = _fitted(learned, labels, told)
        left_out += [
            (places[sample.label], model.scores(sample.features))
            for n, sample in enumerate(samples)
            if n % FOLDS == fold
        ]
    return min(TEMPERATURES, key=lambda heat: _surprise(left_out, heat))


def _surprise(found: Sequence[tuple[int, list[float]]], temperature: float) -> float:
    return -sum(
        math.log(max(softmax(scores, temperature)[right], 1e-12)) for right, scores in found
    )
