"""A batch from its text to the decision, a text of somebody in danger, bills and statistics."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
TITLE = "冬季安全提示"


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
