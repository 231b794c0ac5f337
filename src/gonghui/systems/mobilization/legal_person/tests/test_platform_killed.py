"""A worker killed with SIGKILL between the platform's answer and our register: one code each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection, transaction

from gonghui.kernel.testing import world as world_module
from gonghui.systems.mobilization.legal_person.models import (
    Certificate,
    CodeRequest,
    UnionCode,
)
from gonghui.systems.mobilization.legal_person.tests import makers
from gonghui.systems.mobilization.legal_person.tests.platform_outside import serving, simulated

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = 2
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
from gonghui.kernel.testing.settings import setting_set
from gonghui.systems.mobilization.legal_person.actions import codes, platform
from gonghui.systems.mobilization.legal_person.jobs.codes import ask_next
codes.LEASE = timedelta(seconds=1)
with setting_set(platform.ADDRESS, "http://" + sys.argv[2]):
    print("ready", flush=True)
    while True:
        if not ask_next():
            time.sleep(0.05)
"""


def test_killed_again_and_again(tmp_path, test_keyring, monkeypatch):
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    for kind, keys in (("seal", test_keyring._seal_keys), ("index", test_keyring._index_keys)):
        for number, key in keys.items():
            file = folder / f"{kind}-{number}.key"
            file.write_text(key.hex())
            file.chmod(0o600)
    monkeypatch.setenv("GONGHUI_VAR", str(tmp_path))
    allotted = []
    ask = simulated.Outside._ask

    def told(self, *args):
        found = ask(self, *args)
        allotted.append(found)
        # The kill falls between what the platform has written and what we have.
        time.sleep(0.05)
        return found

    monkeypatch.setattr(simulated.Outside, "_ask", told)
    with serving() as (outside, address):
        with transaction.atomic():
            world = world_module.build()
            makers.code_range(world, world.shushan)
            unions = (world.factory, world.shop, world.jinggang)
            made = [makers.coding(world, union) for union in unions]
        host = address.removeprefix("http://")
        command = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], host, folder]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        deadline, kills = time.monotonic() + 240, 0
        while _left() and time.monotonic() < deadline:
            child = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            assert child.stdout is not None and child.stdout.readline() == b"ready\n"
            seen = len(allotted)
            while _left() and time.monotonic() < deadline:
                if kills < KILLS and len(allotted) > seen:
                    break
                time.sleep(0.01)
            child.send_signal(signal.SIGKILL)
            child.wait()
            kills += 1
        assert not _left() and kills > KILLS
        kept = outside.codes()
    found = {code.union_id: code.uscc for code in UnionCode.objects.unscoped("test")}
    assert set(found) == {application.union_id for application in made}
    assert set(found.values()) == set(kept) and len(kept) == len(unions)
    assert Certificate.objects.unscoped("test").count() == 2 * len(unions)


def _left():
    return CodeRequest.objects.unscoped("test").filter(state="waiting").exists()
