"""What the tests of C1.2 share: the issuing platform behind a socket, and its queue."""

import pytest
from django.utils import timezone

from gonghui.kernel.testing.settings import setting_set
from gonghui.systems.mobilization.legal_person.actions import platform
from gonghui.systems.mobilization.legal_person.jobs.codes import ask_next
from gonghui.systems.mobilization.legal_person.models import CodeRequest
from gonghui.systems.mobilization.legal_person.tests.platform_outside import serving, simulated


@pytest.fixture
def outside(tmp_path, settings, monkeypatch):
    """The platform, answering; its silence is longer than we wait, its slowness shorter."""
    monkeypatch.setattr(simulated, "SILENCE", 1.0)
    monkeypatch.setattr(simulated, "SLOW", 0.2)
    monkeypatch.setattr(platform, "TIMEOUT", 0.6)
    monkeypatch.setenv("GONGHUI_VAR", str(tmp_path))
    with serving() as (found, address):
        settings.OUTGOING_PRIVATE = (address.removeprefix("http://"),)
        with setting_set(platform.ADDRESS, address):
            yield found


@pytest.fixture
def turn():
    """Ask everything that is due once more."""

    def run(*, soon=True):
        if soon:
            CodeRequest.objects.unscoped("test").update(next_at=timezone.now(), leased_until=None)
        asked = 0
        while asked < 50 and ask_next():
            asked += 1
        return asked

    return run
