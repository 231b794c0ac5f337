"""Reads about filing: what the table of retentions proposes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from gonghui.kernel.rules.tables import Decision
from gonghui.systems.office.circulation.models import Incoming, Outgoing
from gonghui.systems.office.circulation.rules.archive import RETENTION_TABLE


def retention_case(record: Outgoing | Incoming) -> dict[str, Any]:
    """What the table of retentions is asked; the kind of what came in is not recorded."""
    if isinstance(record, Outgoing):
        return {"outgoing": True, "kind": record.kind}
    return {"outgoing": False, "kind": None}


def proposed(record: Outgoing | Incoming) -> Decision:
    """The retention the table in force at the record's union proposes today, and why."""
    return RETENTION_TABLE.decide(retention_case(record), timezone.localdate(), record.union.path)
