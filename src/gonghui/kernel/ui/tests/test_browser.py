"""Pages as a person meets them, in a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from gonghui.kernel.ui.gallery import PAGES

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

LOOKS = [(1440, "normal", "light"), (360, "large", "dark")]
WIDTHS = [(720, "normal"), (360, "normal"), (360, "large"), (1440, "large")]
OUTSIDE = """[...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 5)
    .map(e => e.tagName + '.' + e.className)"""

SMALL = """[...document.querySelectorAll('main .btn, main .gh-choice, main input, header button')]
    .filter(e => e.offsetParent && !['hidden', 'file', 'radio', 'checkbox'].includes(e.type))
    .filter(e => e.getBoundingClientRect().height < 44)
    .map(e => e.outerHTML.slice(0, 90))"""
SETTLED = 400
"""Milliseconds after which a page has fitted its tables to a new width."""
TOPS = """['.wb-top', '.wb-side', 'thead th']
    .map(s => document.querySelector(s).getBoundingClientRect().top)"""

DRAFTS = "Object.keys(localStorage).filter(key => key.startsWith('draft:'))"


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_accessibility_violation(visit: Visit, name: str, look: tuple[int, str, str]) -> None:
    width, text, theme = look
    page = visit(name, width=width, text=text, theme=theme, policy=False)
    violations = Axe().run(page).response["violations"]
    assert not violations, [(v["id"], v["nodes"][0]["html"]) for v in violations]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_never_sideways(visit: Visit, name: str) -> None:
    page = visit(name, policy=False)
    for width, text in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("text => { document.documentElement.dataset.text = text }", text)
        # Tables are fitted when the window has stopped changing its size.
        page.wait_for_timeout(SETTLED)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (width, text, page.evaluate(OUTSIDE))


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_strict_policy_blocks_nothing(visit: Visit, name: str) -> None:
    page = visit(name)
    expected = 1 if PAGES[name][2] >= 400 else 0
    assert len(page.faults) == expected, page.faults


def test_touch_targets_on_a_phone(visit: Visit) -> None:
    page = visit("apply", width=360)
    small = page.evaluate(SMALL)
    assert small == []


def test_the_list_by_keyboard(visit: Visit) -> None:
    page = visit("list")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator("tr.is-here").get_attribute("data-id") == "1001"
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert page.locator("tr.is-picked").get_attribute("data-id") == "1000"
    assert page.locator("[data-bulk-count]").inner_text() == "1"
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/record/")


def test_typing_is_never_taken_for_a_shortcut(visit: Visit) -> None:
    page = visit("list")
    page.locator("#q").press_sequentially("gr?/j")
    assert page.locator("#q").input_value() == "gr?/j"
    assert page.url.endswith("/list/")
    page = visit("form")
    page.locator("#id_note").press_sequentially("gr?")
    assert page.locator("#id_note").input_value() == "gr?"
    assert page.url.endswith("/form/")


def test_a_row_offers_only_what_is_allowed_on_it(visit: Visit) -> None:
    page = visit("list")
    page.locator(".gh-more").nth(0).click()
    items = page.locator(".gh-row-menu [role=menuitem]")
    assert items.all_inner_texts() == ["查看资料", "修改资料", "退会"]
    assert items.nth(1).get_attribute("href") == "#edit-1000"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "gh-more"
    page.locator(".gh-more").nth(1).click()
    assert "转出会籍" in items.all_inner_texts()


def test_a_row_dialog_posts_to_that_row(visit: Visit) -> None:
    page = visit("list")
    page.locator(".gh-more").nth(2).click()
    page.get_by_role("menuitem", name="退会").click()
    assert page.locator("#leave").is_visible()
    assert page.locator("#leave form").get_attribute("action").endswith("#leave-1002")


def test_selecting_the_page_offers_the_whole_result(visit: Visit) -> None:
    page = visit("list")
    page.locator("[data-pick-all]").check()
    assert page.locator("[data-bulk-count]").inner_text() == "50"
    assert page.locator("[data-bulk-all]").is_visible()
    page.locator("tbody input").first.uncheck()
    assert not page.locator("[data-bulk-all]").is_visible()


def test_drafts_go_to_the_server_and_stay_here_when_it_is_away(visit: Visit) -> None:
    page = visit("form", policy=False)
    page.fill("#id_name", "许若兰兰")
    state = page.locator("[data-draft-state]")
    page.wait_for_function(
        "document.querySelector('[data-draft-state]').innerText.includes('草稿已保存')"
    )
    page.route("**/draft/", lambda route: route.abort())
    page.fill("#id_name", "许若")
    page.fill("#id_number", "340104199003070021")
    page.wait_for_function(
        "document.querySelector('[data-draft-state]').innerText.includes('已存在本机')"
    )
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "许若" in kept
    assert "340104199003070021" not in kept
    page.unroute("**/draft/")
    page.reload()
    page.get_by_role("button", name="恢复草稿").click()
    assert page.locator("#id_name").input_value() == "许若"
    page.wait_for_function(f"{DRAFTS}.length === 0")
    assert "草稿已保存" in state.inner_text()


def test_a_draft_of_another_person_is_dropped(visit: Visit) -> None:
    page = visit("list")
    page.evaluate("localStorage.setItem('draft:other:/x/', '{}')")
    page.reload()
    assert page.evaluate(DRAFTS) == []


def test_upload_puts_the_id_into_the_form(visit: Visit) -> None:
    page = visit("apply", width=360)
    file = {"name": "工牌.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
    page.set_input_files("#id_proof", file)
    page.wait_for_selector(".gh-files .is-done")
    assert page.locator(".gh-files input").get_attribute("value") == "sample"
    assert page.locator("form .gh-files").inner_text().startswith("工牌.png")


def test_large_type_is_remembered(visit: Visit) -> None:
    page = visit("hall", width=360)
    page.get_by_role("button", name="大字版").click()
    page.reload()
    size = page.evaluate("getComputedStyle(document.body).fontSize")
    assert size == "20px"


def test_the_drawer_on_a_phone(visit: Visit) -> None:
    page = visit("list", width=360)
    assert not page.locator("#side").is_visible()
    page.get_by_role("button", name="打开系统菜单").click()
    page.locator("#side").get_by_role("link", name="会员资料").wait_for()
    page.keyboard.press("Escape")
    page.locator("#side").wait_for(state="hidden")


def test_header_and_menu_stay_while_rows_scroll(visit: Visit) -> None:
    page = visit("list")
    page.evaluate("scrollTo(0, 900)")
    tops = page.evaluate(TOPS)
    assert tops == [0, 56, 56]
