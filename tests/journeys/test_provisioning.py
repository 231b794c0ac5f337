"""Users pushed to another system: registered, approved, granted, failed, tried again, compared."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.test_users import pick
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
SOON = 60


def until(visitor: Visitor, path: str, words: str) -> None:
    """Open a page again until it says something."""
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline:
        visitor.go(path)
        if re.search(words, visitor.page.locator("main").inner_text()):
            return
        time.sleep(0.5)
    pytest.fail(f"{path} never said {words}: {visitor.text()[:1500]}")


def behave(visitor: Visitor, mood: str) -> None:
    """Tell the simulated outside system how to behave."""
    visitor.go("/simulators/scim/").get_by_role("button", name=re.compile(mood)).click()
    visitor.page.wait_for_load_state()


@pytest.mark.parametrize("width", [1440, 360])
def test_a_target_from_approval_to_repair(visit: Visit, width: int) -> None:
    name = f"职工之家{width}-{int(time.time())}"
    system, security = visit("hefei-xitong", width=width), visit("hefei-anquan", width=width)
    behave(system, "正常")

    # Registered by one, approved by another.
    page = system.go("/w/push-targets/new/register/")
    pick(page, "推送哪个工会及其下级的用户", "合肥市总工会")
    page.get_by_label("系统名称").fill(name)
    page.get_by_label("责任部门").fill("网络工作部")
    page.get_by_label("接口地址").fill("/simulators/scim/v2")
    page.get_by_label("访问令牌").fill("journey")
    for content in ("所在工会", "职务", "角色和期限"):
        page.get_by_label(content, exact=True).check()
    system.look("register")
    system.confirm()
    expect(page.get_by_text("等待安全管理员批准").first).to_be_visible()
    target = re.sub(r"^https?://[^/]+", "", page.url)
    number = target.rstrip("/").rpartition("/")[2]
    security.go(target)
    security.begin("approve")
    security.look("approve")
    security.confirm()

    # Everybody is there after a moment.
    receipts = f"/w/push-receipts/?target={number}"
    until(system, receipts, "已接收|对方已一致")
    system.look("receipts")
    until(system, target, r"待推送\s*0")
    system.look("target")

    # The other side fails; the change waits, and arrives by another try.
    behave(system, "故障")
    system.go(f"/w/push-items/?target={number}&state=done")
    system.page.locator("main tbody a").first.click()
    system.page.wait_for_load_state()
    item = re.sub(r"^https?://[^/]+", "", system.page.url)
    system.begin("retry")
    system.confirm()
    until(system, f"{receipts}&outcome=failed", "没有送达")
    system.look("failed")
    behave(system, "正常")
    until(system, item, "已送达")
    system.look("item")

    # Everything compared.
    system.go(target)
    system.begin("reconcile")
    system.confirm()
    until(system, f"/w/push-runs/?target={number}", "已完成")
    system.page.locator("main tbody a").first.click()
    expect(system.page.get_by_text("完全一致").first).to_be_visible()
    system.look("run")


def test_a_token_is_shown_once_and_approved(visit: Visit) -> None:
    system, security = visit("hefei-xitong"), visit("hefei-anquan")
    page = system.go("/w/scim-sources/new/register/")
    pick(page, "管理哪个工会及其下级的用户", "合肥市总工会")
    page.get_by_label("系统名称").fill("干部人事系统")
    page.get_by_label("责任部门").fill("组织部")
    page.get_by_label("经办人", exact=True).check()
    system.look("source")
    system.confirm()
    page.get_by_role("link", name="签发令牌").click()
    system.look("issue")
    system.confirm()
    token = page.locator("#token").inner_text()
    system.look("issued")
    page.get_by_role("link", name="我已保存").click()
    assert token not in page.content()
    asked = {"Authorization": f"Bearer {token}"}
    address = f"{system.address}/scim/v2/Users?count=1"
    assert system.context.request.get(address, headers=asked).status == 401
    page.locator("main tbody a").first.click()
    page.wait_for_load_state()
    security.go(re.sub(r"^https?://[^/]+", "", page.url))
    security.begin("approve")
    security.confirm()
    security.look("token")
    assert system.context.request.get(address, headers=asked).status == 200
