"""What this process knows of the values of settings.

One row (Revision) carries a number that grows with every change; it is read at most every
CONFIG_REFRESH_SECONDS (Django setting, 2 by default; None: never), so a change made by another
process counts here within that time, and a process that was away catches up. While the database
does not answer, the last known values hold.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from gonghui.kernel.base.sealing import keyring

UNSET = object()
CONTEXT = "config_value.sealed"


class Memory:
    """The values of this process, replaced as a whole when the revision has moved."""

    def __init__(self) -> None:
        self.values: Mapping[tuple[str, int | None], Any] = {}
        self.number = -1
        self._due = 0.0
        self._lock = threading.Lock()

    def expire(self) -> None:
        """Compare with the database at the next look."""
        self._due = 0.0

    def live(self) -> Mapping[tuple[str, int | None], Any]:
        """The values, compared with the database when that is due."""
        seconds = getattr(settings, "CONFIG_REFRESH_SECONDS", 2)
        if seconds is None or time.monotonic() < self._due:
            return self.values
        if self._lock.acquire(blocking=False):
            try:
                self._due = time.monotonic() + seconds
                self.refresh()
            finally:
                self._lock.release()
        return self.values

    def refresh(self) -> None:
        """Read the values anew if their revision has moved."""
        from gonghui.kernel.config.models import Revision, Value

        try:
            with transaction.atomic(savepoint=connection.in_atomic_block):
                number = Revision.objects.values_list("number", flat=True).first() or 0
                if number == self.number:
                    return
                rows = Value.objects.values_list("setting", "union_id", "value", "sealed")
                self.values = {
                    (code, union_id): value if sealed is None else unsealed(sealed)
                    for code, union_id, value, sealed in rows
                }
                self.number = number
        except DatabaseError:
            return


MEMORY = Memory()


def unsealed(blob: bytes | memoryview) -> str:
    """The text of a secret."""
    return keyring().open(bytes(blob), context=CONTEXT)


def look_up(code: str, path: str) -> Any:
    """The stored value nearest to the end of a union's path, the platform's, or UNSET."""
    values = MEMORY.live()
    for part in reversed(path.split(".")):
        if part and (code, int(part)) in values:
            return values[code, int(part)]
    return values.get((code, None), UNSET)
