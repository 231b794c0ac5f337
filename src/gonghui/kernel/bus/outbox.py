"""Publishing: an event leaves only if the transaction that caused it commits."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from gonghui.kernel.base.digests import canonical
from gonghui.kernel.bus.models import Outbox

SOURCE = "/gonghui"
CHANNEL = "gonghui_events"


@dataclass(frozen=True)
class Event:
    """One event to publish; the names are those of CloudEvents 1.0, org_path is our extension."""

    type: str
    subject: str
    data: Mapping[str, Any] = field(default_factory=dict)
    org_path: str = ""


def publish(type: str, subject: str, data: Mapping[str, Any], org_path: str = "") -> None:
    """Put one event into the outbox of the running transaction.

    type: such as "cn.gonghui.membership.joined". subject: id of what it is about. data: JSON
    types, Decimals, dates, UUIDs. Raises TransactionManagementError outside a transaction.
    """
    publish_many([Event(type, subject, data, org_path)])


def publish_many(events: Iterable[Event]) -> None:
    """Put events into the outbox in INSERTs of 1,000 rows, with one notification for all.

    Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("publish() needs the transaction that causes the event")
    now = timezone.now()
    rows = Outbox.objects.bulk_create([_row(event, now) for event in events], batch_size=1000)
    if rows:
        # Only ids travel: whoever listens reads the rows under its own rights.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(rows[-1].pk)])


def _row(event: Event, now: datetime) -> Outbox:
    return Outbox(
        event=uuid.uuid4(),
        type=event.type,
        source=SOURCE,
        subject=str(event.subject),
        time=now,
        org_path=event.org_path,
        data=json.loads(canonical(event.data)),
        next_attempt_at=now,
    )


def cloud_event(row: Outbox) -> dict[str, Any]:
    """Return an outbox row as a CloudEvents 1.0 object in JSON format."""
    return {
        "specversion": "1.0",
        "id": str(row.event),
        "source": row.source,
        "type": row.type,
        "subject": row.subject,
        "time": row.time.isoformat(),
        "datacontenttype": "application/json",
        "orgpath": row.org_path,
        "data": row.data,
    }
