"""The answer bot (答复机器人): an approved article quoted with its source, or a person.

A crisis is looked for first: it is answered with fixed words written by people, a to-do opens for
the duty desk, an event goes out, and no machine writes a word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from gonghui.engines.language import tunables
from gonghui.engines.language.actions.recording import remember
from gonghui.engines.language.models import Outcome, Record, Source
from gonghui.engines.language.permissions import ASK, WATCH_CRISIS
from gonghui.engines.language.queries import passages
from gonghui.engines.language.queries.judging import judge
from gonghui.engines.language.rules.classifying import Judgement
from gonghui.engines.language.rules.crisis import Crisis
from gonghui.engines.language.rules.masking import masked
from gonghui.engines.language.rules.prompting import injections
from gonghui.engines.language.rules.retrieval import Hit
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify.todos import open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at

LONGEST = 2_000
CRISIS = "cn.gonghui.language.crisis"
CRISIS_HOOKS: dict[str, Callable[[Union, str, str, Crisis], None]] = {}
"""Human paths besides the to-do, by name: called with union, text, channel, what was found."""


@dataclass(frozen=True)
class Reply:
    """What the bot says. hit: the article quoted. near: others that may help a person."""

    outcome: Outcome
    words: str
    record: Record
    hit: Hit | None = None
    near: tuple[Hit, ...] = ()


def on_crisis(name: str, hook: Callable[[Union, str, str, Crisis], None]) -> None:
    """Let a system lead crisis texts to a person in its own way as well (a case, a call)."""
    if CRISIS_HOOKS.setdefault(name, hook) is not hook:
        raise ValueError(f"{name!r} listens for crises twice")


def ask(question: str, *, union: Union, by: Actor, channel: str = "web") -> Reply:
    """Answer a worker's question, or hand it to a person; both are kept."""
    by.require(ASK)
    question = question.strip()
    if len(question) < 2:
        raise Refusal("请写下您的问题。", field="question", code="empty")
    question = question[:LONGEST]
    found = judge(question, union.path)
    with transaction.atomic(), wall_at(Scope.everything()):
        if found.crisis is not None:
            record = _kept(union, question, channel, found, Outcome.CRISIS)
            hand_over(union, question, channel=channel, found=found.crisis, ref=str(record.pk))
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


def hand_over(union: Union, text: str, *, channel: str, found: Crisis, ref: str) -> None:
    """The human path of a crisis text, for whatever channel it came by; in a transaction.

    The to-do names the channel alone. Hooks are given the text.
    """
    open_todo(
        kind="language.crisis",
        target_type="language.crisis",
        target_id=f"{channel}:{ref}",
        title=f"危机来文（{found.title}），请立即联系对方",
        link="/ai/crises/",
        org_path=union.path,
        union_id=union.pk,
        permission=WATCH_CRISIS.code,
    )
    publish(
        CRISIS,
        f"crisis/{channel}:{ref}",
        {"kind": found.kind, "channel": channel, "union": union.pk, "ref": ref},
        union.path,
    )
    for hook in CRISIS_HOOKS.values():
        hook(union, text, channel, found)


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
