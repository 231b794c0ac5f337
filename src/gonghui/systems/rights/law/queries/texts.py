"""What a question is about, whether a life may be in danger, and which published answers fit it.

Who knows language registers itself in the kernel or is asked for what is in force: nothing here is
composed, an answer is one that two people have published, or there is none and a person answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from gonghui.engines.casework.declaring import Hint, Suggestion
from gonghui.engines.casework.models import Case, Phase
from gonghui.engines.language import tunables
from gonghui.engines.language.rules.retrieval import Passage, find
from gonghui.kernel.notify import replies
from gonghui.kernel.search import texts
from gonghui.systems.rights.law.models import PublicAnswer
from gonghui.systems.rights.law.models.writing import Subject
from gonghui.systems.rights.law.queries import library, writing

SUBJECTS = {
    "pay": Subject.WAGES,
    "contract": Subject.CONTRACT,
    "dismissal": Subject.DISMISSAL,
    "injury": Subject.INJURY,
    "safety": Subject.INJURY,
    "insurance": Subject.INSURANCE,
    "hours": Subject.LEAVE,
    "women": Subject.WOMEN,
    "law": Subject.DISPUTE,
    "union": Subject.UNION,
    "joining": Subject.UNION,
    "other": Subject.OTHER,
}
"""What classifiers call a subject, and what it is called here."""
PREFIX = "law:"
NEAR = 3


def alarm(text: str) -> str:
    """Why a person must be reached at once; empty when nothing is found."""
    for watch in replies.watches().values():
        if why := watch(text):
            return why
    return ""


def told(case: Case) -> str:
    """What somebody in danger is told until the case is closed; empty for everybody else."""
    if not case.crisis or case.phase in (Phase.CLOSED, Phase.DECLINED):
        return ""
    words: str = tunables.CRISIS_WORDS.value(case.org_path)
    return words


def classify(text: str) -> Hint:
    """Suggestions for the desk, and danger."""
    why = alarm(text)
    known = {code: subject.label for code, subject in SUBJECTS.items()}
    found: dict[str, Suggestion] = {}
    for item in texts.subjects(text, known):
        subject = SUBJECTS[item.code].value
        found.setdefault(subject, Suggestion(subject, item.score, item.because))
    return Hint(tuple(found.values()), bool(why), (why,) if why else ())


def passages() -> Iterable[Passage]:
    """Published answers as the language engine knows articles; they end by being withdrawn."""
    for item in writing.answers().order_by("pk"):
        yield Passage(
            f"{PREFIX}{item.pk}",
            item.question,
            f"{item.answer}\n{item.detail}".strip(),
            f"{item.union.name}法律问答",
            date.max,
            item.get_theme_display(),
            item.theme,
        )


@dataclass(frozen=True)
class Fitting:
    """A published answer near to a question. fits: it is near enough to be shown as an answer."""

    answer: PublicAnswer
    score: float
    quote: str
    shared: tuple[str, ...]
    cites: list[library.Link]
    fits: bool


def fitting(question: str, path: str = "") -> list[Fitting]:
    """The published answers nearest to a question whose clauses are all still in force."""
    today = timezone.localdate()
    hits = find(question, passages(), today, most=2 * NEAR, least=0.1)
    keys = [int(hit.passage.code.removeprefix(PREFIX)) for hit in hits]
    rows = writing.answers().in_bulk(keys)
    line = float(tunables.ANSWER_FROM.value(path))
    found = []
    for hit, key in zip(hits, keys, strict=True):
        cites = library.links(rows[key].cites, today) if key in rows else []
        if key in rows and not any(cite.missing and cite.url for cite in cites):
            fits = hit.score >= line
            found.append(Fitting(rows[key], hit.score, hit.quote, hit.shared, cites, fits))
    return found[:NEAR]
