"""A member is handed over by one union and taken by another; what is late shows whose it is."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]


def test_out_of_the_firm_and_into_the_mill(visit: Visit) -> None:
    handler = visit("jiceng-jingban")
    page = handler.go("/w/memberships/?status=active")
    handler.look("members")
    with_step(handler, "send")
    number = re.search(r"\b\d{12}\b", handler.text())
    handler.begin("send")
    handler.look("send")
    choose_union(page, "芜湖赭山纺织")
    page.get_by_label("转会原因").fill("已到芜湖工作")
    handler.confirm()
    receipt = re.search(r"ZH\d{8}-\d{6}-\w", handler.text())
    assert receipt, handler.text()[:400]

    approver = visit("jiceng-shenpi", width=360)
    decide(approver, receipt[0], "release", "已同意转出")

    there = visit("mianfang-shenpi", width=360)
    decide(there, receipt[0], "accept", "会籍已转入")
    page = there.go(f"/w/memberships/?q={number[0] if number else ''}")
    expect(page.locator("tbody tr").first).to_be_visible()


def with_step(visitor: Visitor, step: str) -> None:
    """Open members from the end of the list until one has this step."""
    links = visitor.page.locator("tbody td.c-title a, tbody a")
    addresses = [link.get_attribute("href") or "" for link in links.all()]
    for address in reversed(addresses):
        page = visitor.go(address)
        if page.locator(f"main a[href$='/{step}/']").count():
            return
    raise AssertionError(f"no member has the step {step}")


def choose_union(page: Page, text: str) -> None:
    """Find a union in the field that looks for one."""
    field = page.get_by_label("转入工会")
    field.fill(text)
    option = page.locator("[role=option], datalist option").first
    option.wait_for(state="attached")
    value = option.get_attribute("value") or option.inner_text()
    if page.locator("[role=option]").count():
        option.click()
    else:
        field.fill(value)


def decide(visitor: Visitor, receipt: str, step: str, told: str) -> None:
    page = visitor.go("/todo/")
    page.get_by_role("link", name=re.compile(receipt)).click()
    page.wait_for_url("**/w/transfers/*/")
    visitor.look(f"before-{step}")
    visitor.begin(step)
    visitor.confirm()
    # Before the look, which takes longer than what is told stays.
    expect(page.get_by_text(told).first).to_be_visible()
    visitor.look(f"after-{step}")


def test_what_is_late_shows_whose_it_is_now(visit: Visit) -> None:
    city = visit("hefei-shizong")
    page = city.go("/todo/")
    city.look("todos")
    page.get_by_role("link", name=re.compile("转会申请超期")).first.click()
    page.wait_for_url("**/w/transfers/*/")
    expect(page.get_by_text("已提级").or_(page.get_by_text("提级后仍超期")).first).to_be_visible()
    expect(page.locator("main a[href$='/release/']").first).to_be_visible()
    city.look("escalated")


def test_the_member_follows_the_own_transfer(visit: Visit) -> None:
    worker = visit("huiyuan", width=360)
    page = worker.go("/hall/membership/")
    worker.look("membership")
    page = worker.go("/hall/transfer/")
    expect(page.get_by_text(re.compile("待转出工会同意|ZH")).first).to_be_visible()
    worker.look("transfer")
