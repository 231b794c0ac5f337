"""A small cast: who starts, who signs, in the small province."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import APPROVER, HANDLER, Role
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people.models import Membership
from gonghui.kernel.process import cases
from gonghui.kernel.process.models import Case, ItemState, WorkItem
from gonghui.kernel.process.tests import flows, starting
from gonghui.kernel.testing.world import World


@dataclass
class Office:
    """The small province with a starter, and cases of the test flow about members of its own."""

    world: World
    starter: Actor

    def person(self, name: str, *grants: tuple[Role, Union]) -> Actor:
        """An actor who has just signed in."""
        return self.world.actor(name, *grants)

    def approvers(self, count: int, union: Union) -> list[Actor]:
        return [self.person(f"审批人{n}", (APPROVER, union)) for n in range(count)]

    def start(self, xml: str = "", union: Union | None = None, **variables: Any) -> Case:
        if xml:
            flows.publish(xml)
        raise_wall(Scope.everything())
        member: Membership = self.world.member(union or self.world.factory)
        case: Case = starting.send(member, by=self.starter, **variables)
        raise_wall(Scope.everything())
        return case

    def open(self, case: Case, step: str = "") -> list[WorkItem]:
        """The open items of a case, of one step or all."""
        rows = cases.items(case).filter(state=ItemState.OPEN)
        return list(rows.filter(step=step) if step else rows)

    def only(self, case: Case, step: str = "") -> WorkItem:
        (item,) = self.open(case, step)
        return item

    def at(self, case: Case) -> list[str]:
        """The steps somebody has to act at."""
        return sorted({item.step for item in self.open(case)})


@pytest.fixture
def office(world: World) -> Office:
    flows.DONE.clear()
    return Office(world, world.actor("发起人", (HANDLER, world.factory)))
