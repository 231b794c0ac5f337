import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.actions import ACTIONS
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.access.models import DatedParameter, Unmasking
from gonghui.kernel.access.roles import APPROVER, AUDITOR, HANDLER
from gonghui.kernel.codes.writing import load
from gonghui.kernel.identity import passwords, sessions, stepup
from gonghui.kernel.identity.models import User
from gonghui.kernel.identity.tests.conftest import sign_in
from gonghui.kernel.resource.models import ExportLog
from gonghui.kernel.security.models import SecurityEvent

pytestmark = pytest.mark.django_db
WORD = "Zhulin-88-shan"


@pytest.fixture
def handler(world):
    """A county handler who signed in an hour ago, and a member of the county."""
    made = world.user("经办", (HANDLER, world.shushan), (APPROVER, world.province))
    passwords.put(made, WORD)
    client = Client()
    sign_in(client, username=made.username)
    client.get("/account/")
    session = client.session
    long_ago = timezone.now().timestamp() - 3600
    session[sessions.KEY] = {**session[sessions.KEY], "verified": long_ago}
    session.save()
    return client, world.member(world.factory)


def test_who_is_asked():
    now = timezone.now()
    old = now - timezone.timedelta(minutes=31)
    stepup.require(Actor(user_id=1, verified_at=now))
    stepup.require(platform("作业"))
    stepup.require(Actor(user_id=1, channel="cli"))
    for by in (Actor(user_id=1, verified_at=old), Actor(user_id=1, channel="api")):
        with pytest.raises(stepup.StepUp) as found:
            stepup.require(by)
        assert (found.value.status, found.value.code) == (403, "step_up")


def test_sensitive_actions_declare_it():
    found = {code for code, action in ACTIONS.items() if action.step_up}
    assert {
        "memberships.reveal",
        "unions.reveal",
        "join-applications.reveal",
        "parameters.set",
    } <= found


def test_reveal_asks_first_keeps_what_was_typed_and_goes_on(handler):
    client, member = handler
    address = f"/w/memberships/{member.pk}/reveal/"
    page = client.post(address, {"reason": "核对转会材料"})
    body = page.content.decode()
    assert "请再次确认是您本人" in body and 'value="核对转会材料"' in body
    assert not Unmasking.objects.exists()
    page = client.post(
        address, {"reason": "核对转会材料", "step_up": "password", "step_up_password": "wrong"}
    )
    assert "密码不正确" in page.content.decode() and 'value="核对转会材料"' in page.content.decode()
    assert SecurityEvent.objects.filter(kind="step_up_failed").count() == 1
    page = client.post(
        address, {"reason": "核对转会材料", "step_up": "password", "step_up_password": WORD}
    )
    assert "本次查看已记入日志" in page.content.decode()
    # Now it holds for a while.
    page = client.post(address, {"reason": "再次核对材料"})
    assert "本次查看已记入日志" in page.content.decode()


def test_in_a_fragment_the_question_is_drawn_in_place(handler):
    client, member = handler
    page = client.post(
        f"/w/memberships/{member.pk}/reveal/",
        {"reason": "核对转会材料"},
        headers={"HX-Request": "true", "HX-Target": "revealed"},
    )
    assert page.status_code == 422
    assert 'hx-target="#revealed"' in page.content.decode()


def test_guessing_at_step_up_is_locked(handler):
    client, member = handler
    address = f"/w/memberships/{member.pk}/reveal/"
    for _ in range(5):
        client.post(address, {"reason": "核对", "step_up": "password", "step_up_password": "x"})
    page = client.post(
        address, {"reason": "核对材料", "step_up": "password", "step_up_password": WORD}
    )
    assert "锁定" in page.content.decode() and not Unmasking.objects.exists()


def test_a_proof_of_no_kind_is_none(handler):
    client, member = handler
    for way in ("", "nothing", "totp", "sms", "passkey"):
        page = client.post(
            f"/w/memberships/{member.pk}/reveal/", {"reason": "核对材料", "step_up": way}
        )
        assert "请再次确认" in page.content.decode()
    assert not Unmasking.objects.exists()


def test_exports_ask_and_log_nothing_before(handler):
    client, _ = handler
    asked = {"purpose": "季度核对名册", "kind": "csv"}
    page = client.post("/w/memberships/export/", asked)
    assert "请再次确认是您本人" in page.content.decode()
    assert not ExportLog.objects.unscoped("test").exists()
    page = client.post(
        "/w/memberships/export/",
        {**asked, "step_up": "password", "step_up_password": WORD},
    )
    assert page["Content-Disposition"].startswith("attachment")


def test_the_api_answers_with_a_problem(handler):
    client, _ = handler
    load()
    row = DatedParameter.objects.unscoped("test").get(
        key="membership.approval_workdays", valid_to=None
    )
    answer = client.post(
        f"/api/v1/parameters/{row.pk}/change/",
        {"value": "12", "valid_from": "2027-01-01", "source_doc": "文", "reason": "测试"},
        content_type="application/json",
    )
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:gonghui:step_up"


def test_pages_that_need_a_proof_lead_back(handler):
    client, _ = handler
    answer = client.get("/account/factors/totp/")
    assert answer["Location"] == "/account/verify/?next=%2Faccount%2Ffactors%2Ftotp%2F"
    answer = client.post(
        answer["Location"],
        {"next": "/account/factors/totp/", "step_up": "password", "step_up_password": WORD},
    )
    assert answer["Location"] == "/account/factors/totp/"
    assert client.get("/account/factors/totp/").status_code == 200


def test_administrators_owe_a_second_factor_after_the_grace(world, later):
    made = world.user("审计", (AUDITOR, world.province))
    passwords.put(made, WORD)
    client = Client()
    sign_in(client, username=made.username)
    client.get("/account/")
    made = User.objects.get(pk=made.pk)
    assert made.factor_due_on == timezone.localdate() + timezone.timedelta(days=14)
    later(days=15)
    client = Client()
    sign_in(client, username=made.username)
    assert client.get("/desk/")["Location"] == "/account/factors/"
    assert client.get("/api/v1/memberships/").json()["type"] == "urn:gonghui:owes_factor"
    assert "期限已过" in client.get("/account/factors/").content.decode()


def test_a_change_of_rights_rotates_the_key(world):
    from gonghui.kernel.access.models import Grant

    made = world.user("经办", (HANDLER, world.shushan))
    client = Client()
    client.force_login(made)
    client.get("/account/")
    key = client.session.session_key
    client.get("/account/")
    assert client.session.session_key == key
    Grant.objects.unscoped("test").filter(user=made).update(role="viewer")
    client.get("/account/")
    assert client.session.session_key != key
    assert client.get("/account/").status_code == 200
