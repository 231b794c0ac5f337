"""Legal service: guests search and reckon, a worker asks and keeps, cadres look after it."""

from __future__ import annotations

import re
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


RECKONED = {
    "加班工资": (
        {
            "月工资": "5220",
            "工作日加班小时数": "10",
            "休息日加班小时数": "8",
            "法定节假日加班小时数": "8",
        },
        "1,650.00",
        "《劳动法》第四十四条第一项",
    ),
    "没签合同二倍工资": (
        {"入职日期": "2024-03-15", "签订书面合同的日期": "2024-06-01", "月工资": "6000"},
        "9,200.00",
        "《劳动合同法》第八十二条第一款",
    ),
    "工伤待遇": (
        {
            "受伤或者工亡的日期": "2025-06-01",
            "伤残等级": "10",
            "受伤前十二个月平均月缴费工资": "6000",
        },
        "42,000.00",
        "《工伤保险条例》第三十七条",
    ),
    "带薪年休假": (
        {"首次参加工作的日期": "2012-07-01", "哪一年": "2024", "前十二个月平均工资": "6525"},
        "6,000.00",
        "《职工带薪年休假条例》第五条第三款",
    ),
    "仲裁时效和期限": ({"起算日期": "2024-03-15"}, "2025-03-17", "《民法典》第二百零三条"),
}


@pytest.mark.parametrize("title", RECKONED)
def test_each_calculator_shows_clause_and_arithmetic(visit: Visit, title: str) -> None:
    answers, expected, clause = RECKONED[title]
    guest = visit(None, width=360)
    page = guest.go("/law/calculators/")
    page.get_by_role("link", name=title).click()
    for label, value in answers.items():
        field = page.get_by_label(re.compile(f"^{re.escape(label)}( *选填)?$"))
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name="计算", exact=True).click()
    expect(page.get_by_text(expected).first).to_be_visible()
    expect(page.get_by_text(clause).first).to_be_visible()
    guest.look("result")


def test_a_worker_asks_keeps_a_result_and_a_term(visit: Visit) -> None:
    worker = visit("huiyuan", width=360)
    page = worker.go("/law/ask/")
    worker.look("ask")
    page.get_by_label("问题", exact=True).fill("试用期没有签书面合同")
    page.get_by_label("具体情况").fill("试用期单位没有签书面合同，可以要二倍工资吗？")
    page.get_by_role("button", name="提交咨询").click()
    expect(page.locator("[data-suggested]")).to_contain_text("引自")
    worker.look("suggested")
    page.get_by_role("button", name="没有解决，转人工").click()
    expect(page.get_by_role("heading", name="咨询已收到")).to_be_visible()
    worker.look("asked")
    number = page.locator("main section h2").first.inner_text()
    page.get_by_role("link", name="查看进展").click()
    worker.look("thread")
    desk = visit("shushan-shencha")
    desk.go(f"/casework/cases/{number}/")
    desk.look("desk")
    expect(desk.page.locator("main")).to_contain_text("建议答复")
    visit("jinghu-quzong").go(f"/casework/cases/{number}/", status=403)
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


def test_danger_is_answered_by_nobody_but_a_person(visit: Visit) -> None:
    guest = visit(None, width=360)
    page = guest.go("/law/ask/")
    page.get_by_label("具体情况").fill("单位不签合同也不发工资，我不想活了，今晚就从楼上跳下去。")
    page.get_by_role("button", name="提交咨询").click()
    expect(page.get_by_text("已转值班人员")).to_be_visible()
    expect(page.get_by_text("正在为您转接值班人员")).to_be_visible()
    expect(page.locator("[data-suggested]")).to_have_count(0)
    guest.look("danger")


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
