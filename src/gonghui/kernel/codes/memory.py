"""What this process knows of codes and parameters: the shipped files, overlaid by the database.

National tables always come from the files. Provisional tables and rule parameters come from the
database once it is loaded. One row there (Revision) carries a token that changes with every
change; it is read at most every CODES_REFRESH_SECONDS (setting, 5 by default; None: never), so a
change made by another process counts here within that time. Lookups ask the database nothing else.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from gonghui.kernel.codes.registry import Entry, Table, UnknownTable, day_of, rows_of, shipped


@dataclass(frozen=True, slots=True)
class Period:
    """One value of a parameter; value is JSON as stored; valid_to is the first day without it."""

    value: Any
    valid_from: date
    valid_to: date | None
    source_doc: str
    note: str = ""
    provisional: bool = False

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


#: Key and the union the value is limited to (None: the whole province).
Scoped = tuple[str, int | None]


@dataclass(frozen=True)
class Snapshot:
    """Everything lookups read; replaced as a whole, never changed."""

    tables: dict[str, Table]
    periods: dict[Scoped, tuple[Period, ...]]
    token: str = ""


@lru_cache(maxsize=1)
def shipped_periods() -> dict[Scoped, tuple[Period, ...]]:
    """The initial values of the parameters, the oldest first."""
    found: dict[Scoped, list[Period]] = {}
    for row in rows_of("parameters"):
        start = day_of(row["valid_from"])
        if start is None:
            raise ValueError(f"parameters.csv: {row['key']} has no valid_from")
        period = Period(
            value=json.loads(row["value"]),
            valid_from=start,
            valid_to=day_of(row["valid_to"]),
            source_doc=row["source_doc"],
            note=row["note"],
            provisional=row["provisional"] == "1",
        )
        found.setdefault((row["key"], None), []).append(period)
    return {key: tuple(sorted(rows, key=lambda p: p.valid_from)) for key, rows in found.items()}


class Memory:
    """The snapshot of this process and when it was last compared with the database."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._due = 0.0
        self._lock = threading.Lock()

    @property
    def snapshot(self) -> Snapshot:
        if self._snapshot is None:
            self._snapshot = Snapshot(tables=shipped(), periods=shipped_periods())
        return self._snapshot

    def replace(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def expire(self) -> None:
        """Compare with the database at the next lookup."""
        self._due = 0.0

    def forget(self) -> None:
        """Go back to the shipped files until the next comparison."""
        self._snapshot = None
        self._due = 0.0

    def live(self) -> Snapshot:
        """The snapshot, compared with the database first when that is due."""
        if time.monotonic() >= self._due and self._lock.acquire(blocking=False):
            try:
                self._compare()
            finally:
                self._lock.release()
        return self.snapshot

    def _compare(self) -> None:
        from django.apps import apps
        from django.conf import settings

        # Forms and models ask for choices while Django is still importing them.
        if not settings.configured or not apps.models_ready:
            return
        seconds = getattr(settings, "CODES_REFRESH_SECONDS", 5)
        if seconds is None:
            self._due = float("inf")
            return
        self._due = time.monotonic() + seconds
        self.refresh()

    def refresh(self) -> None:
        """Read the database now if its token is another than ours.

        A database that cannot answer (not migrated yet, restarting, a transaction that must
        roll back) leaves the last snapshot standing.
        """
        from django.core.exceptions import SynchronousOnlyOperation
        from django.db import InterfaceError, OperationalError, connection

        try:
            if connection.in_atomic_block and connection.needs_rollback:
                return
            if not self.snapshot.token and not _migrated():
                return
            self._read()
        except (OperationalError, InterfaceError, SynchronousOnlyOperation):
            return

    def _read(self) -> None:
        from gonghui.kernel.codes.models import Revision

        token = Revision.objects.values_list("token", flat=True).first() or ""
        if token == self.snapshot.token:
            return
        if not token:
            self.replace(Snapshot(tables=shipped(), periods=shipped_periods()))
            return
        self.replace(Snapshot(tables=_stored_tables(), periods=_stored_periods(), token=token))


def _migrated() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('codes_revision') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def _stored_tables() -> dict[str, Table]:
    from gonghui.kernel.codes.models import Code

    entries: dict[str, list[Entry]] = {}
    rows = (
        Code.objects.filter(table__provisional=True)
        .order_by("table_id", "position", "code")
        .values_list("table_id", "code", "name", "parent", "valid_from", "valid_to", "successor")
    )
    for table_id, *facts in rows:
        fields: list[Any] = facts
        entries.setdefault(table_id, []).append(Entry(*fields))
    return {
        key: replace(table, entries=tuple(entries[key])) if key in entries else table
        for key, table in shipped().items()
    }


def _stored_periods() -> dict[Scoped, tuple[Period, ...]]:
    from gonghui.kernel.codes.models import RuleParameter

    found: dict[Scoped, list[Period]] = {}
    for row in RuleParameter.objects.order_by("key", "valid_from"):
        found.setdefault((row.key, row.scope_union_id), []).append(
            Period(
                row.value, row.valid_from, row.valid_to, row.source_doc, row.note, row.provisional
            )
        )
    return shipped_periods() | {key: tuple(rows) for key, rows in found.items()}


MEMORY = Memory()


def table(table_id: str) -> Table:
    """The table of that id; UnknownTable if there is none."""
    national = shipped().get(table_id)
    if national is None:
        raise UnknownTable(table_id)
    return MEMORY.live().tables[table_id] if national.provisional else national
