"""The hotline's desk at the province with its people, and one member who speaks."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from gonghui.kernel.access.roles import APPROVER, HANDLER


@dataclass
class Hotline:
    """The province's agent and approver, Hefei's handler and approver, a worker of the factory."""

    world: Any
    agent: Any
    chief: Any
    handler: Any
    leader: Any
    worker: Any
    accused: Any


@pytest.fixture
def hotline(world):
    person = world.member(world.factory, "钱守信").person
    return Hotline(
        world,
        world.actor("话务甲", (HANDLER, world.province)),
        world.actor("省审批", (APPROVER, world.province)),
        world.actor("市经办", (HANDLER, world.hefei)),
        world.actor("市审批", (APPROVER, world.hefei)),
        world.actor("钱守信", person=person),
        world.actor("厂工会", (HANDLER, world.factory), (APPROVER, world.factory)),
    )


@pytest.fixture
def client_of(world):
    """A client signed in as the user of an actor."""

    def made(actor):
        from gonghui.kernel.identity.models import User

        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id))
        return client

    return made
