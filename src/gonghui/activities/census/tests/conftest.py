"""What the tests of the census share: counts brought up to date, a worker, a signed-in client."""

import pytest
from django.test import Client

from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.metrics.members import fold
from gonghui.kernel.testing.world import TODAY


@pytest.fixture
def counted():
    """Bring the kept member counts up to date, as the worker does within a second."""

    def run():
        while fold():
            pass

    return run


@pytest.fixture
def worker(world):
    """An actor who is a worker of a union: worker(union)."""

    def made(union, name="张敏"):
        person = world.member(union, name).person
        return actor_of(world.user(name, person=person), TODAY, request_id="test")

    return made


@pytest.fixture
def client_of(world):
    """A client signed in with grants, or as the user of a worker's actor."""

    def made(*grants, actor=None):
        client = Client()
        if actor is not None:
            from gonghui.kernel.identity.models import User

            client.force_login(User.objects.get(pk=actor.user_id))
        else:
            client.force_login(world.user("测试", *grants))
        return client

    return made
