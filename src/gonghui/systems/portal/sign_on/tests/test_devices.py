"""Devices that are let in by a code (RFC 8628)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.systems.portal.sign_on.models import DeviceRequest, SignOn
from gonghui.systems.portal.sign_on.tests.makers import active

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
def screen(world):
    return active(
        world, title="大屏", kind="device", redirect_uris=[], logout_uri="", post_logout_uris=[]
    )


def ask(application, **more):
    data = {"client_id": application.client_id, "scope": "openid profile", **more}
    return Client().post("/sso/device", urlencode(data), content_type=FORM)


def poll(application, device_code):
    DeviceRequest.objects.update(polled_at=None)
    return press(application, device_code)


def press(application, device_code):
    data = {
        "grant_type": GRANT,
        "client_id": application.client_id,
        "device_code": device_code,
    }
    return Client().post("/sso/token", data)


@pytest.fixture
def person(cadre):
    client = Client()
    client.force_login(cadre)
    return client


def test_device_is_let_in(screen, person, cadre):
    asked = ask(screen).json()
    assert asked["verification_uri"].endswith("/sso/activate/") and asked["interval"] == 5
    assert poll(screen, asked["device_code"]).json()["error"] == "authorization_pending"
    page = person.get(asked["verification_uri_complete"])
    assert asked["user_code"] in page.content.decode()
    page = person.post("/sso/activate/", {"code": asked["user_code"].lower().replace("-", "")})
    text = page.content.decode()
    assert "大屏" in text and "您的姓名" in text and asked["user_code"] in text
    done = person.post("/sso/activate/", {"code": asked["user_code"], "do": "grant"})
    assert "设备已登录" in done.content.decode()
    tokens = poll(screen, asked["device_code"]).json()
    info = (
        Client().get("/sso/userinfo", HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}").json()
    )
    assert info["name"] == cadre.display_name and tokens["id_token"] and tokens["refresh_token"]
    assert poll(screen, asked["device_code"]).json()["error"] == "invalid_grant"
    assert SignOn.objects.unscoped("test").get().sid == ""


def test_device_is_refused(screen, person):
    asked = ask(screen).json()
    person.post("/sso/activate/", {"code": asked["user_code"], "do": "deny"})
    assert poll(screen, asked["device_code"]).json()["error"] == "access_denied"
    assert (
        person.post("/sso/activate/", {"code": asked["user_code"], "do": "grant"}).status_code
        == 422
    )


def test_device_that_asks_too_often_is_slowed_down(screen):
    asked = ask(screen).json()
    assert press(screen, asked["device_code"]).json()["error"] == "authorization_pending"
    assert press(screen, asked["device_code"]).json()["error"] == "slow_down"
    assert DeviceRequest.objects.get().interval == 10


def test_expired_code_is_worth_nothing(screen, person):
    asked = ask(screen).json()
    DeviceRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert poll(screen, asked["device_code"]).json()["error"] == "expired_token"
    assert person.post("/sso/activate/", {"code": asked["user_code"]}).status_code == 422


def test_device_code_of_another_application(screen, world):
    other = active(
        world, title="别屏", kind="device", redirect_uris=[], logout_uri="", post_logout_uris=[]
    )
    asked = ask(screen).json()
    assert poll(other, asked["device_code"]).json()["error"] == "invalid_grant"


def test_guessing_codes_locks_person_and_address(screen, person, world):
    asked = ask(screen).json()
    for _ in range(5):
        assert person.post("/sso/activate/", {"code": "BBBB-BBBB"}).status_code == 422
    assert person.post("/sso/activate/", {"code": asked["user_code"]}).status_code == 429
    other = Client()
    other.force_login(world.user("同一地址"))
    assert other.post("/sso/activate/", {"code": asked["user_code"]}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="10.9.9.9")
    elsewhere.force_login(world.user("别处"))
    assert elsewhere.post("/sso/activate/", {"code": asked["user_code"]}).status_code == 200


def test_requests_of_devices_are_limited(screen):
    answers = [ask(screen).status_code for _ in range(61)]
    assert set(answers[:60]) == {200} and answers[60] == 429


def test_only_device_applications_may_ask(program):
    answer = ask(program.application)
    assert answer.status_code in {400, 401}
    assert not DeviceRequest.objects.exists()


def test_scope_beyond_the_registered_is_refused(screen):
    assert ask(screen, scope="openid api").json()["error"] == "invalid_scope"


def test_nobody_lets_a_device_in_without_signing_in(screen):
    asked = ask(screen).json()
    answer = Client().post("/sso/activate/", {"code": asked["user_code"], "do": "grant"})
    assert answer.status_code == 302 and answer["Location"].startswith("/signin/")
