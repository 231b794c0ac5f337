"""A cadre's day: sign in, to-dos, search, saved views, columns, export; by keyboard alone too."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from gonghui.site.demo.cast import PASSWORD
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
LIST = "/w/memberships/"


def test_to_dos_search_views_columns_and_export(visit: Visit) -> None:
    cadre = visit("shushan-quzong")
    page = cadre.go("/desk/")
    cadre.look("desk")
    page.get_by_role("link", name=re.compile("周转池待分派")).first.click()
    page.wait_for_url("**/w/join-pool/*/")
    cadre.look("to-do")

    page = cadre.go(LIST)
    name = page.locator("tbody td.c-title a, tbody a").first.inner_text().strip()
    page.keyboard.press("/")
    page.keyboard.type(name[:2])
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    expect(page.locator("main a", has_text=name[:2]).first).to_be_visible()
    cadre.look("search")

    page = cadre.go(f"{LIST}?status=retained")
    save_view(page, "保留会籍的会员")
    page = cadre.go(LIST)
    page.locator(".gh-views-slot summary").click()
    page.get_by_role("link", name=re.compile("保留会籍的会员")).click()
    page.wait_for_url(re.compile("status=retained"))
    cadre.look("view")

    columns(page)
    cadre.look("columns")


def save_view(page: Page, title: str) -> None:
    slot = page.locator(".gh-views-slot")
    slot.locator("summary").click()
    slot.get_by_label(re.compile("存为视图")).fill(title)
    slot.get_by_role("button", name="保存视图").click()
    page.wait_for_load_state()


def columns(page: Page) -> None:
    """Take a column away and see that it has gone."""
    panel = page.locator(".gh-tools-end details").last
    panel.locator("summary").click()
    box = panel.locator("input[type=checkbox]:checked").last
    name = box.evaluate("e => e.closest('label').innerText.trim()")
    expect(page.get_by_role("columnheader", name=name)).to_be_visible()
    box.uncheck()
    panel.get_by_role("button").last.click()
    page.wait_for_load_state()
    expect(page.get_by_role("columnheader", name=name)).to_have_count(0)


def test_an_export_asks_for_its_purpose(visit: Visit) -> None:
    approver = visit("jiceng-shenpi")
    page = approver.go(f"{LIST}export/?status=active")
    approver.look("export")
    page.get_by_label("用途").fill("年度会员核对")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出文件").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")


def test_by_keyboard_alone(visit: Visit) -> None:
    cadre = visit()
    page = cadre.go("/signin/")
    cadre.look("sign-in")
    page.get_by_label("用户名").focus()
    page.keyboard.type("shushan-quzong")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    reach(page, re.compile(r"/w/memberships/$"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/w/memberships/"))
    page.keyboard.press("j")
    expect(page.locator("tr.is-here")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/w/memberships/\d+/"))
    cadre.look("record")


def reach(page: Page, address: re.Pattern[str]) -> None:
    """Press Tab until a link to this address has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.getAttribute('href') || ''")
        if address.search(here):
            return
    raise AssertionError(f"no link to {address.pattern} is reached by Tab")
