"""Give a setting another value for the length of a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.config.memory import MEMORY, Sealed


@contextmanager
def setting_set(setting: Setting, value: Any, union_id: int | None = None) -> Iterator[None]:
    """Within the block the setting has this value at a union, or everywhere; this process only."""
    before = MEMORY.known
    stored = Sealed.of(value) if setting.secret else setting.encode(setting.checked(value))
    MEMORY.known = replace(before, values={**before.values, (setting.code, union_id): stored})
    try:
        yield
    finally:
        MEMORY.known = before
