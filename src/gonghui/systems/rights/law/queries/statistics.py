"""Figures of legal service over a span: consultations, library, answers, cases, legislation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from gonghui.engines.casework.declaring import CaseKind
from gonghui.engines.casework.queries import statistics as casework
from gonghui.kernel.access.actor import Actor
from gonghui.systems.rights.law import permissions as may
from gonghui.systems.rights.law.models import (
    Bill,
    Comment,
    Piece,
    PublicAnswer,
    Statute,
    TypicalCase,
)
from gonghui.systems.rights.law.models.writing import Subject


@dataclass(frozen=True)
class Stock:
    """What is published; drafts and opinions on them within the span."""

    statutes: int
    answers: int
    cases: int
    pieces: int
    bills: int
    comments: int


def stock(actor: Actor, from_on: date, until_on: date) -> Stock:
    span = (from_on, until_on)
    return Stock(
        Statute.objects.within(actor.scope(may.VIEW_STATUTES)).filter(published=True).count(),
        PublicAnswer.objects.within(actor.scope(may.VIEW_ANSWERS))
        .filter(stage="published")
        .count(),
        TypicalCase.objects.within(actor.scope(may.VIEW_CASES)).filter(stage="published").count(),
        Piece.objects.within(actor.scope(may.VIEW_PIECES)).filter(stage="published").count(),
        Bill.objects.within(actor.scope(may.VIEW_BILLS)).filter(opens_on__range=span).count(),
        Comment.objects.within(actor.scope(may.VIEW_BILLS))
        .filter(made_at__date__range=span)
        .count(),
    )


def consultations(
    kind: CaseKind, actor: Actor, from_on: date, until_on: date, by: str
) -> list[casework.Line]:
    return casework.table(actor, [kind], from_on, until_on, by=by)


def subjects(actor: Actor) -> list[tuple[str, int]]:
    """Published answers by theme, to see what is asked and not yet covered."""
    rows = PublicAnswer.objects.within(actor.scope(may.VIEW_ANSWERS)).filter(stage="published")
    counts = dict(rows.order_by().values_list("theme").annotate(n=Count("pk")))
    return [(item.label, counts.get(item.value, 0)) for item in Subject]
