"""openid-client (npm) as an application of the platform, over real connections."""

from __future__ import annotations

import time

import pytest

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_SECONDS = 40


def let_in(stage):
    """Sign in by the form, agree, and arrive at the application."""
    browser = stage.browser
    page = browser.go(f"{stage.own}/login")
    page = browser.sign_in(page, stage.username)
    assert "允许“工会图书借阅”使用您的信息" in page.text, page.text[-500:]
    return browser.send(page, do="grant")


def test_code_flow_refresh_introspection_revocation(stage, outside):
    me = let_in(stage)
    assert str(me.url) == f"{stage.own}/me" and me.status_code == 200, me.text
    seen = me.json()
    assert seen["person"]["name"] == "许若兰" and seen["person"]["title"] == "组织部部长"
    assert seen["person"]["org_names"][-1] == "合肥市蜀山区总工会"
    assert seen["person"]["roles"][0]["role"] == "handler"
    assert seen["claims"]["iss"] == stage.address and seen["claims"]["sid"]
    # A second time nothing is asked.
    assert stage.browser.go(f"{stage.own}/login").url.path == "/me"
    assert stage.browser.go(f"{stage.own}/login?prompt=none").url.path == "/me"
    assert outside("POST", "/refresh").json() == {"rotated": True}
    token = outside("POST", "/introspect").json()
    assert token["active"] is True and token["client_id"] == stage.application.client_id
    assert outside("POST", "/person").json() == {"error": None}
    assert outside("POST", "/revoke").json() == {"active": False}
    assert outside("POST", "/person").json()["error"] is not None


def test_replayed_refresh_token_is_refused_with_its_family(stage, outside):
    let_in(stage)
    assert outside("POST", "/replay").json()["error"] == "invalid_grant"
    assert outside("POST", "/person").json()["error"] is not None


def test_logout_here_ends_the_session_there(stage, outside):
    let_in(stage)
    assert outside("GET", "/me").status_code == 200
    page = stage.browser.go(f"{stage.address}/account/")
    stage.browser.send(page, action="/signout/")
    notices = stage.tell()
    assert [notice.state for notice in notices] == ["delivered"]
    assert len(outside("GET", "/told").json()) == 1
    assert outside("GET", "/me").status_code == 401
    assert stage.browser.go(f"{stage.own}/login").url.path == "/signin/"


def test_logout_there_ends_the_session_here(stage, outside):
    let_in(stage)
    page = stage.browser.go(f"{stage.own}/logout")
    assert page.url.path == "/bye" and page.json() == {"state": "left"}
    stage.tell()
    assert outside("GET", "/me").status_code == 401
    assert stage.browser.go(f"{stage.address}/desk/").url.path == "/signin/"


def test_device_is_let_in_by_its_code(stage, outside):
    asked = outside("POST", "/device").json()
    browser = stage.browser
    page = browser.sign_in(browser.go(asked["verification_uri_complete"]), stage.username)
    page = browser.send(page, action="/sso/activate/", code=asked["user_code"])
    assert "让设备登录“大屏”" in page.text
    page = browser.send(page, action="/sso/activate/", code=asked["user_code"], do="grant")
    assert "设备已登录" in page.text
    until = time.monotonic() + WAIT_SECONDS
    while (device := outside("GET", "/device").json())["state"] == "waiting":
        assert time.monotonic() < until
        time.sleep(0.5)
    assert device["state"] == "done", device
    assert device["person"]["name"] == "许若兰"


def test_denied_device_is_told(stage, outside):
    asked = outside("POST", "/device").json()
    browser = stage.browser
    browser.sign_in(browser.go(asked["verification_uri"]), stage.username)
    page = browser.go(asked["verification_uri"])
    browser.send(page, action="/sso/activate/", code=asked["user_code"], do="deny")
    until = time.monotonic() + WAIT_SECONDS
    while (device := outside("GET", "/device").json())["state"] == "waiting":
        assert time.monotonic() < until
        time.sleep(0.5)
    assert device == {"state": "failed", "error": "access_denied"}
