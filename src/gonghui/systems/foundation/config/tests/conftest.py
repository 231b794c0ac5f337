"""Settings of every kind, and administrators of the small province."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from gonghui.kernel.access.roles import SECURITY_ADMIN, SYSTEM_ADMIN
from gonghui.kernel.config import memory
from gonghui.kernel.config.declaring import SETTINGS, Level, Setting

EVERYWHERE = (Level.PLATFORM, Level.CITY, Level.COUNTY, Level.UNION)


@pytest.fixture
def known() -> Iterator[SimpleNamespace]:
    """Settings that live for one test: limit, danger, secret, switch, only (platform), text."""
    before, held = dict(SETTINGS), memory.MEMORY.known
    memory.MEMORY.known = memory.Known({})

    def make(name: str, kind: type, default: Any, **facts: Any) -> Setting:
        title = f"样例{name}"
        return Setting(f"sample.{name}", title, kind, default, "说明。", **facts)

    yield SimpleNamespace(
        limit=make("limit", int, 5, minimum=1, maximum=100, levels=EVERYWHERE, unit="次"),
        danger=make("danger", int, 5, levels=EVERYWHERE, dangerous=True),
        secret=make("secret", str, "", secret=True, levels=EVERYWHERE, maximum=200),
        switch=make("switch", bool, True, levels=EVERYWHERE),
        only=make("only", int, 5),
        text=make("text", str, "", levels=EVERYWHERE, maximum=2_000),
    )
    SETTINGS.clear()
    SETTINGS.update(before)
    memory.MEMORY.known = held


@pytest.fixture
def cast(world: Any) -> SimpleNamespace:
    """Actors: province, hefei, wuhu, shushan are SYSTEM_ADMIN there; guard is Hefei's
    SECURITY_ADMIN, chief the province's."""
    return SimpleNamespace(
        province=world.actor("省管", (SYSTEM_ADMIN, world.province)),
        hefei=world.actor("合管", (SYSTEM_ADMIN, world.hefei)),
        wuhu=world.actor("芜管", (SYSTEM_ADMIN, world.wuhu)),
        shushan=world.actor("蜀管", (SYSTEM_ADMIN, world.shushan)),
        guard=world.actor("合安", (SECURITY_ADMIN, world.hefei)),
        chief=world.actor("省安", (SECURITY_ADMIN, world.province)),
    )
