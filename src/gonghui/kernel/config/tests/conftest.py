"""Settings that live for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gonghui.kernel.config import declaring, memory
from gonghui.kernel.config.declaring import SETTINGS, Setting


@pytest.fixture
def declare() -> Iterator[Callable[..., Setting]]:
    """Declare a setting that is forgotten after the test."""
    before, known = dict(SETTINGS), memory.MEMORY.known

    def make(code: str = "sample.limit", kind: type = int, default: Any = 5, **facts: Any):
        return declaring.Setting(code, "样例限额", kind, default, "说明。", **facts)

    yield make
    SETTINGS.clear()
    SETTINGS.update(before)
    memory.MEMORY.known = known
