"""The draft that a founding opens."""

from __future__ import annotations

from typing import Any

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.legal_person.actions.applications import opened
from gonghui.systems.mobilization.legal_person.models import Application
from gonghui.systems.mobilization.legal_person.permissions import APPLY_LEGAL
from gonghui.systems.mobilization.legal_person.rules.procedures import NEW


@action("legal-applications.found", "随建会建立法人登记申请", APPLY_LEGAL, creates=True)
def _open(union: Union, *, by: Actor, facts: dict[str, Any]) -> Application:
    return opened(union, NEW, facts)


def open_draft(union: Union, facts: dict[str, Any]) -> Application:
    """A draft of the first registration, filled in from the founding; the union completes it."""
    made: Application = _open(union, by=platform("建会衔接"), facts=facts)
    return made
