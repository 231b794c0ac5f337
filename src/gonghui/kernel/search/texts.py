"""What is known of a text (文字识读): who suggests its subject, who finds an approved answer to it.

An engine that knows language registers itself here; whoever takes texts in asks and knows no
engine. Nothing found here decides anything, and no answer is composed: an answer is an article
people have approved, or there is none and a person answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """A subject a text may be about: its code, how sure (0 to 1), and why, in Chinese."""

    code: str
    score: float
    because: str = ""


@dataclass(frozen=True)
class Approved:
    """An approved version of an article that answers a question. score: 0 to 1."""

    version_id: int
    score: float


Classify = Callable[[str, Mapping[str, str]], Sequence[Subject]]
"""(text, subjects by code with their words) -> what it may be about, the likeliest first."""
Answer = Callable[[str, str], Approved | None]
"""(question, kind of case) -> the article, or None below the answerer's own threshold."""


@dataclass(frozen=True)
class Answerer:
    """Somebody who finds answers. order: smaller is asked first."""

    code: str
    title: str
    answer: Answer
    order: int


_classifiers: dict[str, Classify] = {}
_answerers: dict[str, Answerer] = {}


def register_classifier(code: str, classify: Classify) -> None:
    """Have texts looked at for their subject; ValueError for a code in use."""
    if code in _classifiers:
        raise ValueError(f"classifier {code!r} is registered twice")
    _classifiers[code] = classify


def register_answerer(code: str, title: str, answer: Answer, *, order: int = 50) -> None:
    """Have questions answered from approved articles; ValueError for a code in use."""
    if code in _answerers:
        raise ValueError(f"answerer {code!r} is registered twice")
    _answerers[code] = Answerer(code, title, answer, order)


def answerers() -> list[Answerer]:
    """Everybody who finds answers, in the order they are asked."""
    return sorted(_answerers.values(), key=lambda item: (item.order, item.code))


def subjects(text: str, known: Mapping[str, str]) -> list[Subject]:
    """What the first classifier that finds anything says; [] without one."""
    for code in sorted(_classifiers):
        found = [item for item in _classifiers[code](text, known) if item.code in known]
        if found:
            return found
    return []


def approved(question: str, kind: str) -> tuple[Answerer, Approved] | None:
    """The first answerer that finds an article, and the article."""
    for answerer in answerers():
        if (found := answerer.answer(question, kind)) is not None:
            return answerer, found
    return None


def forget(code: str) -> None:
    """Take whatever is registered under a code out again; for tests."""
    _classifiers.pop(code, None)
    _answerers.pop(code, None)
