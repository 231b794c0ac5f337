"""Records of D07 for the generated suite."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.foundation.config.models import Change, State


def change(world: World, union: Union) -> Any:
    """A change that waits for a second administrator."""
    made = Change(
        setting="configuration.stale_seconds",
        title="节点失联判定时间",
        value=60,
        words="60 秒",
        before="未单独设置",
        reason="测试变更",
        state=State.WAITING,
        dangerous=True,
        proposed_at=timezone.now(),
        proposed_by_name="某人",
    )
    made.place_at(union)
    made.save()
    return made


MAKERS = {"setting-changes": change}
