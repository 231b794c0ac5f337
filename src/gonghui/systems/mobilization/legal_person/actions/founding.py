"""The drafts that a founding or a re-election opens."""

from __future__ import annotations

from typing import Any

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.legal_person.actions.applications import opened
from gonghui.systems.mobilization.legal_person.models import Application
from gonghui.systems.mobilization.legal_person.permissions import APPLY_LEGAL
from gonghui.systems.mobilization.legal_person.rules.procedures import ELECTION
from gonghui.systems.mobilization.membership.public import recorded_facts


@action("legal-applications.found", "随建会、换届建立法人登记申请", APPLY_LEGAL, creates=True)
def _open(union: Union, *, by: Actor, procedure: str, facts: dict[str, Any]) -> Application:
    return opened(union, procedure, facts)


def open_draft(union: Union, procedure: str, facts: dict[str, Any]) -> Application:
    """A draft filled in from an approval; the union completes and submits it.

    The chair just elected stands in the record by then, so a renewal names that one.
    """
    if procedure == ELECTION:
        facts = {**facts, "representative_name": recorded_facts(union)["representative_name"]}
    by = platform("建会换届衔接")
    made: Application = _open(union, by=by, procedure=procedure, facts=facts)
    return made
