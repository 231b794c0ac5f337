"""A text of danger in a consultation calls people in the very step it comes in: what was
written with the question, and what the engine hears later (Moment.ALARMED)."""

from __future__ import annotations

from typing import Any

from gonghui.engines.casework.models import Case, Intake, Rating, ThreadLine
from gonghui.engines.casework.walls import everywhere
from gonghui.engines.language.actions import danger
from gonghui.kernel.access.actor import Actor


def received(case: Case, *, intake: Intake, said: Any) -> None:
    """Call people for a new case its intake found dangerous."""
    if case.crisis:
        text = f"{said.title}\n{said.text}".strip()
        danger.lead(case.union, text, ref=f"intake/{intake.pk}", channel=intake.channel)


def alarmed(case: Case, *, by: Actor, **facts: Any) -> None:
    """Call people for what a complainant has just added."""
    with everywhere():
        lines = ThreadLine.objects.filter(intake__case=case, side=ThreadLine.Side.COMPLAINANT)
        line = lines.select_related("intake").order_by("-at").first()
        ratings = Rating.objects.filter(intake__case=case).exclude(words=None)
        rating = ratings.select_related("intake").order_by("-at").first()
        if rating is not None and rating.words and (line is None or rating.at > line.at):
            ref, intake, text = f"rating/{rating.pk}", rating.intake, rating.words.reveal()
        elif line is not None:
            ref, intake, text = f"line/{line.pk}", line.intake, line.text.reveal()
        else:
            return
        danger.lead(case.union, text, ref=ref, channel=intake.channel)
