"""For tests of systems on the engine: complaints as they come in."""

from __future__ import annotations

from typing import Any

from gonghui.engines.casework.actions import intake
from gonghui.engines.casework.declaring import CaseKind
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.org.models import Union


def complaint(
    kind: CaseKind, union: Union, *, by: Actor | None = None, **said: Any
) -> intake.Received:
    """A received case; by: who hands it in, by default the platform on behalf of a caller."""
    words: dict[str, Any] = {
        "title": "单位拖欠加班工资",
        "text": "单位从今年三月起没有发加班工资，找过负责人，没有答复。",
        "name": "赵明义",
        "mobile": "13805510000",
        "channel": "phone",
        **said,
    }
    taking = intake.register if words["channel"] not in intake.SELF else intake.submit
    return taking(kind, union, intake.Said(**words), by=by or platform("测试"))
