"""docs/language.md and the models the package brings are what the labelled sets give.

GONGHUI_BASELINES=1 writes models, figures and page anew.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from gonghui.engines.language.rules import crisis, reporting, training
from gonghui.engines.language.rules.categories import CATEGORIES
from gonghui.engines.language.rules.classifying import judge
from gonghui.engines.language.rules.evaluating import is_held_out
from gonghui.engines.language.rules.features import features
from gonghui.engines.language.rules.logistic import Model, Sample, train
from gonghui.engines.language.rules.reading import table

PAGE = Path(__file__).parents[5] / "docs" / "language.md"
ANEW = bool(os.environ.get("GONGHUI_BASELINES"))


def test_classifier_is_what_its_texts_give():
    """Training the set anew gives the very weights the package brings."""
    if ANEW:
        training.MODEL_FILE.write_bytes(training.trained().packed())
        training.builtin.cache_clear()
    made = train(training.for_training(), calibrated=False)
    known = training.builtin()
    assert made.labels == known.labels and made.idf == known.idf
    assert made.weights == known.weights and made.bias == known.bias


def test_crisis_model_is_what_its_texts_give():
    made = crisis.trained()
    if ANEW:
        crisis.MODEL_FILE.write_bytes(made.packed())
        crisis.builtin.cache_clear()
    assert made.packed() == crisis.MODEL_FILE.read_bytes()
    assert Model.unpacked(made.packed()) == made


def test_figures_and_page_are_true():
    found = json.loads(json.dumps(reporting.everything()))
    if ANEW:
        reporting.write(found)
        PAGE.write_text(reporting.page(found), "utf-8")
    assert json.loads(training.FIGURES_FILE.read_text("utf-8")) == found
    assert PAGE.read_text("utf-8") == reporting.page(found)


def test_set_is_large_and_whole():
    labels = Counter(label for label, _ in training.labelled())
    texts = [text for _, text in training.labelled()]
    assert set(labels) == set(CATEGORIES) and min(labels.values()) >= 150
    assert len(texts) == len(set(texts)) >= 3_600


def test_held_out_texts_are_never_learned():
    text = next(text for _, text in training.labelled() if is_held_out(text))
    before = len(training.for_training())
    assert len(training.for_training([("pay", text)])) == before
    assert len(training.for_training([("pay", "包工头三个月不给钱了")])) in {before, before + 1}


def pairs(text: str) -> set[str]:
    text = "".join(text.split())
    return {text[at : at + 2] for at in range(len(text) - 1)} or {text}


@pytest.mark.parametrize("name", training.APART)
def test_what_measures_stands_apart_from_what_is_learned(name):
    """No learned text is one that measures; none shares two fifths of the pairs of characters."""
    learned = [pairs(text) for _, text in training.labelled() if len(text) > 4]
    for row in table(name):
        own = pairs(row["text"])
        if len(own) > 3:
            assert all(len(own & other) < 0.4 * len(own | other) for other in learned), row


def test_dangerous_texts_that_measure_are_not_learned():
    rows = table("crisis.csv")
    learned = {row["text"] for row in rows if int(row["batch"]) in crisis.LEARNED}
    apart = {row["text"] for row in rows if int(row["batch"]) in reporting.MEASURING}
    assert not learned & apart and len(apart) > 200


def test_crises_nobody_learned_from_are_found():
    """Nearly all of them; what that costs in false alarms is told and bounded."""
    found = training.known_figures()["danger"]
    assert found["recall"] >= 0.9 and found["alarms"] <= 0.2
    assert training.known_figures()["alarms"]["apart"][1] <= 0.1


def test_texts_written_apart_are_told_far_better_than_before():
    """The first model had 54.9% of the unseen and 62.6% of the frozen ones right."""
    figures = training.known_figures()
    assert figures["unseen"]["right"] >= 0.7 and figures["frozen"]["right"] >= 0.75


def test_a_correction_is_learned():
    """On a part of the set, which takes a tenth of the time."""
    part = [
        Sample(label, features(text))
        for label, text in training.labelled()[::6]
        if not is_held_out(text)
    ]
    texts = [f"智慧工地闸机吞卡第{n}次，进不去门" for n in range(12)]
    told = [Sample("safety", features(text)) for text in texts if not is_held_out(text)]
    asked = "闸机吞卡进不去门"
    assert judge(asked, train(part, calibrated=False)).first.label != "safety"
    assert judge(asked, train([*part, *told], calibrated=False)).first.label == "safety"
