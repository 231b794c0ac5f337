"""Another county's cadre, and everybody without a role there, is refused with a way on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.visitor import Visitor

RECORDS = {
    "/w/join-applications/": "王",
    "/w/memberships/": "王",
    "/w/unions/": "",
    "/w/terms/": "",
}


@pytest.fixture(scope="module")
def links() -> dict[str, str]:
    """Addresses of records of 蜀山区, filled in by the first test that needs them."""
    return {}


def found(visit: Callable[..., Visitor], links: dict[str, str]) -> dict[str, str]:
    if not links:
        cadre = visit("shushan-quzong")
        for path in RECORDS:
            page = cadre.go(path)
            link = page.locator("tbody td.c-title a, tbody a").first
            links[path] = link.get_attribute("href") or ""
            assert re.search(r"/\d+/$", links[path]), (path, links[path])
    return links


@pytest.mark.parametrize("username", ["jinghu-quzong", "anhui-shenji"])
def test_a_stranger_is_told_who_can_grant(
    visit: Callable[..., Visitor], links: dict[str, str], username: str
) -> None:
    records = found(visit, links)
    stranger = visit(username, width=360)
    for path in records.values():
        page = stranger.go(path, status=403)
        words = stranger.text()
        assert "权限" in words
        assert re.search("上级工会|安全管理员|所在工会|联系", words), words
        expect(page.get_by_role("heading").first).to_be_visible()
    stranger.look("refused")
    # The interface answers alike.
    for path in records.values():
        answer = stranger.context.request.get(stranger.address + path.replace("/w/", "/api/v1/", 1))
        assert answer.status == 403
        assert answer.json()["type"].startswith("urn:gonghui:")


def test_a_worker_is_refused_at_the_desk(
    visit: Callable[..., Visitor], links: dict[str, str]
) -> None:
    records = found(visit, links)
    worker = visit("huiyuan", width=360)
    for path in records.values():
        worker.go(path, status=403)
    worker.look("refused")


def test_nobody_is_sent_to_sign_in(visit: Callable[..., Visitor]) -> None:
    nobody = visit(width=360)
    page = nobody.go("/w/memberships/")
    assert "/signin/" in page.url
    assert "next=" in page.url
    nobody.look("sign-in")
