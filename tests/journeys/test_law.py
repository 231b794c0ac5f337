"""Legal service: a guest searches and reckons, a worker asks and keeps, cadres look after it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]


@pytest.mark.parametrize("width", [360, 1440])
def test_a_guest_finds_an_article_as_it_was(visit: Visit, width: int) -> None:
    guest = visit(None, width=width)
    page = guest.go("/law/")
    guest.look("home")
    page.get_by_label("查法规").fill("基本职责")
    page.get_by_label("哪一天有效").fill("2020-05-01")
    page.get_by_role("button", name="查询").click()
    guest.look("search")
    expect(page.get_by_text("后来有变动").first).to_be_visible()
    page.get_by_role("link", name="《工会法》第六条").click()
    guest.look("article")
    expect(page.get_by_role("heading", name="此后的变动")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1440])
def test_a_guest_reckons_severance(visit: Visit, width: int) -> None:
    guest = visit(None, width=width)
    page = guest.go("/law/calculators/")
    guest.look("calculators")
    page.get_by_role("link", name="经济补偿和赔偿金").click()
    page.get_by_label("入职日期").fill("2020-01-01")
    page.get_by_label("离职日期").fill("2023-07-31")
    page.get_by_label("离职原因").select_option("layoff")
    page.get_by_label("离职前十二个月平均工资").fill("6000")
    page.get_by_role("button", name="计算", exact=True).click()
    guest.look("result")
    expect(page.get_by_text("24,000.00").first).to_be_visible()
    expect(page.get_by_role("link", name="《劳动合同法》第四十七条第一款")).to_be_visible()


def test_a_worker_asks_keeps_a_result_and_a_term(visit: Visit) -> None:
    worker = visit("huiyuan", width=360)
    page = worker.go("/law/ask/")
    worker.look("ask")
    page.get_by_label("问题类别").select_option("wages")
    page.get_by_label("问题", exact=True).fill("加班费少算了怎么办")
    page.get_by_label("具体情况").fill("休息日加班只按平时工资发。")
    page.get_by_role("button", name="提交咨询").click()
    worker.look("asked")
    page.get_by_role("link", name="查看进展").click()
    worker.look("thread")
    page = worker.go("/law/calculators/overtime/")
    page.get_by_label("月工资").fill("5220")
    page.get_by_label("休息日加班小时数").fill("8")
    page.get_by_role("button", name="计算并保存").click()
    worker.look("kept")
    expect(page.get_by_text("480.00").first).to_be_visible()
    page = worker.go("/law/terms/")
    worker.look("terms")
    page.get_by_label("备忘").fill("休息日加班费")
    page.get_by_label("起算日期").fill("2026-11-02")
    page.get_by_role("button", name="登记期限").click()
    expect(page.get_by_text("休息日加班费").first).to_be_visible()


@pytest.mark.parametrize("width", [360, 1440])
def test_reading_for_everybody(visit: Visit, width: int) -> None:
    guest = visit(None, width=width)
    for path in ("/law/questions/", "/law/cases/", "/law/topics/", "/law/bills/"):
        page = guest.go(path)
        guest.look("list")
        page.locator("main ul.gh-plain a").first.click()
        guest.look("one")


def test_cadres_see_library_cases_and_legislation(visit: Visit) -> None:
    chief = visit("anhui-shenpi")
    for code in ("statutes", "editions", "law-answers", "typical-cases", "law-pieces", "bills"):
        page = chief.go(f"/w/{code}/")
        chief.look("list")
        page.locator("tbody a").first.click()
        chief.look("record")
    chief.go("/law/statistics/")
    chief.look("statistics")
