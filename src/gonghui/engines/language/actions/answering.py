"""The answer bot (答复机器人): an approved article quoted with its source, or a person.

A crisis is looked for first: it is answered with fixed words written by people and handed over
(actions/danger.py); no machine writes a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from gonghui.engines.language import tunables
from gonghui.engines.language.actions.danger import hand_over
from gonghui.engines.language.actions.recording import remember
from gonghui.engines.language.models import Outcome, Record, Source
from gonghui.engines.language.permissions import ASK
from gonghui.engines.language.queries import passages
from gonghui.engines.language.queries.judging import judge
from gonghui.engines.language.rules.classifying import Judgement
from gonghui.engines.language.rules.masking import masked
from gonghui.engines.language.rules.prompting import injections
from gonghui.engines.language.rules.retrieval import Hit
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at

LONGEST = 2_000


@dataclass(frozen=True)
class Reply:
    """What the bot says. hit: the article quoted. near: others that may help a person."""

    outcome: Outcome
    words: str
    record: Record
    hit: Hit | None = None
    near: tuple[Hit, ...] = ()


def ask(question: str, *, union: Union, by: Actor, channel: str = "web") -> Reply:
    """Answer a worker's question, or hand it to a person; both are kept."""
    by.require(ASK)
    question = question.strip()
    if len(question) < 2:
        raise Refusal("请写下您的问题。", field="question", code="empty")
    found = judge(question, union.path)
    if found.crisis is None:
        question = question[:LONGEST]
    with transaction.atomic(), wall_at(Scope.everything()):
        if found.crisis is not None:
            record = _kept(union, question, channel, found, Outcome.CRISIS)
            hand_over(record, question, found=found.crisis)
            return Reply(Outcome.CRISIS, tunables.CRISIS_WORDS.value(union.path), record)
        hits = [] if injections(question) else passages.nearest(question)
        line = float(tunables.ANSWER_FROM.value(union.path))
        if hits and hits[0].score >= line:
            best = hits[0]
            record = _kept(
                union,
                question,
                channel,
                found,
                Outcome.ANSWERED,
                article=best.passage.title[:120],
                score=best.score,
            )
            return Reply(Outcome.ANSWERED, best.quote, record, best, tuple(hits[1:]))
        record = _kept(
            union,
            question,
            channel,
            found,
            Outcome.HUMAN,
            score=hits[0].score if hits else 0.0,
        )
        words = tunables.HUMAN_WORDS.value(union.path)
        return Reply(Outcome.HUMAN, words, record, None, tuple(hits))


def _kept(
    union: Union, question: str, channel: str, found: Judgement, outcome: Outcome, **more: Any
) -> Record:
    return remember(
        union,
        source=Source.QUESTION,
        text=question,
        channel=channel,
        found=found,
        outcome=outcome,
        kept=question,
        **more,
    )


def shown(record: Record) -> str:
    """The question as a cadre reads it: without what identifies a person."""
    return masked(record.text.reveal()) if record.text is not None else ""
