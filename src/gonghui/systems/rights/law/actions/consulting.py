"""What consultation adds to a case: its own row, made when a question comes in."""

from __future__ import annotations

from typing import Any

from gonghui.engines.casework.models import Case, Intake
from gonghui.kernel.access.actor import Actor
from gonghui.systems.rights.law.actions import reaching
from gonghui.systems.rights.law.models import Consultation


def received(case: Case, *, by: Actor, intake: Intake, said: Any, **facts: Any) -> None:
    """Keep whether the asker lets question and answer be published without names; people are
    called where a life may be in danger."""
    made = Consultation(case=case, open_to_public=bool(said.details.get("open_to_public")))
    made.place_at(case.union)
    made.save()
    reaching.received(case, intake=intake, said=said)
