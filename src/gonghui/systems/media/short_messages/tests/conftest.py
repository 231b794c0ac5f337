"""An office that sends, a simulated centre, and a link that runs to a quiet end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest
from django.test import Client

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.notify import replies
from gonghui.systems.media.short_messages.jobs.links import Link
from gonghui.systems.media.short_messages.models import Route
from gonghui.systems.media.short_messages.tests import makers

# The simulator of the site speaks to us as a carrier does; a system cannot name the site.
simulated = import_module("gonghui.site.simulators.carriers")


@dataclass
class Office:
    """The province's office: a writer, an approver, a signature, a budget."""

    world: Any
    union: Any
    writer: Any
    approver: Any
    signature: Any
    budget: Any


@pytest.fixture
def office(world: Any) -> Office:
    union = world.province
    return Office(
        world,
        union,
        world.actor("短信经办", (HANDLER, union)),
        world.actor("短信审批", (APPROVER, union)),
        makers.signature(world, union, text="安徽工会"),
        makers.budget(world, union),
    )


@pytest.fixture
def client_of() -> Callable[[Any], Client]:
    """A client signed in as the user of an actor."""

    def made(actor: Any) -> Client:
        from gonghui.kernel.identity.models import User

        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id))
        return client

    return made


@pytest.fixture
def center(settings: Any) -> Iterator[Any]:
    """A simulated centre on ports of its own that may be called."""
    with simulated.Served(simulated.Center()) as served:
        settings.OUTGOING_PRIVATE = tuple(served.address(name) for name in ("smpp", "cmpp"))
        yield served


class Quiet(threading.Event):
    """A stop that comes by itself once nothing has moved for a while, or after `most` seconds."""

    def __init__(self, done: Callable[[], bool], most: float = 12.0) -> None:
        super().__init__()
        self.done, self.until = done, time.monotonic() + most

    def is_set(self) -> bool:
        return self.done() or time.monotonic() > self.until


@pytest.fixture
def carry() -> Callable[..., None]:
    """Serve a route in this thread and transaction until `done` says so."""

    def run(route: Route, done: Callable[[], bool], most: float = 12.0) -> None:
        Link(route, Quiet(done, most)).serve()

    return run


@pytest.fixture(autouse=True)
def nobody_else_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takers and watches of other systems are tested there."""
    for name in ("_takers", "_watches", "_paths"):
        monkeypatch.setattr(replies, name, {})
