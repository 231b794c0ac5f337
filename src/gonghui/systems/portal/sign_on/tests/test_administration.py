"""Administrators: sessions and tokens of a person, signing keys, sign-in records, the API."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from gonghui.kernel.access.roles import AUDITOR, SECURITY_ADMIN, SYSTEM_ADMIN
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.identity import sessions
from gonghui.kernel.security.models import SecurityEvent
from gonghui.systems.portal.sign_on.models import KeyState, SigningKey, SignOn
from gonghui.systems.portal.sign_on.tests.conftest import Program
from gonghui.systems.portal.sign_on.tests.makers import sign_in, with_secret

pytestmark = pytest.mark.django_db


def client_of(world, role, union):
    client = Client()
    client.force_login(world.user("管理", (role, union)))
    return client


def test_sessions_of_a_person_are_seen_and_ended(program, world, cadre):
    tokens = program.tokens()
    client = client_of(world, SECURITY_ADMIN, world.hefei)
    page = client.get(f"/sso/people/?username={cadre.username}").content.decode()
    assert "工会图书借阅" in page and "结束会话" in page
    answer = client.post("/sso/people/", {"username": cadre.username, "reason": ""})
    assert answer.status_code == 422
    answer = client.post("/sso/people/", {"username": cadre.username, "reason": "账号疑似被盗"})
    assert answer.status_code == 302
    assert program.userinfo(tokens["access_token"]).status_code == 401
    assert program.browser.get("/sso/mine/").status_code == 302
    entry = Entry.objects.get(action="sessions.end_all")
    assert entry.reason == "账号疑似被盗"


def test_one_session_is_ended(program, world, cadre):
    program.tokens()
    second = Client()
    second.force_login(cadre)
    found = sessions.open_sessions(cadre.pk)
    assert len(found) == 2
    client = client_of(world, SECURITY_ADMIN, world.province)
    data = {"username": cadre.username, "sid": found[0].sid, "reason": "陌生设备"}
    client.post("/sso/people/", data)
    assert [row.sid for row in sessions.open_sessions(cadre.pk)] == [found[1].sid]
    other = world.user("别人")
    data = {"username": other.username, "sid": found[1].sid, "reason": "陌生设备"}
    assert client.post("/sso/people/", data).status_code == 404


def test_other_city_and_other_roles_may_not(program, world, cadre):
    program.tokens()
    data = {"username": cadre.username, "reason": "账号疑似被盗"}
    wuhu = client_of(world, SECURITY_ADMIN, world.wuhu)
    assert "没有找到" in wuhu.get(f"/sso/people/?username={cadre.username}").content.decode()
    assert wuhu.post("/sso/people/", data).status_code == 404
    for role in (SYSTEM_ADMIN, AUDITOR):
        assert client_of(world, role, world.province).post("/sso/people/", data).status_code == 403
    assert sessions.open_sessions(cadre.pk)


def test_sign_on_is_ended_by_its_step(program, world):
    tokens = program.tokens()
    sign_on = SignOn.objects.unscoped("test").get()
    client = client_of(world, SECURITY_ADMIN, world.shushan)
    page = client.get(f"/w/sign-ons/{sign_on.pk}/").content.decode()
    assert "许若兰</dd>" not in page and "许**" in page
    answer = client.post(f"/w/sign-ons/{sign_on.pk}/end/", {"reason": "正在核查账号"})
    assert answer.status_code == 302
    assert program.refresh(tokens["refresh_token"]).status_code == 400
    assert (
        client.post(f"/w/sign-ons/{sign_on.pk}/end/", {"reason": "正在核查账号"}).status_code == 409
    )


def test_keys_page(program, world):
    program.tokens()
    client = client_of(world, SECURITY_ADMIN, world.province)
    active = SigningKey.objects.get(state=KeyState.ACTIVE)
    assert active.kid[:12] in client.get("/sso/keys/").content.decode()
    assert client.post("/sso/keys/", {"reason": ""}).status_code == 422
    assert client.post("/sso/keys/", {"reason": "年度更换"}).status_code == 302
    assert SigningKey.objects.get(state=KeyState.ACTIVE) != active
    county = client_of(world, SECURITY_ADMIN, world.shushan)
    assert county.post("/sso/keys/", {"reason": "年度更换"}).status_code == 403
    keeper = client_of(world, SYSTEM_ADMIN, world.province)
    assert keeper.get("/sso/keys/").status_code == 200
    assert keeper.post("/sso/keys/", {"reason": "年度更换"}).status_code == 403


def test_keys_are_rotated_by_command(db, world):
    call_command("rotate_signing_keys", reason="演练", verbosity=0)
    call_command("rotate_signing_keys", reason="演练", at_once=True, verbosity=0)
    assert SigningKey.objects.filter(state=KeyState.ACTIVE).count() == 1
    assert Entry.objects.filter(action="signing-keys.rotate").count() == 2


def test_auditor_exports_sign_in_records(world):
    sign_in(world, world.shushan)
    sign_in(world, world.jinghu)
    client = client_of(world, AUDITOR, world.hefei)
    page = client.get("/w/sign-ins/").content.decode()
    assert "登录成功" in page and "zhangsan" in page
    assert len(client.get("/api/v1/sign-ins/").json()["items"]) == 1
    answer = client.post("/w/sign-ins/export/", {"purpose": "季度审计检查", "kind": "csv"})
    assert answer.status_code == 200 and "登录成功" in b"".join(answer).decode("utf-8-sig")
    keeper = client_of(world, SYSTEM_ADMIN, world.province)
    assert keeper.get("/w/sign-ins/").status_code == 403


def test_province_sees_sign_ins_of_nobody_known(world):
    SecurityEvent.objects.create(kind="sign_in_failed", severity="warning", name="nobody")
    province = client_of(world, AUDITOR, world.province)
    city = client_of(world, AUDITOR, world.hefei)
    kinds = [item["kind"] for item in province.get("/api/v1/sign-ins/").json()["items"]]
    assert "sign_in_failed" in kinds
    kinds = [item["kind"] for item in city.get("/api/v1/sign-ins/").json()["items"]]
    assert "sign_in_failed" not in kinds


# The platform's API with an access token


@pytest.fixture
def delegate(world, cadre):
    """An application that may act for the person."""
    made = Program(*with_secret(world, scopes=["openid", "api"]))
    made.browser.force_login(cadre)
    return made


def call(token, path="/api/v1/applications/", method="get", **extra):
    return getattr(Client(enforce_csrf_checks=True), method)(
        path, HTTP_AUTHORIZATION=f"Bearer {token}", **extra
    )


def test_api_acts_as_the_person(delegate, cadre):
    page = delegate.authorize(scope="openid api")
    assert "以您的身份读取和办理" in page.content.decode()
    tokens = delegate.tokens(scope="openid api")
    assert call(tokens["access_token"], "/api/v1/memberships/").status_code == 200
    assert call(tokens["access_token"]).status_code == 403
    answer = call(
        tokens["access_token"],
        "/api/v1/applications/new/register/",
        "post",
        data={},
        content_type="application/json",
    )
    assert answer.status_code == 403 and answer.json()["type"] == "urn:gonghui:forbidden"


def test_api_refuses_other_tokens(delegate, program):
    tokens = program.tokens()
    answer = call(tokens["access_token"], "/api/v1/memberships/")
    assert answer.status_code == 403 and "insufficient_scope" in answer["WWW-Authenticate"]
    assert call("gha_unknown", "/api/v1/memberships/").status_code == 401
    good = delegate.tokens(scope="openid api")["access_token"]
    both = delegate.browser.get("/api/v1/memberships/", HTTP_AUTHORIZATION=f"Bearer {good}")
    assert both.status_code == 400
    page = Client().get("/w/memberships/", HTTP_AUTHORIZATION=f"Bearer {good}")
    assert page.status_code == 302


def test_api_token_ends_with_the_person(delegate, cadre):
    good = delegate.tokens(scope="openid api")["access_token"]
    cadre.is_active = False
    cadre.save()
    assert call(good, "/api/v1/memberships/").status_code == 401
