import pytest
from django.test import Client

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity import passwords
from gonghui.kernel.identity.models import PasswordPast, User
from gonghui.kernel.identity.tests.conftest import PASSWORD, is_in, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("Ab1-efg", "长度不足"),
        ("abcdefghijkl", "字符种类不足"),
        ("Woaini-2026", "常见或已泄露"),
        ("Passw0rd123!", "常见或已泄露"),
        ("Linan-7788-x", "包含用户名"),
        ("x-Nanil-77880", "包含用户名"),
        ("Xie-x" * 40, "长度超过"),
    ],
)
def test_what_a_password_may_not_be(user, word, why):
    assert why in "；".join(passwords.faults(word, user))


def test_pinyin_of_the_name_is_no_password(db):
    user = User(username="u01", display_name="欧阳海燕")
    assert "姓名拼音" in "；".join(passwords.faults("Ouyanghaiyan-26", user))
    assert passwords.faults("Chunjiang-26-yue", user) == []


def test_the_demo_password_is_allowed(user):
    assert passwords.faults("Huishang-12351", user) == []


def test_the_last_five_passwords_are_refused_and_the_sixth_is_forgotten(user):
    words = [f"Qingshan-{n}{n}-lv" for n in range(6)]
    for word in words:
        passwords.check(word, user)
        passwords.put(user, word)
    for word in words[1:]:
        with pytest.raises(Refusal, match="用过的密码"):
            passwords.check(word, user)
    passwords.check(words[0], user)
    assert PasswordPast.objects.filter(user=user).count() == 5


def test_change_ends_other_sessions_and_keeps_this_one(user):
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    key = here.session.session_key
    page = here.post(
        "/account/password/", {"old": PASSWORD, "new": "Xinmima-77-he", "again": "Xinmima-77-he"}
    )
    assert page.status_code == 302
    assert is_in(here) and not is_in(there)
    assert here.session.session_key != key
    assert sign_in(Client()).status_code == 422
    assert sign_in(Client(), "Xinmima-77-he").status_code == 302


def test_wrong_old_password_changes_nothing_and_locks(user):
    client = Client()
    sign_in(client)
    for _ in range(5):
        page = client.post(
            "/account/password/", {"old": "x", "new": "Xinmima-77-he", "again": "Xinmima-77-he"}
        )
        assert page.status_code == 422
    page = client.post(
        "/account/password/", {"old": PASSWORD, "new": "Xinmima-77-he", "again": "Xinmima-77-he"}
    )
    assert "锁定" in page.content.decode()


def test_a_temporary_password_must_be_changed_first(user):
    passwords.put(user, "Linshi-55-zhi", temporary=True)
    client = Client()
    sign_in(client, "Linshi-55-zhi")
    answer = client.get("/hall/")
    assert answer.status_code == 302 and answer["Location"] == "/account/password/"
    client.post(
        "/account/password/",
        {"old": "Linshi-55-zhi", "new": "Xinmima-77-he", "again": "Xinmima-77-he"},
    )
    assert client.get("/hall/").status_code == 200
