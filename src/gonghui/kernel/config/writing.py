"""The only writers of values; callers ask who may and keep the history."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import transaction

from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.config.memory import MEMORY, UNSET, Sealed
from gonghui.kernel.config.models import Revision, Value


def lock() -> None:
    """Let one writer of settings in at a time, until its transaction ends."""
    Revision.objects.get_or_create(id=1)
    Revision.objects.select_for_update().get(id=1)


def stored(code: str, union_id: int | None) -> Any:
    """What stands at exactly that union (None: the platform): JSON, Sealed or UNSET."""
    row = Value.objects.filter(setting=code, union_id=union_id).first()
    if row is None:
        return UNSET
    return row.value if row.sealed is None else Sealed(bytes(row.sealed))


def store(setting: Setting, union_id: int | None, value: Any) -> int:
    """Put JSON, Sealed or UNSET (none of its own) at a union; returns the new revision.

    The value counts in this process once the transaction commits, in others two seconds later.
    The caller is in a transaction and holds `lock`.
    """
    if value is UNSET:
        Value.objects.filter(setting=setting.code, union_id=union_id).delete()
    else:
        sealed = value.blob if isinstance(value, Sealed) else None
        Value.objects.update_or_create(
            setting=setting.code,
            union_id=union_id,
            defaults={"value": None if sealed else value, "sealed": sealed},
        )
    return _mark_changed()


def _mark_changed() -> int:
    row = Revision.objects.get(id=1)
    row.number, row.token = row.number + 1, uuid4().hex
    row.save()
    transaction.on_commit(MEMORY.refresh, robust=True)
    return row.number
