"""What the model in use says of a text. Suggestions only: who takes one over decides."""

from __future__ import annotations

from gonghui.engines.language import tunables
from gonghui.engines.language.queries import models
from gonghui.engines.language.rules import classifying, crisis
from gonghui.engines.language.rules.classifying import Judgement


def judge(text: str, path: str = "") -> Judgement:
    """The three likeliest labels with reasons, and whether a person is needed at once."""
    _, model = models.active()
    return classifying.judge(text, model, sure=float(tunables.SURE_FROM.value(path)))


def detect_crisis(text: str) -> crisis.Crisis | None:
    """The crisis of a text; asked before anything else of whatever a worker sends."""
    return crisis.detect(text)
