"""Questionnaires: written, opened by another hand, answered once by each, closed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.feedback.actions import todos
from gonghui.systems.rights.feedback.models import (
    Participation,
    Sheet,
    Survey,
    SurveyQuestion,
    SurveyState,
)
from gonghui.systems.rights.feedback.permissions import (
    ANSWER_SURVEY,
    EDIT_SURVEYS,
    PUBLISH_SURVEYS,
)
from gonghui.systems.rights.feedback.queries import surveys as queries
from gonghui.systems.rights.feedback.rules import surveys as rules

READER = platform("问卷填写人", channel="web")
"""Who fills a sheet in is not named in the audit."""
TOKEN = "feedback_participation.token"
COUNTED = "the row is locked by the action"


@action("surveys.draft", "编写问卷", EDIT_SURVEYS, creates=True)
def draft(
    union: Union,
    *,
    by: Actor,
    title: str,
    questions: str,
    closes_on: date,
    intro: str = "",
    anonymous: bool = True,
) -> Survey:
    """questions: in the words of rules.surveys.parse."""
    made = Survey(
        title=title.strip(),
        intro=intro.strip(),
        anonymous=anonymous,
        closes_on=closes_on,
        author_id=by.user_id,
        author_name=by.name[:50],
    )
    made.place_at(union)
    made.save()
    _put(made, questions)
    todos.open_at(
        todos.PUBLISH,
        made,
        f"审核发布问卷：{made.title}"[:120],
        reverse("resource:surveys:record", args=[made.pk]),
        union,
        PUBLISH_SURVEYS.code,
    )
    return made


@action("surveys.edit", "修改问卷", EDIT_SURVEYS)
def edit(
    survey: Survey,
    *,
    by: Actor,
    title: str,
    questions: str,
    closes_on: date,
    intro: str = "",
    anonymous: bool = True,
) -> Survey:
    """Only before it is open: sheets of other questions could not be added up."""
    if survey.state != SurveyState.DRAFT:
        raise Conflict("问卷发布后不能修改。", code="state")
    survey.title, survey.intro = title.strip(), intro.strip()
    survey.anonymous, survey.closes_on = anonymous, closes_on
    survey.author_id, survey.author_name = by.user_id, by.name[:50]
    survey.questions.all().delete()
    _put(survey, questions)
    return _saved(survey)


def _put(survey: Survey, text: str) -> None:
    found = rules.parse(text)
    if not found:
        raise Refusal("请至少写一道题。", field="questions", code="empty")
    SurveyQuestion.objects.bulk_create(
        [
            SurveyQuestion(
                survey=survey,
                place=place,
                kind=item.kind,
                title=item.title[:200],
                options=list(item.options),
                required=item.required,
                most=item.most,
            )
            for place, item in enumerate(found, 1)
        ]
    )


@action("surveys.open", "发布问卷", PUBLISH_SURVEYS)
def open_up(survey: Survey, *, by: Actor) -> Survey:
    """Workers of the union and below may answer; never by who wrote it."""
    if survey.state != SurveyState.DRAFT:
        raise Conflict("问卷已经发布。", code="state")
    if by.user_id is not None and by.user_id == survey.author_id:
        raise Refusal("不能发布自己编写的问卷。", rule="编写和审核分开", code="own_work")
    today = timezone.localdate()
    if survey.closes_on < today:
        raise Refusal("截止日期已过，请先修改。", field="closes_on", code="past")
    survey.state, survey.opens_on = SurveyState.OPEN, today
    todos.close_for(todos.PUBLISH, survey, by.user_id)
    return _saved(survey)


@action("surveys.close", "结束问卷", PUBLISH_SURVEYS)
def close(survey: Survey, *, by: Actor) -> Survey:
    if survey.state != SurveyState.OPEN:
        raise Conflict("问卷没有在填写。", code="state")
    survey.state = SurveyState.CLOSED
    return _saved(survey)


def answer(survey: Survey, *, by: Actor, given: Mapping[str, Any]) -> None:
    """A sheet of whoever is signed in; once for each, and by whom only where that is declared."""
    by.require(ANSWER_SURVEY)
    if by.person_id is None:
        raise Forbidden(
            "填写问卷需要先绑定本人身份。", remedy="请在“我的”中完成实名。", code="person"
        )
    if not queries.asked(survey, by.person_id):
        raise Forbidden("这份问卷不是问您所在单位的。", code="elsewhere")
    fill_in(
        survey,
        by=READER,
        given=given,
        tokens=tokens_of(survey, by.person_id),
        person_id=None if survey.anonymous else by.person_id,
    )


def tokens_of(survey: Survey, person_id: int) -> list[bytes]:
    """That this person has answered this survey, and nothing that leads back to either.

    The first under the key of today, the others under those before it.
    """
    return keyring().blind_indexes(f"{survey.pk}:{person_id}", context=TOKEN)


@action("surveys.answer", "填写问卷", ANSWER_SURVEY)
def fill_in(
    survey: Survey,
    *,
    by: Actor,
    given: Mapping[str, Any],
    tokens: Sequence[bytes],
    person_id: int | None,
) -> Survey:
    rules.check_taking(survey.state, timezone.localdate(), survey.opens_on, survey.closes_on)
    answers = rules.check_answers(queries.questions(survey), given)
    # The survey is locked by the action, so nobody answers between the look and the writing.
    if Participation.objects.filter(survey=survey, token__in=tokens).exists():
        raise Conflict("您已经填写过这份问卷。", rule="每人填写一次", code="twice")
    Participation.objects.create(survey=survey, token=tokens[0])
    Sheet.objects.create(
        survey=survey,
        answers=json.dumps(answers, ensure_ascii=False),
        person_id=person_id,
        at=None if survey.anonymous else timezone.now(),
    )
    Survey.objects.unscoped(COUNTED).filter(pk=survey.pk).update(sheets_count=F("sheets_count") + 1)
    return survey


def _saved(survey: Survey) -> Survey:
    survey.version += 1
    survey.save()
    return survey
