"""For tests of systems on the engine: complaints as they come in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gonghui.engines.casework.actions import intake
from gonghui.engines.casework.declaring import KINDS, CaseKind
from gonghui.kernel.access.actions import ACTIONS
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.access.roles import PERMISSIONS
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.declaration import SYSTEMS

REGISTERS: tuple[dict[str, Any], ...] = (KINDS, ACTIONS, PERMISSIONS, SYSTEMS)


@contextmanager
def on_trial() -> Iterator[None]:
    """What is declared inside the block is forgotten at its end, so that no other test sees it."""
    before = [dict(register) for register in REGISTERS]
    yield
    for register, kept in zip(REGISTERS, before, strict=True):
        register.clear()
        register.update(kept)


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
