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
    part = page.locator("[data-widget=todos]")
    part.get_by_role("link", name=re.compile("全部 .* 件待办")).click()
    page.wait_for_url("**/todo/")
    cadre.look("inbox")
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


def widgets(page: Page) -> list[str]:
    return page.locator("[data-widget]").evaluate_all("all => all.map(e => e.dataset.widget)")


def saved(page: Page, move: Callable[[], None]) -> None:
    """Do something that keeps the arrangement, and wait until it is kept."""
    with page.expect_response(lambda answer: "/desk/arrange/" in answer.url):
        move()


def test_the_desk_is_arranged_by_pointer_keys_and_buttons(visit: Visit) -> None:
    cadre = visit("hefei-shizong")
    page = cadre.go("/desk/")
    before = widgets(page)
    page.get_by_role("link", name="调整工作台").click()
    page.wait_for_url("**arrange=1")
    cadre.look("arranging")

    grip = page.locator("[data-widget] [data-grip]").nth(1)
    grip.focus()
    saved(page, lambda: page.keyboard.press("ArrowLeft"))
    assert widgets(page)[:2] == [before[1], before[0]]
    expect(page.locator(":focus")).to_have_attribute("data-grip", "")

    last = page.locator("[data-widget] [data-grip]").last.bounding_box()
    first = page.locator("[data-widget]").first.bounding_box()
    assert last
    assert first
    page.mouse.move(last["x"] + 8, last["y"] + 8)
    page.mouse.down()
    page.mouse.move(first["x"] + 40, first["y"] + 40, steps=12)
    saved(page, page.mouse.up)
    assert widgets(page)[0] == before[-1]

    page = cadre.go("/desk/")
    assert widgets(page)[:3] == [before[-1], before[1], before[0]]
    page = cadre.go("/desk/?arrange=1")
    page.get_by_text("添加组件").click()
    page.get_by_role("button", name="最近去过").click()
    page.wait_for_load_state()
    assert widgets(page)[-1] == "places"
    page.get_by_role("button", name="恢复默认排列").click()
    page.wait_for_load_state()
    assert widgets(page) == before

    page = cadre.go("/desk/")
    page.locator("[data-widget=functions] summary").click()
    expect(page.get_by_text("近 90 天打开各功能的次数")).to_be_visible()
    cadre.look("why")


def test_search_as_one_types_and_by_initials(visit: Visit) -> None:
    cadre = visit("shushan-quzong")
    page = cadre.go("/w/unions/")
    page.keyboard.press("/")
    page.keyboard.type("hygl", delay=30)
    found = page.locator("#found")
    expect(found.get_by_role("link", name=re.compile("会员管理"))).to_be_visible()
    cadre.check_axe()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/w/memberships/**")
    page.keyboard.press("/")
    page.keyboard.type("普查", delay=30)
    expect(found.get_by_text("公告", exact=False).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(found).to_be_hidden()


def test_a_record_is_followed_and_a_notice_confirmed(visit: Visit) -> None:
    cadre = visit("luyang-quzong")
    page = cadre.go("/desk/")
    page.get_by_role("link", name=re.compile("会员实名制数据普查的通知")).click()
    page.wait_for_url("**/notices/*/")
    cadre.look("notice")
    if page.get_by_role("button", name="确认已阅").count():
        page.get_by_role("button", name="确认已阅").click()
        page.wait_for_load_state()
    expect(page.get_by_text("确认已阅。", exact=False).first).to_be_visible()

    page = cadre.go("/w/unions/")
    page.locator("tbody a").first.click()
    page.wait_for_url(re.compile(r"/w/unions/\d+/"))
    star = page.locator("[data-star]")
    if star.get_attribute("aria-pressed") == "false":
        star.click()
    expect(page.locator("[data-star][aria-pressed=true]")).to_be_visible()
    cadre.go("/desk/follows/")
    cadre.look("follows")
    expect(page.locator("main .todo")).not_to_have_count(0)


def test_the_calendar(visit: Visit) -> None:
    cadre = visit("shushan-quzong")
    for view in ("month", "week", "list"):
        page = cadre.go(f"/desk/calendar/?view={view}")
        cadre.look(view)
    page.get_by_role("link", name="记一条日程").click()
    page.get_by_label("事项").fill("到基层调研")
    page.get_by_role("button", name="保存日程").click()
    page.wait_for_url("**/desk/calendar/**")
    expect(page.get_by_text("到基层调研").first).to_be_attached()


def test_on_a_phone_everything_is_three_taps_away(visit: Visit) -> None:
    cadre = visit("shushan-quzong", width=360)
    page = cadre.go("/desk/")
    bar = page.get_by_role("navigation", name="常用")
    words = [item.strip().split("\n")[0] for item in bar.locator("> *").all_inner_texts()]
    assert words == ["工作台", "待办", "搜索", "消息", "我的"]
    bar.get_by_text("我的", exact=True).click()
    expect(bar.get_by_role("link", name="全部功能")).to_be_visible()
    cadre.check_width()
    cadre.check_axe()
    bar.get_by_role("link", name="全部功能").click()
    page.wait_for_url("**/desk/functions/")
    cadre.look("functions")
    page.get_by_label("筛选功能").fill("hjrl")
    page.locator("#functions").get_by_role("link", name="换届日历").click()
    page.wait_for_url("**/terms/calendar/")


def test_at_twice_the_size_nothing_scrolls_sideways(visit: Visit) -> None:
    cadre = visit("shushan-quzong", width=720)
    for path in (
        "/desk/",
        "/desk/?arrange=1",
        "/todo/",
        "/search/?q=王",
        "/notices/",
        "/messages/",
    ):
        cadre.go(path)
        cadre.check_width()
        cadre.check_axe()


def test_a_to_do_appears_at_the_other_desk_without_reloading(visit: Visit) -> None:
    """The handler of the street drafts a notice; who publishes there sees the to-do arrive."""
    reader = visit("jinggang-zhenzong")
    page = reader.go("/desk/")
    page.evaluate("window.here = true")
    page.wait_for_timeout(1500)
    count = page.locator("#n-todo-side")
    before = count.inner_text() if count.is_visible() else ""

    writer = visit("jinggang-zhenzong", width=360)
    form = writer.go("/w/notices/new/draft/")
    form.get_by_label("标题").fill("端到端样例公告")
    form.get_by_label("正文").fill("样例正文。")
    form.locator("input[name=union]").fill("合肥市蜀山区井岗镇总工会")
    form.get_by_label("正文").focus()
    writer.confirm()
    form.wait_for_url(re.compile(r"/w/notices/\d+/"))
    line = page.locator("[data-widget=todos]").get_by_text("端到端样例公告")
    shown = page.locator("[data-widget=todos]").get_by_text(re.compile("全部 .* 件待办"))
    expect(count).not_to_have_text(before, timeout=2000)
    expect(line.or_(shown).first).to_be_visible(timeout=2000)
    assert page.evaluate("window.here === true"), "the page was loaded anew"


def test_posts_are_switched_by_keyboard(visit: Visit) -> None:
    cadre = visit("shushan-quzong")
    page = cadre.go("/todo/")
    summary = page.locator(".wb-post > summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    expect(page.locator(".gh-toast").filter(has_text="现在的岗位")).to_be_visible()
    assert page.url.endswith("/todo/")
