import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Missing, Refusal
from gonghui.kernel.identity import accounts, factors, passwords
from gonghui.kernel.identity.models import Invitation, Status, User
from gonghui.kernel.identity.tests.conftest import PASSWORD, is_in, sign_in
from gonghui.kernel.people import persons

pytestmark = pytest.mark.django_db
NEW = {"new": "Xinmima-77-he", "again": "Xinmima-77-he"}


def test_invitation_proves_the_mobile_sets_a_password_and_works_once(db, phone):
    user = accounts.open_account("wanghy", "汪海燕", "部长", "13812345678")
    assert not user.is_active and user.status == Status.INVITED
    token = accounts.invite(user)
    assert token not in repr(list(Invitation.objects.values()))
    client = Client()
    address = f"/account/activate/{token}/"
    assert "wanghy" in client.get(address).content.decode()
    assert client.post(address, NEW).status_code == 422
    client.post(address, {"do": "send"})
    assert client.post(address, {**NEW, "code": "000000"}).status_code == 422
    code = phone.code()
    answer = client.post(address, {**NEW, "code": code})
    assert answer.status_code == 302 and is_in(client)
    user.refresh_from_db()
    assert user.status == Status.ACTIVE and user.mobile_verified_at
    assert Client().get(address).status_code == 404
    assert Entry.objects.filter(action_name="激活账号").exists()


def test_invitations_end_with_their_term_and_with_the_next(db, later):
    user = accounts.open_account("wanghy", "汪海燕")
    first = accounts.invite(user)
    second = accounts.invite(user)
    with pytest.raises(Missing):
        accounts.invited(first, timezone.now())
    accounts.invited(second, timezone.now())
    with pytest.raises(Missing):
        accounts.invited(second, timezone.now() + timezone.timedelta(days=8))


def test_names_are_unique_whatever_their_case(user):
    with pytest.raises(Conflict):
        accounts.open_account("LINAN", "林安")
    for bad in ("ab", "有 空格", "x" * 61, "<b>x</b>"):
        with pytest.raises(Refusal):
            accounts.open_account(bad, "林安")


def test_states_and_what_leads_from_one_to_another(user):
    accounts.suspend(user)
    assert not User.objects.get(pk=user.pk).is_active
    assert sign_in(Client()).status_code == 422
    accounts.reopen(user)
    assert sign_in(Client()).status_code == 302
    with pytest.raises(Conflict):
        accounts.reopen(user)
    accounts.close(user)
    for verb in (accounts.suspend, accounts.reopen, accounts.invite, accounts.reset_credentials):
        with pytest.raises(Conflict):
            verb(User.objects.get(pk=user.pk))


def test_reset_forgets_password_and_factors(user):
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    client = Client()
    client.force_login(user)
    token = accounts.reset_credentials(user)
    assert not is_in(client) and not factors.kept_by(user).any
    assert sign_in(Client()).status_code == 422
    assert accounts.invited(token, timezone.now()).user == user


def test_a_number_signs_in_one_account(user):
    other = User.objects.create_user("other", PASSWORD, display_name="外人")
    with pytest.raises(Conflict):
        accounts.verify_mobile(other, "13812345678")
    assert accounts.by_mobile("13812345678") == user
    assert "13812345678" not in repr(list(User.objects.values()))


def test_accounts_end_on_their_day(user):
    today = timezone.localdate()
    User.objects.filter(pk=user.pk).update(closes_on=today)
    assert accounts.suspend_due(today) == 0
    assert accounts.suspend_due(today + timezone.timedelta(days=1)) == 1


def claim(person, mobile):
    number = persons.reveal(person)["document_number"]
    return {"name": person.name, "document_number": number, "mobile": mobile}


def test_a_worker_binds_by_document_name_and_phone(world, phone):
    person = world.person(world.factory)
    mobile = persons.reveal(person)["mobile"]
    client = Client()
    assert client.post("/account/join/", claim(person, mobile)).status_code == 302
    assert client.post("/account/join/code/", {"code": "000000"}).status_code == 422
    client.post("/account/join/code/", {"code": phone.code()})
    made = User.objects.get(person=person)
    assert is_in(client) and made.mobile_verified_at
    # One account a person; the rest is told to the phone alone.
    again = Client()
    timezone_later = timezone.now() - timezone.timedelta(minutes=2)
    made.codes.update(created_at=timezone_later)
    from gonghui.kernel.identity.models import Code

    Code.objects.update(created_at=timezone_later)
    assert again.post("/account/join/", claim(person, mobile)).status_code == 302
    phone.look()
    assert f"已有账号，用户名 {made.username}" in phone.texts[-1][1]
    assert again.post("/account/join/code/", {"code": "000000"}).status_code == 422


def test_binding_tells_nothing_of_who_is_known(world, phone):
    person = world.person(world.factory)
    stranger = world.identity("高远")
    mobile = persons.reveal(person)["mobile"]
    claims = (
        claim(person, "13912345678"),
        {**claim(person, mobile), "name": "高远"},
        {"name": "高远", "document_number": stranger.document_number, "mobile": "13712345678"},
    )
    pages = []
    for asked in claims:
        client = Client()
        page = client.post("/account/join/", asked, follow=True).content.decode()
        pages.append([line for line in page.splitlines() if "csrf" not in line.lower()])
        assert client.post("/account/join/code/", {"code": "123456"}).status_code == 422
    assert pages[0] == pages[1] == pages[2]
    assert phone.count == 0


def test_binding_is_limited_per_document(world, phone, later):
    person = world.person(world.factory)
    for _ in range(5):
        Client().post("/account/join/", claim(person, "13912345678"))
        later(seconds=61)
    page = Client().post("/account/join/", claim(person, "13712345678"))
    assert "锁定" in page.content.decode()


def test_binding_an_account_that_is_signed_in(world, user, phone):
    person = world.person(world.factory)
    client = Client()
    sign_in(client)
    client.post("/account/join/", claim(person, persons.reveal(person)["mobile"]))
    client.post("/account/join/code/", {"code": phone.code()})
    user.refresh_from_db()
    assert user.person_id == person.pk
    assert passwords.faults("Xinmima-77-he", user) == []
