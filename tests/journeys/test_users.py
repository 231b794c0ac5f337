"""A user from the account to the last review: opened, invited, in a post, granted, explained."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from gonghui.site.demo.cast import PASSWORD
from tests.journeys.test_identity import text_code
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
WIDTHS = [1440, 360]
NAMES = {1440: "卞知秋", 360: "岑望舒"}


def pick(page: Page, label: str, text: str) -> None:
    """Choose from what a field offers while typing."""
    page.get_by_label(label, exact=True).fill(text)
    page.locator("[role=option]:visible").first.click()


def codes_seen(visitor: Visitor) -> int:
    other = visitor.context.new_page()
    other.goto(f"{visitor.address}/simulators/sms/")
    found = len(re.findall(r"验证码 \d{6}，", other.locator("body").inner_text()))
    other.close()
    return found


def open_account(system: Visitor, name: str, username: str) -> str:
    """Open an account by the form; the address of its activation page."""
    page = system.go("/w/staff/new/open/")
    system.look("open")
    pick(page, "所属工会", "合肥市蜀山区总工会")
    page.get_by_label("姓名").fill(name)
    page.get_by_label("用户名").fill(username)
    page.get_by_label(re.compile("职务")).fill("干事")
    system.confirm()
    found = re.search(r"/account/activate/[\w-]+/", system.text())
    assert found, system.text()[:2000]
    system.look("opened")
    return found[0]


def activate(visitor: Visitor, address: str, mobile: str) -> None:
    """What the invited person does: prove the mobile, set a password, be signed in."""
    seen = codes_seen(visitor)
    page = visitor.go(address)
    visitor.look("activate")
    if page.get_by_role("button", name="获取验证码").count():
        page.get_by_label("手机号码").fill(mobile)
        page.get_by_role("button", name="获取验证码").click()
        page.wait_for_load_state()
        page.get_by_label("短信验证码").fill(text_code(visitor, seen))
    page.locator("input[name=new]").fill(PASSWORD)
    page.locator("input[name=again]").fill(PASSWORD)
    page.get_by_role("button", name="激活账号").click()
    page.wait_for_url(lambda url: "/activate/" not in url)


def take_post(system: Visitor, security: Visitor, name: str, width: int) -> None:
    """A post is set up, gets its rights from the other administrator, and is taken."""
    page = system.go("/w/posts/new/create/")
    pick(page, "设在", "合肥市蜀山区总工会")
    page.get_by_label("岗位名称").fill(f"经办岗{width}")
    system.confirm()
    post = page.url
    desk = security.go(post)
    security.begin("roles")
    desk.get_by_label(re.compile("^经办人")).check()
    desk.get_by_label("核定依据").fill("合工办〔2026〕8号")
    security.look("roles")
    security.confirm()
    system.go(post)
    system.begin("appoint")
    pick(page, "任职人", name)
    system.look("appoint")
    system.confirm()
    expect(page.get_by_text("岗位权限已生效")).to_be_visible()
    system.look("tenure")


def give_for_days(security: Visitor, name: str) -> str:
    """A temporary right of their own; the address of the grant."""
    desk = security.go("/w/grants/new/give/")
    pick(desk, "用户", name)
    desk.get_by_label(re.compile("^查阅人")).check()
    pick(desk, "工会", "合肥市庐阳区总工会")
    until = date.today() + timedelta(days=5)
    desk.get_by_label(re.compile("^截止日期")).fill(until.isoformat())
    desk.get_by_label("授权依据").fill("专项检查")
    security.look("give")
    security.confirm()
    expect(desk.get_by_text("已授权，立即生效")).to_be_visible()
    security.look("grant")
    return desk.url


def explain(security: Visitor) -> None:
    """Why, and what would be without the grant shown."""
    desk = security.page
    desk.get_by_role("link", name="推演收回后的权限").click()
    expect(desk.get_by_text("这是推演，没有改动任何权限")).to_be_visible()
    security.look("what-if")
    desk.get_by_role("link", name="回到现在的权限").click()
    desk.wait_for_load_state()
    assert "合肥市庐阳区总工会" in security.text()
    security.look("why")


def take_back(security: Visitor, grant: str) -> None:
    desk = security.go(grant)
    security.begin("revoke")
    desk.get_by_label("理由").fill("检查结束")
    security.confirm()
    expect(desk.get_by_text("已收回").first).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_from_the_account_to_the_review(visit: Visit, width: int) -> None:
    name, username = NAMES[width], f"shushan-{width}"
    system = visit("hefei-xitong", width=width)
    address = open_account(system, name, username)
    person = visit(width=width)
    activate(person, address, f"1649988{width:04d}")
    person.expected |= {403}
    person.go("/w/memberships/", status=403)

    security = visit("hefei-anquan", width=width)
    take_post(system, security, name, width)
    person.go("/w/memberships/")
    person.go("/rights/")
    assert f"任经办岗{width}" in person.page.locator("main").inner_text()
    person.look("mine")
    grant = give_for_days(security, name)
    explain(security)
    take_back(security, grant)
    person.go("/rights/")
    assert "合肥市庐阳区总工会" not in person.page.locator("main").inner_text()


def test_the_review_and_its_sheet(visit: Visit) -> None:
    security = visit("hefei-anquan")
    page = security.go("/users/reviews/")
    security.look("boards")
    page.locator("main table a").first.click()
    page.wait_for_load_state()
    security.look("board")
    board = page.url
    page.locator("main .gh-sec", has_text="待复核").get_by_role("link", name="束文斌").first.click()
    page.wait_for_load_state()
    security.look("item")
    security.begin("confirm")
    security.confirm()
    expect(page.get_by_text("已复核：继续保留")).to_be_visible()
    security.go(board + "sheet/")
    expect(page.get_by_text("复核人签字")).to_be_visible()
    security.look("sheet")


def test_the_second_security_administrator_confirms(visit: Visit) -> None:
    second = visit("anhui-anquan-b", width=360)
    page = second.go("/w/proposals/")
    page.get_by_role("link", name="闵思源").first.click()
    page.wait_for_load_state()
    second.look("proposal")
    second.begin("confirm")
    second.confirm()
    expect(page.get_by_text("授权已生效")).to_be_visible()


def test_lent_by_oneself_and_seen_by_both(visit: Visit) -> None:
    giver = visit("hefei-shizong")
    page = giver.go("/rights/lend/")
    giver.look("lend")
    page.get_by_role("checkbox", name="查阅人").check()
    option = page.locator("select[name=taker] option", has_text="佘明远").first
    page.get_by_label("受托人").select_option(label=option.inner_text())
    page.get_by_label("结束日期").fill((date.today() + timedelta(days=3)).isoformat())
    page.get_by_label("事由").fill("休假")
    giver.confirm()
    expect(page.get_by_text("已委托佘明远")).to_be_visible()
    giver.look("lent")


def test_administrators_boards(visit: Visit) -> None:
    for username in ("anhui-xitong", "anhui-anquan", "anhui-shenji"):
        visitor = visit(username)
        visitor.go("/users/three/")
        visitor.look(username)
    system = visit("hefei-xitong", width=360)
    system.go("/users/left-over/")
    system.look("left-over")
