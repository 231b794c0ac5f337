"""The small province with handlers, and people to complain."""

from __future__ import annotations

import pytest

from gonghui.engines.casework.testing import on_trial
from gonghui.engines.casework.tests import kinds
from gonghui.kernel.access.roles import APPROVER, HANDLER


@pytest.fixture(scope="module")
def kind():
    with on_trial():
        yield kinds.declare()


@pytest.fixture
def staff(world):
    """Handlers and approvers at the province, Hefei, Shushan, Jinghu, and in the factory."""
    places = ("province", "hefei", "shushan", "jinghu", "factory", "wuhu")
    made = {}
    for key in places:
        union = world.unions[key]
        made[key] = world.actor(f"{key}经办", (HANDLER, union))
        made[f"{key}_chief"] = world.actor(f"{key}审批", (APPROVER, union))
    return made
