"""A batch from its text to the decision; through the carriers' process and back; every list."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
TITLE = "冬季安全提示"
MINUTES = 3


def test_a_batch_is_written_counted_and_approved(visit: Visit) -> None:
    writer = visit("anhui-jingban")
    page = writer.go("/short-messages/")
    writer.look("desk")
    expect(page.get_by_text("模拟").first).to_be_visible()
    page = writer.go("/w/short-batches/new/write/")
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("类别").select_option("notice")
    page.get_by_label("签名").select_option(label="【安徽工会】")
    page.get_by_label("短信预算").select_option(index=1)
    page.get_by_label("发送对象").select_option(index=1)
    page.get_by_label("内容").fill("天气转冷，请注意用电和取暖安全。")
    expect(page.locator("#sm-count")).to_contain_text("1 条短信")
    expect(page.locator("#sm-count")).to_contain_text("可发")
    writer.look("write")
    writer.confirm()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    writer.look("draft")
    address = page.url.removeprefix(writer.address)
    writer.begin("submit")
    writer.confirm()
    expect(page.get_by_text("待审核").first).to_be_visible()

    leader = visit("anhui-shenpi", width=360)
    page = leader.go(address)
    leader.look("decide")
    leader.begin("decide")
    page.get_by_label("通过", exact=True).check()
    leader.confirm()
    expect(page.get_by_text("已审核").first).to_be_visible()


def test_what_came_in_and_what_it_cost(visit: Visit) -> None:
    for width in (1440, 360):
        visitor = visit("anhui-jingban", width=width)
        for path, name in (
            ("/short-messages/", "desk"),
            ("/w/short-messages/", "messages"),
            ("/w/short-replies/", "replies"),
            ("/short-messages/audience/?list=memberships", "audience"),
            ("/w/short-audiences/", "audiences"),
            ("/w/short-templates/", "templates"),
            ("/w/short-consents/", "consents"),
            ("/w/short-keywords/", "keywords"),
            ("/w/short-routes/", "routes"),
            ("/w/short-budgets/", "budgets"),
            ("/w/short-bills/", "bills"),
            ("/short-messages/statistics/", "statistics"),
        ):
            visitor.go(path)
            visitor.look(name)


def until_shown(page: Page, words: str) -> None:
    """Ask for the page again until it shows these words."""
    end = time.monotonic() + MINUTES * 60
    while words not in page.locator("main").inner_text():
        assert time.monotonic() < end, f"“{words}” does not come: {page.url}"
        page.wait_for_timeout(1000)
        page.reload()


def test_a_message_reaches_the_centre_and_danger_reaches_people(visit: Visit) -> None:
    writer = visit("anhui-jingban")
    words = f"请立即停工避险，编号 {time.time_ns()}"
    page = writer.go("/w/short-messages/new/send/")
    page.get_by_label("手机号码").fill("13855512351")
    page.get_by_label("类别").select_option("emergency")
    page.get_by_label("签名").select_option(label="【安徽工会】")
    page.get_by_label("短信预算").select_option(index=1)
    page.get_by_label("内容").fill(words)
    writer.look("send")
    writer.confirm()
    until_shown(page, "已送达")
    writer.look("delivered")

    phone = visit(None, width=360)
    page = phone.go("/simulators/smsc/")
    expect(page.get_by_text(words)).to_be_visible()
    page.get_by_label("手机号码").fill("13855512351")
    page.get_by_label("内容", exact=True).fill("真的活不下去了")
    page.get_by_role("button", name="发送给 12351").click()

    page = writer.go("/short-messages/")
    until_shown(page, "提到“活不下去”")
    writer.look("danger")
    page.locator("#sm-alarms ~ ul a").first.click()
    until_shown(page, "心理援助热线12356")
    writer.look("alarming")
    writer.begin("alarm")
    page.get_by_label("已联系到", exact=True).check()
    page.locator("textarea[name=text]").fill("已电话联系本人，家属陪同，转心理援助站。")
    writer.look("settle")
    writer.confirm()
    expect(page.get_by_text("已记录处置情况").first).to_be_visible()
