"""What this process knows of the values of settings.

A thread of the process (watching.py) compares one row, Revision, with what is known every
CONFIG_REFRESH_SECONDS (Django setting, 2 by default; None: never, for tests) over a connection of
its own. So requests ask the database nothing, a broken or uncommitted transaction cannot put
anything here, and a process that was away catches up. While the database does not answer, the
last known values hold; a process that starts then takes those of the snapshot on disk.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from gonghui.kernel.base.sealing import SealingError, keyring

logger = logging.getLogger(__name__)

UNSET = object()
CONTEXT = "config_value.sealed"
"""What every sealed value is bound to; values are copied between the tables of changes."""
DECLARED, SNAPSHOT, DATABASE = "declared", "snapshot", "database"
FIRST_WAIT = 3.0

Key = tuple[str, int | None]


@dataclass(frozen=True)
class Sealed:
    """A secret as it is stored; opened where it is read and nowhere kept."""

    blob: bytes

    def open(self) -> str:
        return keyring().open(self.blob, context=CONTEXT)

    @classmethod
    def of(cls, text: str) -> Sealed:
        return cls(keyring().seal(text, context=CONTEXT))


@dataclass(frozen=True)
class Known:
    """Values of one revision. source: declared (none read yet), snapshot or database."""

    values: Mapping[Key, Any]
    number: int = -1
    token: str = ""
    source: str = DECLARED


class Memory:
    """What is known, replaced as a whole when the revision has moved."""

    def __init__(self) -> None:
        self.known = Known({})
        self.compared_at: datetime | None = None
        self.loaded = threading.Event()

    def live(self) -> Mapping[Key, Any]:
        """The values; the first look of a process starts its watch and waits for it a little."""
        if not self.loaded.is_set() and _watched():
            from gonghui.kernel.config import watching

            watching.ensure()
            self.loaded.wait(FIRST_WAIT)
        return self.known.values

    def refresh(self) -> bool:
        """Compare with the database over this thread's connection; whether anything changed.

        Raises DatabaseError when it does not answer.
        """
        from gonghui.kernel.config.models import Revision

        row = Revision.objects.values_list("number", "token").first() or (0, "")
        changed = row != (self.known.number, self.known.token) or self.known.source != DATABASE
        if changed:
            self.known = Known(stored_values(), *row, source=DATABASE)
        self.compared_at = timezone.now()
        self.loaded.set()
        return changed


def stored_values() -> dict[Key, Any]:
    """Every value as the database holds it now."""
    from gonghui.kernel.config.models import Value

    rows = Value.objects.values_list("setting", "union_id", "value", "sealed")
    return {
        (code, union_id): value if sealed is None else Sealed(bytes(sealed))
        for code, union_id, value, sealed in rows
    }


MEMORY = Memory()
_readers: dict[str, set[str]] = {}


def look_up(code: str, path: str) -> Any:
    """The stored value nearest to the end of a union's path, the platform's, or UNSET.

    A secret that no key opens any more counts as not stored.
    """
    found = nearest(MEMORY.live(), code, ids_of(path))[1]
    if isinstance(found, Sealed):
        try:
            found.open()
        except SealingError:
            logger.error("the value of %s does not open with the keys of this process", code)
            return UNSET
    return found


def ids_of(path: str) -> list[int]:
    """The unions of a path, the root first."""
    return [int(part) for part in path.split(".") if part]


def nearest(values: Mapping[Key, Any], code: str, ids: Iterable[int]) -> tuple[int | None, Any]:
    """Where along a path (root first) the nearest value stands, and the value or UNSET.

    The union is None for a value of the platform's, and where there is none at all.
    """
    for union_id in reversed(list(ids)):
        if (code, union_id) in values:
            return union_id, values[code, union_id]
    return None, values.get((code, None), UNSET)


def note_reader(code: str) -> None:
    """Remember which module asked for a setting; the caller is `Setting.value`."""
    name = sys._getframe(2).f_globals.get("__name__", "")
    known = _readers.get(code)
    if known is None:
        known = _readers.setdefault(code, set())
    known.add(name)


def readers() -> dict[str, list[str]]:
    """The modules that have asked for each setting in this process."""
    return {code: sorted(names) for code, names in list(_readers.items())}


def _watched() -> bool:
    """Whether this process may ask the database: Django is up, and it is not a test."""
    from django.apps import apps

    if not settings.configured or not apps.models_ready:
        return False
    return getattr(settings, "CONFIG_REFRESH_SECONDS", 2) is not None


def _forget_loading() -> None:
    MEMORY.loaded = threading.Event()


# A child has the values of its parent, but neither its thread nor its locks.
os.register_at_fork(after_in_child=_forget_loading)
