"""Guesses shared out over two processes are locked as one: the counts live in the database."""

from __future__ import annotations

import subprocess
import sys
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.utils import timezone

from gonghui.kernel.base import sealing
from gonghui.kernel.identity import accounts, codes, factors, limiting, passwords
from gonghui.kernel.identity.models import Code, User
from gonghui.kernel.identity.tests.conftest import PASSWORD
from gonghui.kernel.security.limits import TooMany, attempt, failures, release

GUESSER = """
import sys
import django
django.setup()
from django.http import HttpRequest
from django.db import transaction
from django.utils import timezone
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity import codes, factors, qr, signin
from gonghui.kernel.identity.models import User
user_id, key, rounds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
user = User.objects.get(pk=user_id)
request = HttpRequest()
request.META["REMOTE_ADDR"] = "10.0.0.9"
now = timezone.now()
ways = {
    "password": lambda: signin.check_password(request, user.username, "guess", now=now),
    "sms": lambda: codes.verify(key, "signin", "000000", now=now),
    "totp": lambda: factors.check_totp(user, "000000", now=now),
    "recovery": lambda: factors.check_recovery(user, "00000000", now=now),
    "qr": lambda: qr.asked("guess", now=now, key=str(user.pk), ip=""),
}
for name, way in ways.items():
    tried = 0
    for _ in range(rounds):
        try:
            way()
        except Refusal as refusal:
            tried += refusal.code != "locked"
    print(name, tried, flush=True)
"""


def environment() -> dict[str, str]:
    import os

    parts = connection.settings_dict
    url = (
        f"postgresql://{quote(parts['USER'])}:{quote(parts['PASSWORD'])}"
        f"@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
    )
    path = os.pathsep.join(part for part in sys.path if part)
    return {**os.environ, "DATABASE_URL": url, "PYTHONPATH": path}


@pytest.mark.django_db(transaction=True)
def test_two_processes_have_one_count_and_the_rightful_user_gets_back(phone, tmp_path):
    user = User.objects.create_user("linan", display_name="林安")
    passwords.put(user, PASSWORD)
    accounts.put_mobile(user, "13812345678", verified_at=timezone.now())
    user.save()
    keys = tmp_path / "keys"
    ring = sealing.Keyring.generate(keys)
    before = sealing.use_keyring(ring)
    try:
        accounts.put_mobile(user, "13812345678", verified_at=timezone.now())
        user.save()
        TOTP.activate(user, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(user)
        key = codes.issue("signin", "13812345678", user=user, now=timezone.now())
        command = [sys.executable, "-c", GUESSER, str(user.pk), key, "8"]
        variables = {**environment(), "GONGHUI_KEYS": str(keys)}
        running = [
            subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        told = [process.communicate(timeout=120)[0] for process in running]
        tried: dict[str, int] = {}
        for line in "".join(told).splitlines():
            name, _, count = line.partition(" ")
            if name in {"password", "sms", "totp", "recovery", "qr"}:
                tried[name] = tried.get(name, 0) + int(count)
        # Sixteen guesses were sent at each; as many were looked at as one process may make.
        assert tried == {"password": 5, "sms": 5, "totp": 5, "recovery": 5, "qr": 10}
        now = timezone.now()
        with pytest.raises(TooMany), attempt(limiting.PASSWORD, "linan", now=now):
            pass
        with pytest.raises(TooMany):
            factors.check_totp(user, "000000", now=now)
        # Back in: another proof, or the administrator.
        release(limiting.SMS_TRY, bytes(user.mobile_index).hex())
        accounts.unlock(user)
        assert failures(limiting.PASSWORD, "linan") == 0
        assert Code.objects.get(key=key).tries == 5
        assert Authenticator.objects.filter(user=user).count() == 2
    finally:
        sealing.use_keyring(before)
