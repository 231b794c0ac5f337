"""What the tests of the desk share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.notify.todos import open_todo
from gonghui.kernel.testing.world import TODAY
from gonghui.systems.portal.desk.permissions import PUBLISH_NOTICE


@pytest.fixture
def cadre(world: Any) -> Callable[..., Any]:
    """A user with roles at a union (handler and approver): cadre("许若兰", world.shushan)."""

    def made(name: str, union: Any, *roles: Any) -> Any:
        return world.user(name, *[(role, union) for role in roles or (HANDLER, APPROVER)])

    return made


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """A browser signed in as a user."""

    def made(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return made


@pytest.fixture
def acting() -> Callable[..., Any]:
    """The actor of a user."""
    return lambda user: actor_of(user, TODAY, request_id="test")


@pytest.fixture
def todo() -> Callable[..., int]:
    """Open a to-do for the approvers of a union: todo(world.shushan, "标题")."""
    serial = iter(range(1, 10_000))

    def made(union: Any, title: str, due_at: datetime | None = None, **facts: Any) -> int:
        values = {
            "kind": "test.decide",
            "target_type": "membership.joinapplication",
            "target_id": next(serial),
            "link": "/desk/",
            "union_id": union.pk,
            "org_path": union.path,
            "permission": PUBLISH_NOTICE.code,
            **facts,
        }
        return open_todo(title=title, due_at=due_at, **values)

    return made
