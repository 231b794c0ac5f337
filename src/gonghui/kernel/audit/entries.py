"""Writing audit records: one INSERT each, with a digest over everything the record says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import QuerySet
from django.utils import timezone

from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.digests import canonical, digest_of

# The identity value is bound by the seal instead: it is unknown before the INSERT.
DIGESTED = (
    "at",
    "recorded_at",
    "actor_id",
    "actor_name",
    "actor_union_id",
    "ip",
    "channel",
    "action",
    "action_name",
    "target_type",
    "target_id",
    "target_label",
    "org_path",
    "changes",
    "reason",
    "request_id",
)


class Actor(Protocol):
    """Whoever acts, as far as a record names them."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def union_id(self) -> int | None: ...
    @property
    def ip(self) -> str | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def request_id(self) -> str | None: ...


@dataclass(frozen=True)
class SystemActor:
    """The platform itself (系统), where no person asked for the work."""

    user_id: int | None = None
    name: str = "系统"
    union_id: int | None = None
    ip: str = ""
    channel: str = Entry.Channel.JOB.value
    request_id: str = ""


def _storable(value: Any) -> Any:
    """Drop what PostgreSQL text cannot hold (NUL) and UTF-8 cannot carry (lone surrogates)."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(item) for item in value]
    return value


def digest(entry: Entry) -> bytes:
    """Return the 32-byte SM3 digest of what an entry says."""
    return digest_of({name: getattr(entry, name) for name in DIGESTED})


def entry(
    *,
    action: str,
    action_name: str,
    actor: Actor,
    target_type: str,
    target_id: object,
    target_label: str = "",
    org_path: str = "",
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Entry:
    """Return an unsaved entry with its digest; the arguments are those of `record`."""
    now = timezone.now()
    made = Entry(
        at=at or now,
        recorded_at=now,
        actor_id=actor.user_id,
        actor_name=_storable(actor.name),
        actor_union_id=actor.union_id,
        ip=_storable(actor.ip or ""),
        channel=str(actor.channel),
        action=action,
        action_name=action_name,
        target_type=target_type,
        target_id=_storable(str(target_id)),
        target_label=_storable(target_label),
        org_path=org_path,
        changes=json.loads(canonical(_storable(changes or {}))),
        reason=_storable(reason),
        request_id=_storable(actor.request_id or ""),
    )
    made.digest = digest(made)
    return made


def record(
    *,
    action: str,
    action_name: str,
    actor: Actor,
    target_type: str,
    target_id: object,
    target_label: str = "",
    org_path: str = "",
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Entry:
    """Write one audit record in the caller's transaction and return it.

    action: code such as "membership.application.approve"; action_name: the same in Chinese.
    changes: {field: {"label": Chinese name, "before": …, "after": …}}, already masked by the
    caller; values are JSON types, Decimals, dates, UUIDs. at: aware time of the deed where it
    differs from now. Raises TypeError or ValueError for values JSON cannot hold.
    """
    made = entry(
        action=action,
        action_name=action_name,
        actor=actor,
        target_type=target_type,
        target_id=target_id,
        target_label=target_label,
        org_path=org_path,
        changes=changes,
        reason=reason,
        at=at,
    )
    made.save(force_insert=True)
    return made


def record_many(entries: Iterable[Entry]) -> list[Entry]:
    """Write entries made by `entry` in INSERTs of 1,000 rows."""
    return Entry.objects.bulk_create(entries, batch_size=1000)


def timeline(
    target_type: str, target_id: object, *, before: int | None = None, limit: int = 50
) -> QuerySet[Entry]:
    """Return what happened to one object, newest first; `before` is the last id already shown."""
    found = Entry.objects.filter(target_type=target_type, target_id=str(target_id))
    if before is not None:
        found = found.filter(id__lt=before)
    return found.order_by("-id")[:limit]
