"""A worker with a phone, cadres, and a service that is only there for the test."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.identity.models import User
from gonghui.kernel.testing.world import TODAY
from gonghui.systems.service.hall.tests import sample


@pytest.fixture
def taken():
    """The sample service; what was handed in."""
    with sample.declared() as found:
        yield found


@pytest.fixture
def worker(world):
    """An actor who is a member of a union: worker(union, name)."""

    def made(union, name="张敏", member=True):
        person = world.member(union, name).person if member else world.person(union, name)
        return actor_of(world.user(name, person=person), TODAY, request_id="test")

    return made


@pytest.fixture
def client_of(world):
    """A client signed in as the user of an actor, or with grants."""

    def made(*grants, actor=None):
        client = Client()
        user = User.objects.get(pk=actor.user_id) if actor else world.user("经办", *grants)
        client.force_login(user)
        return client

    return made


@pytest.fixture
def photo(settings, tmp_path):
    """A photo as a phone sends it; stored in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path

    def made(name="id.png", colour="white"):
        held = io.BytesIO()
        Image.new("RGB", (40, 30), colour).save(held, "PNG")
        return SimpleUploadedFile(name, held.getvalue(), "image/png")

    return made
