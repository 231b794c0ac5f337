"""What the tests of D08 share: administrators, staff, a signed-in client, a clock to move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.access.roles import SECURITY_ADMIN, SYSTEM_ADMIN
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.systems.foundation.users.models import Staff
from gonghui.systems.foundation.users.tests import makers


@pytest.fixture
def staff(world) -> Callable[..., Staff]:
    """A user with a record at a union: staff(union, (ROLE, union), …, name=…)."""

    def made(union: Union, *grants: Any, name: str = "张敏") -> Staff:
        return makers.staff(world, union, *grants, name=name)

    return made


@pytest.fixture
def acting() -> Callable[[Staff], Actor]:
    """The actor of a user as of today."""

    def made(who: Staff | User) -> Actor:
        user = who.user if isinstance(who, Staff) else who
        fresh = User.objects.get(pk=user.pk)
        return actor_of(fresh, timezone.localdate(), verified_at=timezone.now(), request_id="test")

    return made


@pytest.fixture
def system(world, staff, acting) -> Actor:
    """The system administrator of Hefei."""
    return acting(staff(world.hefei, (SYSTEM_ADMIN, world.hefei), name="系统员"))


@pytest.fixture
def security(world, staff, acting) -> Actor:
    """The security administrator of Hefei."""
    return acting(staff(world.hefei, (SECURITY_ADMIN, world.hefei), name="安全员"))


@pytest.fixture
def chief(world, staff, acting) -> Actor:
    """A security administrator of the province."""
    return acting(staff(world.province, (SECURITY_ADMIN, world.province), name="省安全员"))


@pytest.fixture
def client_of() -> Callable[[Any], Client]:
    """A browser signed in as a user."""

    def made(who: Staff | User | Actor) -> Client:
        user_id = who.user_id if isinstance(who, Staff | Actor) else who.pk
        client = Client()
        client.force_login(User.objects.get(pk=user_id))
        return client

    return made


@pytest.fixture
def on_day(monkeypatch) -> Callable[..., None]:
    """Move the clock the platform reads to a day."""

    def move(day: Any) -> None:
        moment = timezone.make_aware(datetime.combine(day, time(10, 0)))
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return move
