"""A union was founded or re-elected (建会、换届): its application is opened by itself."""

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
from gonghui.systems.mobilization.legal_person.rules import procedures as rules

FOUNDED, RENEWED = "cn.gonghui.founding.approved", "cn.gonghui.founding.renewed"
"""data of both: {"id": union, "document": text, "elected_on": ISO day, "years": int}."""
TOLD = "the union named by the event of its founding or election"


@subscriber(FOUNDED, name="legal_person.founded")
def on_founded(event: Outbox) -> None:
    """A union was approved: open its first registration."""
    _open(event, rules.NEW)


@subscriber(RENEWED, name="legal_person.renewed")
def on_renewed(event: Outbox) -> None:
    """A re-election was approved: open the renewal of the certificate."""
    _open(event, rules.ELECTION)


def _open(event: Outbox, procedure: str) -> None:
    """Open the draft; a union that applies already, or may not, is left alone."""
    raise_wall(Scope.everything())
    union = Union.objects.unscoped(TOLD).filter(pk=event.data.get("id")).first()
    if union is None:
        return
    try:
        with transaction.atomic():
            open_draft(union, procedure, facts_of(event.data, procedure))
    except Refusal:
        return


def facts_of(data: dict[str, Any], procedure: str) -> dict[str, Any]:
    """What the approval knows already and the application need not ask again."""
    facts: dict[str, Any] = {}
    if elected := data.get("elected_on"):
        facts["happened_on"] = date.fromisoformat(str(elected))
    if years := data.get("years"):
        facts["term_years"] = int(years)
    if document := data.get("document"):
        facts["founded_document" if procedure == rules.NEW else "basis"] = str(document)
    return facts
