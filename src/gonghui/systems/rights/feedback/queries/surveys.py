"""Questionnaires as they are filled in and added up."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.people.models import IN_RANKS, Membership
from gonghui.systems.rights.feedback.models import Sheet, Survey, SurveyState
from gonghui.systems.rights.feedback.queries.parameters import SURVEY_LEAST
from gonghui.systems.rights.feedback.rules import surveys as rules

OWN_UNION = "whether a questionnaire asks the union somebody is a member of"
OPEN_ONES = "questionnaires that are open are shown to those they ask"


def questions(survey: Survey) -> list[rules.Question]:
    return [
        rules.Question(
            f"q{row.place}", row.kind, row.title, tuple(row.options), row.required, row.most
        )
        for row in survey.questions.all()
    ]


def _path_of(person_id: int) -> str:
    with everywhere():
        rows = Membership.objects.unscoped(OWN_UNION).filter(
            person_id=person_id, status__in=IN_RANKS
        )
        return rows.values_list("org_path", flat=True).first() or ""


def asked(survey: Survey, person_id: int) -> bool:
    """Whether a person's union is the survey's or lies below it; the root asks everybody."""
    root = survey.org_path.count(".") == 1
    return root or _path_of(person_id).startswith(survey.org_path)


def open_to(actor: Actor) -> list[Survey]:
    """What somebody may fill in now, the first to end first."""
    ids = _path_of(actor.person_id).split(".")[:-1] if actor.person_id is not None else []
    above = [".".join(ids[: depth + 1]) + "." for depth in range(len(ids))]
    with everywhere():
        rows: QuerySet[Survey] = Survey.objects.unscoped(OPEN_ONES).filter(
            Q(union__parent=None) | Q(org_path__in=above),
            state=SurveyState.OPEN,
            closes_on__gte=timezone.localdate(),
        )
        return list(rows.select_related("union").order_by("closes_on", "pk")[:100])


def get(pk: int) -> Survey:
    """One that is or was open; Missing for others."""
    with everywhere():
        rows = Survey.objects.unscoped(OPEN_ONES).exclude(state=SurveyState.DRAFT)
        found = rows.select_related("union").filter(pk=pk).first()
    if found is None:
        raise Missing("没有这份问卷，或者还没有发布。", code="missing")
    return found


def sheets(survey: Survey) -> list[dict[str, Any]]:
    """The answers of every sheet, in the random order of their numbers."""
    rows = Sheet.objects.filter(survey=survey).order_by("pk")
    return [json.loads(row.answers.reveal()) for row in rows.iterator()]


def results(survey: Survey) -> list[rules.Tally]:
    """[] while an anonymous one has too few sheets to hide anybody."""
    least = SURVEY_LEAST.on(timezone.localdate()) if survey.anonymous else 0
    return rules.tally(questions(survey), sheets(survey), least=least)
