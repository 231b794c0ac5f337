"""The census from the province down to a town, an urging, and the wish list on the phone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]


def test_from_the_province_down_and_urge(visit: Visit) -> None:
    province = visit("anhui-jingban")
    page = province.go("/census/")
    province.look("boards")
    page.get_by_role("link", name=re.compile("实名制数据普查")).first.click()
    page.wait_for_url(re.compile(r"/census/\d+/\d+/"))
    province.look("province")
    page.locator("main").get_by_role("link", name=re.compile("合肥市")).first.click()
    page.wait_for_load_state()
    expect(page.get_by_role("heading", name=re.compile("合肥市总工会")).first).to_be_visible()
    province.look("city")
    page.locator("main").get_by_role("link", name=re.compile("蜀山区")).first.click()
    page.wait_for_load_state()
    expect(page.get_by_role("heading", name=re.compile("蜀山区")).first).to_be_visible()
    province.look("county")

    county = visit("shushan-quzong")
    page = county.go(re.sub(r"^https?://[^/]+", "", page.url))
    county.begin("urge")
    county.look("urge")
    county.confirm()
    assert "催办" in county.text()
    county.look("urged")


def test_a_wish_is_supported_put_and_answered(visit: Visit) -> None:
    worker = visit("huiyuan", width=360)
    page = worker.go("/hall/wishes/")
    worker.look("wishes")
    button = page.get_by_role("button", name=re.compile("^支持“")).first
    title = re.search("“(.+?)”", button.get_attribute("aria-label") or "")
    assert title
    button.click()
    mine = page.get_by_role("button", name=re.compile(f"撤回支持“{re.escape(title[1])}”"))
    expect(mine).to_be_visible()
    worker.go("/hall/wishes/new/")
    page.get_by_label(re.compile("标题|想要")).first.fill("车棚加装电动车充电桩")
    page.locator("select").first.select_option("85")
    worker.look("new")
    page.locator("main form button.btn-primary").last.click()
    page.wait_for_load_state()
    if "/new/" in page.url:
        page.locator("main form button").last.click()
        page.wait_for_url(re.compile(r"/hall/wishes/\d+/"))
    own = re.sub(r"^https?://[^/]+", "", page.url)
    worker.look("put")

    cadre = visit("jiceng-jingban")
    page = cadre.go("/todo/")
    page.get_by_role("link", name=re.compile("车棚加装电动车充电桩")).click()
    page.wait_for_url("**/w/wishes/*/")
    cadre.look("record")
    cadre.begin("reply")
    page.locator("main textarea").first.fill("已与后勤部门勘察，下月施工。")
    cadre.confirm()

    page = worker.go(own)
    expect(page.get_by_text("已与后勤部门勘察，下月施工。").first).to_be_visible()
    worker.look("answered")
