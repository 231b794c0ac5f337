"""From labelled texts to a model: our own set, and what people corrected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from gonghui.engines.language.rules.evaluating import Figures, evaluate, is_held_out
from gonghui.engines.language.rules.features import features
from gonghui.engines.language.rules.logistic import Model, Sample, train
from gonghui.engines.language.rules.reading import DATA, table

MODEL_FILE = DATA / "model.json.gz"
FIGURES_FILE = DATA / "figures.json"
APART = ("unseen.csv", "frozen.csv")
"""Texts written apart from the set, which only measure."""
SURE = 0.6
"""From here on a suggestion is shown as sure; below it says so."""


@lru_cache(maxsize=1)
def labelled() -> tuple[tuple[str, str], ...]:
    """(label, text) of the set that belongs to the engine."""
    return tuple((row["label"], row["text"]) for row in table("labelled.csv"))


def for_training(corrected: Iterable[tuple[str, str]] = ()) -> list[Sample]:
    """Samples to learn from: the training part of the set, then corrected (label, text) pairs.

    Held-out texts stay out also when somebody corrects one, or the figures would flatter.
    """
    rows = [*labelled(), *corrected]
    return [Sample(label, features(text)) for label, text in rows if not is_held_out(text)]


def for_measuring() -> list[Sample]:
    """The held-out part of the set."""
    return [Sample(label, features(text)) for label, text in labelled() if is_held_out(text)]


def measured(model: Model) -> Figures:
    return evaluate(model, for_measuring(), SURE)


def measured_on(model: Model, *names: str) -> Figures:
    """The figures on whole files of texts that nothing learns from."""
    rows = [row for name in names or APART for row in table(name)]
    return evaluate(model, [Sample(row["label"], features(row["text"])) for row in rows], SURE)


def figures_of(model: Model) -> dict[str, Any]:
    """What is kept with a version: the held-out figures, and under "apart" those on other texts."""
    return {**asdict(measured(model)), "apart": asdict(measured_on(model))}


def trained(
    corrected: Iterable[tuple[str, str]] = (), report: Callable[[int, int], None] | None = None
) -> Model:
    """A model of the set and the corrections; about a minute of one core."""
    return train(for_training(corrected), report=report)


@lru_cache(maxsize=1)
def known_figures() -> dict[str, Any]:
    """What was measured of the model the package brings; see reporting.everything."""
    return json.loads(FIGURES_FILE.read_text("utf-8"))


@lru_cache(maxsize=1)
def builtin() -> Model:
    """The model the package brings: of the set alone."""
    return Model.unpacked(MODEL_FILE.read_bytes())
