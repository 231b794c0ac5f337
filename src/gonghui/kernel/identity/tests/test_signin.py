from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import Client

from gonghui.kernel.audit.models import Entry
from gonghui.kernel.identity import accounts, limiting, pictures
from gonghui.kernel.identity.models import KnownDevice, Session
from gonghui.kernel.identity.tests.conftest import PASSWORD, is_in, sign_in
from gonghui.kernel.security.events import Kind
from gonghui.kernel.security.limits import failures
from gonghui.kernel.security.models import SecurityEvent

pytestmark = pytest.mark.django_db


def answered(client, monkeypatch, username="linan", password=PASSWORD):
    """Sign in with the question answered."""
    monkeypatch.setattr(pictures, "LETTERS", "A")
    client.get("/signin/picture.png")
    return sign_in(client, password, username, answer="aaaaa")


def test_the_answer_does_not_tell_whether_a_name_exists(user):
    known = sign_in(Client(), "wrong", "linan").content.decode()
    unknown = sign_in(Client(), "wrong", "nobody-here").content.decode()

    def strip(page):
        lines = page.replace("nobody-here", "linan").splitlines()
        return [line for line in lines if "csrf" not in line.lower()]

    assert strip(known) == strip(unknown)
    assert "用户名或密码不正确" in known


def test_suspended_and_ended_accounts_get_the_same_answer(user):
    accounts.suspend(user)
    assert "用户名或密码不正确" in sign_in(Client()).content.decode()


def test_lock_out_and_the_ways_back(user, monkeypatch, later):
    for _ in range(5):
        sign_in(Client(), "wrong")
        answered(Client(), monkeypatch, password="wrong")
    page = answered(Client(), monkeypatch)
    assert "锁定" in page.content.decode()
    assert SecurityEvent.objects.filter(kind=Kind.LOCKED_OUT, name="linan").count() == 1
    accounts.unlock(user)
    assert sign_in(Client()).status_code == 302


def test_waiting_releases_the_lock(user, monkeypatch, later):
    for _ in range(5):
        answered(Client(), monkeypatch, password="wrong")
    assert answered(Client(), monkeypatch).status_code == 422
    later(minutes=16)
    client = Client()
    page = answered(client, monkeypatch)
    assert page.status_code == 302, page.content.decode()[-3000:]


def test_sms_proof_releases_the_lock_of_the_password(user, monkeypatch, phone):
    for _ in range(5):
        answered(Client(), monkeypatch, password="wrong")
    client = Client()
    client.post("/signin/sms/", {"mobile": "13812345678"})
    client.post("/signin/sms/code/", {"code": phone.code()})
    assert is_in(client)
    assert failures(limiting.PASSWORD, "linan") == 0


def test_question_after_three_failures_and_its_answer_counts_once(user, monkeypatch):
    client = Client()
    for _ in range(3):
        page = sign_in(client, "wrong")
    assert "图形验证" in page.content.decode()
    assert "请填写图形验证" in sign_in(client).content.decode()
    monkeypatch.setattr(pictures, "LETTERS", "A")
    assert client.get("/signin/picture.png")["Content-Type"] == "image/png"
    other = Client()
    assert "图形验证不正确" in sign_in(other, answer="AAAAA").content.decode()
    assert sign_in(client, answer="bbbbb").status_code == 422
    assert sign_in(client, answer="aaaaa").status_code == 422
    client.get("/signin/picture.png")
    assert sign_in(client, answer="aaaaa").status_code == 302


def test_a_sum_serves_who_cannot_see_the_picture(user, monkeypatch):
    client = Client()
    for _ in range(3):
        sign_in(client, "wrong")
    monkeypatch.setattr(pictures, "secrets", SimpleNamespace(randbelow=lambda n: 3))
    page = sign_in(client, "wrong", question="sum", answer="x").content.decode()
    assert "五加四等于多少" in page
    assert sign_in(client, question="sum", answer="9").status_code == 302


def test_session_fixation(user):
    client = Client()
    client.get("/signin/sms/")
    client.get("/signin/picture.png")
    before = client.session.session_key
    assert before
    sign_in(client)
    assert client.session.session_key != before
    thief = Client()
    thief.cookies["sessionid"] = before
    assert not is_in(thief)


def test_cookie_is_dead_after_sign_out(user):
    client = Client()
    sign_in(client)
    cookie = client.cookies["sessionid"].value
    client.post("/signout/")
    thief = Client()
    thief.cookies["sessionid"] = cookie
    assert not is_in(thief)
    row = Session.objects.get(user=user)
    assert row.ended_why == "signout" and row.session_key is None


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_next_leads_to_this_host_only(user, target):
    answer = sign_in(Client(), next=target)
    assert answer.status_code == 302 and answer["Location"] == "/desk/"


def test_next_of_our_own_is_followed(user):
    assert sign_in(Client(), next="/account/records/")["Location"] == "/account/records/"


def test_notice_of_the_last_sign_in_and_failures_since(user):
    sign_in(Client())
    sign_in(Client(), "wrong")
    client = Client()
    sign_in(client)
    page = client.get("/account/").content.decode()
    assert "上次登录" in page and "此后有 1 次登录失败" in page


def test_a_new_device_is_an_event_the_first_is_not(user):
    first = Client()
    sign_in(first)
    sign_in(first)
    assert not SecurityEvent.objects.filter(kind=Kind.NEW_DEVICE).exists()
    sign_in(Client())
    assert SecurityEvent.objects.filter(kind=Kind.NEW_DEVICE, user_id=user.pk).count() == 1
    assert KnownDevice.objects.filter(user=user).count() == 2


def test_nothing_secret_reaches_audit_or_events(user, phone):
    client = Client()
    client.post("/signin/sms/", {"mobile": "13812345678"})
    code = phone.code()
    client.post("/signin/sms/code/", {"code": code})
    sign_in(Client(), "wrong-Secret-1")
    told = repr([list(SecurityEvent.objects.values()), list(Entry.objects.values())])
    for secret in (code, "wrong-Secret-1", "13812345678", PASSWORD):
        assert secret not in told


def test_the_cache_is_shared_through_the_database(db, as_application):
    cache.set("probe", "one", 60)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM gonghui_cache WHERE cache_key LIKE '%%probe'")
        assert cursor.fetchone()[0] == 1
    assert cache.get("probe") == "one"
