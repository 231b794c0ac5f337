"""A pushing process killed with SIGKILL again and again: nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gonghui.kernel.access import granting
from gonghui.kernel.access.actor import platform
from gonghui.kernel.access.roles import HANDLER, VIEWER
from gonghui.kernel.bus.dispatch import dispatch_pending
from gonghui.kernel.testing import world as world_module
from gonghui.systems.foundation.users.models import ItemState, PushItem
from gonghui.systems.foundation.users.rules.scim import UNION_USER
from gonghui.systems.foundation.users.tests.push_targets import serving, simulated, target
from gonghui.systems.foundation.users.tests.scim_sources import staff

pytestmark = pytest.mark.django_db(transaction=True)
USERS, KILLS = 10, 2
BETWEEN_KILLS = 3
"""Writes that arrive outside before the next kill; enough users are left for each."""
WORKER = """
import sys, time
from datetime import timedelta
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.OUTGOING_PRIVATE = (sys.argv[2],)
django.setup()
from gonghui.kernel.base import sealing
sealing.use_keyring(sealing.Keyring.load(sys.argv[3]))
from gonghui.systems.foundation.users.actions import pushing
from gonghui.systems.foundation.users.jobs.pushing import push_next
pushing.LEASE = timedelta(seconds=3)
print("ready", flush=True)
while True:
    if not push_next():
        time.sleep(0.05)
"""


def grant(person, role, union):
    granting.grant(
        person.user,
        role,
        union,
        on=timezone.localdate(),
        by=platform("测试"),
        reason="测试",
        source=granting.POST,
        source_id=1,
    )


def test_killed_again_and_again(tmp_path, test_keyring, monkeypatch):
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    for kind, keys in (("seal", test_keyring._seal_keys), ("index", test_keyring._index_keys)):
        for number, key in keys.items():
            file = folder / f"{kind}-{number}.key"
            file.write_text(key.hex())
            file.chmod(0o600)
    monkeypatch.setenv("GONGHUI_VAR", str(tmp_path))
    keep = simulated.Outside._keep
    arrived = []

    def slowly(self, *args):
        kept = keep(self, *args)
        arrived.append(kept)
        # The kill falls between the write outside and the answer being kept here.
        time.sleep(0.03)
        return kept

    monkeypatch.setattr(simulated.Outside, "_keep", slowly)
    with serving() as (outside, address):
        with transaction.atomic():
            world = world_module.build()
            target(world.hefei, address)
            people = [staff(world.shushan, f"user{number}") for number in range(USERS)]
            for person in people:
                grant(person, HANDLER, world.shushan)
        dispatch_pending()
        host = address.removeprefix("http://").removesuffix("/v2")
        command = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], host, folder]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        deadline, kills, second = time.monotonic() + 150, 0, False
        while _left() and time.monotonic() < deadline:
            child = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            assert child.stdout is not None and child.stdout.readline() == b"ready\n"
            if not second:
                # Changes go on while it works.
                second = True
                with transaction.atomic():
                    for person in people[::2]:
                        grant(person, VIEWER, world.shushan)
                dispatch_pending()
            enough = USERS**2 if kills == KILLS else len(arrived) + BETWEEN_KILLS
            while len(arrived) < enough and _left() and time.monotonic() < deadline:
                time.sleep(0.01)
            child.send_signal(signal.SIGKILL)
            child.wait()
            kills += 1
        assert not _left(), list(_left().values("state", "trouble", "wanted", "sent"))
        assert kills > KILLS
        users = outside.users()
    names = Counter(user["userName"] for user in users)
    assert len(names) == USERS and set(names.values()) == {1}
    roles = {user["userName"]: len(user[UNION_USER]["roles"]) for user in users}
    assert roles == {f"user{number}": 2 if number % 2 == 0 else 1 for number in range(USERS)}


def _left():
    return PushItem.objects.unscoped("test").exclude(state=ItemState.DONE)
