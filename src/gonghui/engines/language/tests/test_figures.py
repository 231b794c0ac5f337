"""docs/language.md and the models the package brings are what the labelled sets give."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from gonghui.engines.language.rules import crisis, reporting, training
from gonghui.engines.language.rules.categories import CATEGORIES
from gonghui.engines.language.rules.evaluating import is_held_out
from gonghui.engines.language.rules.logistic import Model
from gonghui.engines.language.rules.reading import table

PAGE = Path(__file__).parents[5] / "docs" / "language.md"


def test_page_is_true():
    text = reporting.page()
    if os.environ.get("GONGHUI_BASELINES"):
        PAGE.write_text(text, "utf-8")
    assert PAGE.read_text("utf-8") == text


def test_classifier_is_what_its_texts_give():
    """Training the set anew gives the very weights the package brings."""
    from gonghui.engines.language.rules.logistic import train

    made = train(training.for_training(), calibrated=False)
    known = training.builtin()
    assert made.labels == known.labels and made.idf == known.idf
    assert made.weights == known.weights and made.bias == known.bias


def test_crisis_model_is_what_its_texts_give():
    made = crisis.trained()
    assert made.packed() == crisis.MODEL_FILE.read_bytes()
    assert Model.unpacked(made.packed()) == made


def test_set_is_large_and_whole():
    labels = Counter(label for label, _ in training.labelled())
    texts = [text for _, text in training.labelled()]
    assert set(labels) == set(CATEGORIES) and min(labels.values()) >= 60
    assert len(texts) == len(set(texts)) >= 1_200


def test_held_out_texts_are_never_learned():
    text = next(text for _, text in training.labelled() if is_held_out(text))
    before = len(training.for_training())
    assert len(training.for_training([("pay", text)])) == before
    assert len(training.for_training([("pay", "包工头三个月不给钱了")])) in {before, before + 1}


def test_unseen_texts_stand_in_no_other_set():
    seen = {text for _, text in training.labelled()}
    assert not seen & {row["text"] for row in table("unseen.csv")}


@pytest.mark.parametrize("batch", [3, 4])
def test_crises_nobody_learned_from_are_found(batch):
    found = crisis.measured([batch])
    assert found.recall >= 0.9 and found.alarms <= 0.1


def test_a_correction_is_learned():
    texts = [f"智慧工地闸机吞卡第{n}次，进不去门" for n in range(12)]
    texts = [text for text in texts if not is_held_out(text)]
    before = training.builtin()
    from gonghui.engines.language.rules.classifying import judge
    from gonghui.engines.language.rules.logistic import train

    learned = train(training.for_training(("safety", text) for text in texts), calibrated=False)
    asked = "闸机吞卡进不去门"
    assert judge(asked, before).first.label != "safety"
    assert judge(asked, learned).first.label == "safety"
