"""A worker asks for aid on a phone; the desk screens, another decides, a lawyer is assigned.

And a clue given without a name is followed by its code, its unit never learning who told.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gonghui.site.demo.stages import STAGES
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.skipif(
    all(stage.make.__name__ != "serve_all" for stage in STAGES),
    reason="the registers of lawyers come with the demo's stage of legal aid",
)
EMPLOYER = "合肥紫蓬山酒店管理有限公司"


def test_aid_from_a_phone_to_an_assigned_lawyer(visit: Visit) -> None:
    worker = visit("huiyuan", width=360)
    number = asked(worker)
    desk = visit("shushan-shencha")
    record = screened(desk, number)
    approver = visit("shushan-quzong", width=360)
    approved(approver, record)
    page = desk.go(record)
    desk.begin("assign")
    page.locator("main [name=lawyer]").select_option(index=1)
    desk.look("assign")
    desk.confirm()
    page.wait_for_url(re.compile(r"/w/legal-aid/\d+/$"))
    expect(page.locator("main")).to_contain_text("待律师接受")
    page = worker.go(f"/legal-aid/mine/{number}/")
    expect(page.locator("main")).to_contain_text("已批准")
    worker.look("mine")
    other = visit("jinghu-quzong")
    other.go(record, status=403)


def asked(worker: Visitor) -> str:
    """An application handed in; its number."""
    worker.go("/legal-aid/")
    worker.look("home")
    page = worker.go("/legal-aid/ask/aid/")
    page.locator("main [name=applicant]").select_option("migrant")
    page.locator("main [name=category]").select_option("pay")
    page.locator("main [name=employer]").fill(EMPLOYER)
    page.locator("main [name=claimed]").fill("6800")
    page.locator("main [name=text]").fill("三月起没有发工资，找过经理，没有答复，请求帮助。")
    page.locator("main [name=truth]").check()
    worker.look("ask")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url(re.compile(r"/legal-aid/mine/FY"))
    worker.look("asked")
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def screened(desk: Visitor, number: str) -> str:
    """The application found, taken in and screened; the path of its record."""
    page = desk.go(f"/w/legal-aid/?q={number}")
    desk.look("list")
    page.locator("tbody a").first.click()
    page.wait_for_url(re.compile(r"/w/legal-aid/\d+/$"))
    record = page.url.replace(desk.address, "")
    desk.look("record")
    desk.begin("begin")
    desk.confirm()
    page.wait_for_url(re.compile(r"/w/legal-aid/\d+/$"))
    desk.begin("screen")
    tick(page, "id", "relation", "claim")
    page.locator("main [name=favourable][value='1']").check()
    page.locator("main [name=finding]").fill("拖欠工资属实，请求有依据。")
    desk.look("screen")
    desk.confirm()
    page.wait_for_url(re.compile(r"/w/legal-aid/\d+/$"))
    expect(page.locator("main")).to_contain_text("待审批")
    return record


def tick(page: Page, *codes: str) -> None:
    for code in codes:
        page.locator(f"main [name=materials][value={code}]").check()


def approved(approver: Visitor, record: str) -> None:
    page = approver.go(record)
    approver.begin("grant")
    page.locator("main [name=form]").select_option("arbitration")
    approver.confirm()
    page.wait_for_url(re.compile(r"/w/legal-aid/\d+/$"))
    expect(page.locator("main")).to_contain_text("已批准，待指派")


def test_a_clue_without_a_name_is_followed_by_its_code(visit: Visit) -> None:
    guest = visit(None, width=360)
    page = guest.go("/legal-aid/ask/clue/")
    page.locator("main [name=secrecy]").select_option("anonymous")
    page.locator("main [name=category]").select_option("hours")
    page.locator("main [name=employer]").fill(EMPLOYER)
    page.locator("main [name=text]").fill("每天上班十二小时，没有加班费。")
    guest.look("clue")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator("main")).to_contain_text("查询码")
    guest.look("received")
    viewer = visit("anhui-jingban")
    viewer.go("/legal-aid/statistics/")
    viewer.look("statistics")
