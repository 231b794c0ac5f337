"""cas-authentication (npm) as an old system of the platform, over real connections."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("version", ["cas2", "cas3"])
def test_old_system_signs_in_and_is_signed_out(stage, outside, version):
    browser = stage.browser
    page = browser.sign_in(browser.go(f"{stage.own}/{version}"), stage.username)
    assert page.status_code == 200 and page.json()["user"] == stage.username, page.text
    if version == "cas3":
        info = page.json()["info"]
        assert info["name"] == "许若兰" and info["union_name"] == "合肥市蜀山区总工会"
    assert outside("GET", f"/{version}").status_code == 200
    page = browser.go(f"{stage.address}/account/")
    browser.send(page, action="/signout/")
    notices = stage.tell()
    assert {notice.state for notice in notices} == {"delivered"}
    assert outside("GET", f"/{version}").status_code == 302
