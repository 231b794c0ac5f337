"""What consultation adds to a case: its own row, made when a question comes in."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.language.actions import recording
from gonghui.engines.language.models import Outcome, Source
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.systems.rights.law.actions import reaching
from gonghui.systems.rights.law.models import Consultation
from gonghui.systems.rights.law.queries.texts import Fitting


def received(case: Case, *, by: Actor, intake: Intake, said: Any, **facts: Any) -> None:
    """Keep whether the asker lets question and answer be published without names; people are
    called where a life may be in danger."""
    made = Consultation(case=case, open_to_public=bool(said.details.get("open_to_public")))
    made.place_at(case.union)
    made.save()
    reaching.received(case, intake=intake, said=said)


def answered(question: str, union: Union, shown: Fitting) -> None:
    """Let the analyses of consultations know a question a published answer was shown for."""
    with transaction.atomic(), wall_at(Scope.everything()):
        recording.remember(
            union,
            source=Source.QUESTION,
            text=question,
            channel="web",
            outcome=Outcome.ANSWERED,
            article=shown.answer.question[:120],
            score=shown.score,
            kept=question,
        )
