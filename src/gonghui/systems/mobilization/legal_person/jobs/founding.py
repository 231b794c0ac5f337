"""A union was approved (建会): its application for registration is opened by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.bus.subscribers import subscriber
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.mobilization.legal_person.actions.founding import open_draft

HEARD = "cn.gonghui.founding.approved"
"""data: {"union": id, "elected_on": ISO day, "term_years": int, "document": text}."""
TOLD = "the union named by the event of its founding"


@subscriber(HEARD, name="legal_person.founded")
def on_founded(event: Outbox) -> None:
    """Open the draft; a union that applies already, or may not, is left alone."""
    raise_wall(Scope.everything())
    union = Union.objects.unscoped(TOLD).filter(pk=event.data.get("union")).first()
    if union is None:
        return
    try:
        with transaction.atomic():
            open_draft(union, facts_of(event.data))
    except Refusal:
        return


def facts_of(data: dict[str, Any]) -> dict[str, Any]:
    """What the founding knows already and the application need not ask again."""
    facts: dict[str, Any] = {}
    if elected := data.get("elected_on"):
        facts["happened_on"] = date.fromisoformat(str(elected))
    if years := data.get("term_years"):
        facts["term_years"] = int(years)
    if document := data.get("document"):
        facts["founded_document"] = str(document)
    if chair := data.get("chair_name"):
        facts["representative_name"] = str(chair)
    return facts
