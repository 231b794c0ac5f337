"""The gallery of components; a chart made, passed on, changed and undone; at both widths."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.visitor import Visitor

CITY, COUNTY, TITLE = "hefei-shizong", "shushan-shencha", "各系统进展前十"


def test_the_gallery_shows_every_component_alive(visit: Callable[..., Visitor]) -> None:
    city = visit(CITY)
    page = city.go("/components/")
    page.locator(".gh-chart-canvas canvas").nth(13).wait_for()
    assert page.locator(".gh-chart-canvas canvas").count() == 14
    city.look("gallery")
    uses = page.locator("#chart details", has_text="谁在使用")
    uses.locator("> summary").click()
    assert "实名制数据普查" in uses.inner_text()
    picture = "document.querySelector('#chart canvas').toDataURL()"
    before = page.evaluate(picture)
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    page.wait_for_timeout(300)
    assert page.evaluate(picture) != before
    city.check_axe()


def test_a_chart_is_made_passed_on_changed_and_undone(visit: Callable[..., Visitor]) -> None:
    city = visit(CITY)
    city.go("/charts/")
    city.look("list")
    city.page.get_by_role("link", name="制作图形或报表").first.click()
    city.look("data")
    city.page.get_by_role("link", name="用“计划功能”制作").click()
    page = city.page
    page.locator("#id_title").fill(TITLE)
    page.locator("#id_kind").select_option("pie")
    page.locator("#id_row1").select_option("system")
    page.locator("#id_most").select_option("10")
    page.get_by_label("实现率").check()
    page.get_by_label("本工会、上级和全部下级工会").check()
    city.expected.add(422)
    page.get_by_role("button", name="预览").click()
    page.get_by_text("比率不能相加").first.wait_for()
    assert page.locator("#id_title").input_value() == TITLE
    city.look("refused")
    page.get_by_label("实现率").uncheck()
    page.locator("#id_kind").select_option("hbar")
    page.get_by_role("button", name="预览").click()
    page.locator(".gh-chart-canvas canvas").wait_for()
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(lambda url: "/charts/" in url and "new" not in url)
    page.locator(".gh-chart-canvas canvas").wait_for()
    city.look("chart")
    place = page.url.split("/charts/")[1]
    with page.expect_download() as download:
        page.get_by_role("button", name="下载图片").click()
    assert download.value.suggested_filename.startswith(TITLE)
    page.get_by_role("link", name="修改").click()
    page.locator("#id_kind").select_option("report")
    page.get_by_role("button", name="保存").click()
    page.locator(".gh-report").wait_for()
    city.look("report")
    page.get_by_role("button", name="撤销上次修改").click()
    page.locator(".gh-chart-canvas canvas").wait_for()
    assert "第 3 版" in city.text()
    county = visit(COUNTY, width=360)
    county.go(f"/charts/{place}")
    assert TITLE in county.text()
    assert county.page.get_by_role("link", name="修改").count() == 0
    county.look("county")
    page.get_by_role("button", name="停用").click()
    page.get_by_text("已停用，别人不再看到").wait_for()
    county.go(f"/charts/{place}", status=403)


def test_statistics_are_drawn_by_the_components(visit: Callable[..., Visitor]) -> None:
    city = visit(CITY)
    for path in ("/unions/report/", "/plan/", "/organisers/statistics/"):
        city.go(path)
        assert city.page.locator(".gh-report").count() == 1
        city.look(path.strip("/").replace("/", "-"))
