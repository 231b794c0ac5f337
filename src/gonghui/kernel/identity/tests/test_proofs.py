import time

import pyotp
import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity import accounts, codes, factors, limiting
from gonghui.kernel.identity.models import Code
from gonghui.kernel.identity.tests.conftest import PASSWORD, is_in, sign_in
from gonghui.kernel.notify.models import TextMessage
from gonghui.kernel.security.limits import TooMany, failures

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(user):
    """A user's one-time passwords, on."""
    from allauth.mfa.totp.internal.auth import TOTP

    made = pyotp.random_base32()
    TOTP.activate(user, made)
    return made


def test_totp_is_set_up_with_its_first_code_and_gives_recovery_codes(user):
    client = Client()
    sign_in(client)
    page = client.get("/account/factors/totp/").content.decode()
    made = client.session["totp_secret"]
    assert made[:4] in page
    wrong = client.post("/account/factors/totp/", {"code": "000000"})
    assert wrong.status_code == 422
    page = client.post("/account/factors/totp/", {"code": pyotp.TOTP(made).now()})
    assert "恢复码只显示这一次" in page.content.decode()
    kept = factors.kept_by(user)
    assert kept.totp and kept.codes_left == 10
    assert made not in repr(list(Authenticator.objects.values("data")))


def test_sign_in_asks_for_the_second_proof(user, secret):
    client = Client()
    answer = sign_in(client, next="/account/records/")
    assert answer["Location"] == "/signin/second/" and not is_in(client)
    assert client.post("/signin/second/", {"way": "totp", "code": "123456"}).status_code == 422
    answer = client.post("/signin/second/", {"way": "totp", "code": pyotp.TOTP(secret).now()})
    assert answer["Location"] == "/account/records/" and is_in(client)


def test_a_code_counts_once_even_within_its_tolerance(user, secret):
    now = timezone.now()
    code = pyotp.TOTP(secret).now()
    factors.check_totp(user, code, now=now)
    for old in (code, pyotp.TOTP(secret).at(time.time() - 30)):
        with pytest.raises(Refusal, match="已使用过"):
            factors.check_totp(user, old, now=now)


def test_the_second_proof_cannot_be_skipped_or_taken_late(user, secret, later):
    client = Client()
    sign_in(client)
    assert client.get("/desk/").status_code in {302, 403}
    later(minutes=11)
    answer = client.post("/signin/second/", {"way": "totp", "code": pyotp.TOTP(secret).now()})
    assert answer["Location"] == "/signin/" and not is_in(client)


def test_totp_is_locked_after_five_and_released_by_the_administrator(user, secret):
    now = timezone.now()
    for _ in range(5):
        with pytest.raises(Refusal, match="动态口令不正确"):
            factors.check_totp(user, "000000", now=now)
    with pytest.raises(TooMany):
        factors.check_totp(user, pyotp.TOTP(secret).now(), now=now)
    accounts.unlock(user)
    factors.check_totp(user, pyotp.TOTP(secret).now(), now=now)


def test_recovery_codes_work_once_each_and_lock(user, secret):
    now = timezone.now()
    words = factors.new_recovery_codes(user)
    assert len(set(words)) == 10
    factors.check_recovery(user, words[0], now=now)
    with pytest.raises(Refusal, match="恢复码不正确"):
        factors.check_recovery(user, words[0], now=now)
    for _ in range(4):
        with pytest.raises(Refusal):
            factors.check_recovery(user, "00000000", now=now)
    with pytest.raises(TooMany):
        factors.check_recovery(user, words[1], now=now)
    # The rightful user's other factor still works.
    factors.check_totp(user, pyotp.TOTP(secret).now(), now=now)


def test_fresh_recovery_codes_void_the_former(user, secret):
    old = factors.new_recovery_codes(user)
    factors.new_recovery_codes(user)
    with pytest.raises(Refusal):
        factors.check_recovery(user, old[0], now=timezone.now())


def test_recovery_codes_go_with_the_last_factor(user, secret):
    factors.new_recovery_codes(user)
    factors.remove(user, factors.kept_by(user).totp)
    assert not Authenticator.objects.filter(user=user).exists()


def test_a_passkey_answer_without_a_challenge_is_refused(user):
    client = Client()
    answer = client.post("/signin/passkey/", {"credential": '{"id": "x", "response": {}}'})
    assert answer.status_code == 422 and not is_in(client)
    assert client.get("/signin/passkey/").json()["publicKey"]["challenge"]
    for junk in ("", "[]", '{"response": {"userHandle": "MQ"}}', "{"):
        assert client.post("/signin/passkey/", {"credential": junk}).status_code == 422


def test_sms_code_signs_in_once(user, phone):
    client = Client()
    client.post("/signin/sms/", {"mobile": "138 1234 5678"})
    code = phone.code()
    assert client.post("/signin/sms/code/", {"code": "x"}).status_code == 422
    assert client.post("/signin/sms/code/", {"code": code}).status_code == 302
    assert is_in(client)
    row = Code.objects.get()
    assert row.used_at and row.text_sealed is None
    with pytest.raises(Refusal):
        codes.verify(row.key, "signin", code, now=timezone.now())


def test_unknown_numbers_get_the_same_page_and_no_message(user, phone):
    known, unknown = Client(), Client()
    one = known.post("/signin/sms/", {"mobile": "13812345678"}, follow=True).content.decode()
    two = unknown.post("/signin/sms/", {"mobile": "13912345678"}, follow=True).content.decode()

    def strip(page):
        return [line for line in page.splitlines() if "csrf" not in line.lower()]

    assert strip(one) == strip(two)
    assert phone.count == 1
    assert unknown.post("/signin/sms/code/", {"code": "123456"}).status_code == 422


def test_code_is_bound_to_browser_purpose_and_time(user, phone, later):
    client, thief = Client(), Client()
    client.post("/signin/sms/", {"mobile": "13812345678"})
    code = phone.code()
    thief.post("/signin/sms/", {"mobile": "13912345678"})
    assert thief.post("/signin/sms/code/", {"code": code}).status_code == 422
    with pytest.raises(Refusal):
        codes.verify(Code.objects.get(live=True).key, "step_up", code, now=timezone.now())
    later(minutes=6)
    assert client.post("/signin/sms/code/", {"code": code}).status_code == 422


def test_five_wrong_codes_void_the_code_and_lock_the_number(user, phone, later):
    client = Client()
    client.post("/signin/sms/", {"mobile": "13812345678"})
    code = phone.code()
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        client.post("/signin/sms/code/", {"code": wrong})
    page = client.post("/signin/sms/code/", {"code": code})
    assert "锁定" in page.content.decode() and not is_in(client)
    # Back in: by the password at once, by another code after the wait.
    assert sign_in(Client()).status_code == 302
    later(minutes=16)
    client.post("/signin/sms/", {"mobile": "13812345678"})
    assert client.post("/signin/sms/code/", {"code": phone.code()}).status_code == 302


def test_sending_is_limited_per_number_and_minute(user, phone, later):
    client = Client()
    client.post("/signin/sms/", {"mobile": "13812345678"})
    page = client.post("/signin/sms/", {"mobile": "13812345678"})
    assert "一分钟后" in page.content.decode()
    for _ in range(4):
        later(seconds=61)
        assert client.post("/signin/sms/", {"mobile": "13812345678"}).status_code == 302
    later(seconds=61)
    assert "锁定" in client.post("/signin/sms/", {"mobile": "13812345678"}).content.decode()
    assert phone.count == 5


def test_sms_as_a_second_factor_does_not_confirm_itself(user, phone):
    user.sms_second = True
    user.save()
    assert factors.enabled(user, first="password") == ["sms"]
    assert factors.enabled(user, first="sms") == []
    client = Client()
    assert sign_in(client)["Location"] == "/signin/second/"
    client.post("/signin/second/", {"way": "sms", "do": "send"})
    answer = client.post("/signin/second/", {"way": "sms", "code": phone.code()})
    assert answer.status_code == 302 and is_in(client)


def test_recovering_a_password(user, phone, secret):
    client = Client()
    stranger = Client()
    stranger.post("/signin/recover/", {"username": "someone", "mobile": "13812345678"})
    assert phone.count == 0
    Code.objects.all().delete()
    client.post("/signin/recover/", {"username": "linan", "mobile": "13812345678"})
    client.post("/signin/recover/code/", {"code": phone.code()})
    new = {"new": "Xinmima-77-he", "again": "Xinmima-77-he"}
    assert client.post("/signin/recover/password/", new).status_code == 422
    page = client.post("/signin/recover/password/", {**new, "second": "000000"})
    assert page.status_code == 422
    answer = client.post("/signin/recover/password/", {**new, "second": pyotp.TOTP(secret).now()})
    assert answer.status_code == 302
    assert sign_in(Client(), "Xinmima-77-he").status_code == 302
    assert sign_in(Client(), PASSWORD).status_code == 422
    assert failures(limiting.TOTP, str(user.pk)) == 0


def test_nothing_is_left_of_a_sent_text(user, phone, settings):
    from gonghui.kernel.notify import sms

    class Carrier:
        sent: list[tuple[str, str]] = []

        def send(self, mobile, text, key):
            self.sent.append((key, text))
            if len(self.sent) == 1:
                raise sms.CarrierTrouble("超时")
            return "carrier-1"

    before, sms.CARRIER = sms.CARRIER, Carrier()
    try:
        sms.queue("13812345678", "验证码 123456", "code")
        row = TextMessage.objects.get()
        with pytest.raises(sms.CarrierTrouble):
            sms.send(pk=row.pk)
        sms.send(pk=row.pk)
        sms.send(pk=row.pk)
    finally:
        sms.CARRIER = before
    row.refresh_from_db()
    assert (row.state, row.tries, row.text_sealed) == ("sent", 2, None)
    # The same key both times, so the carrier delivers once; the third call sent nothing.
    assert len(Carrier.sent) == 2 and len({key for key, _ in Carrier.sent}) == 1
