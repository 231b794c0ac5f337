"""Founding and democratic management: worker, grass-roots, street, county and city."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]


def test_a_worker_asks_and_the_street_agrees(visit: Visit) -> None:
    worker = visit("jiceng-shenpi", width=360)
    page = worker.go("/hall/founding/")
    worker.look("hall")
    page.get_by_role("link", name="申请建立工会").click()
    page.wait_for_url("**/apply/")
    worker.look("apply")
    page.get_by_label("上级工会").fill("合肥市蜀山区井岗镇总工会")
    page.get_by_label("拟建工会名称").fill("合肥井岗新能源有限公司工会委员会")
    page.get_by_label("单独基层工会").check()
    page.get_by_label("单位名称").fill("合肥井岗新能源有限公司")
    page.get_by_label("职工人数").first.fill("40")
    page.get_by_label("筹备组成员").fill("占国强")
    page.get_by_label("联系人").fill("占国强")
    page.get_by_label("联系电话").fill("19955510009")
    worker.confirm()
    expect(page.get_by_text("合肥井岗新能源有限公司工会委员会").first).to_be_visible()
    expect(page.get_by_text("待批复").first).to_be_visible()

    street = visit("jinggang-zhenzong")
    page = street.go("/w/preparations/?q=井岗新能源")
    street.look("list")
    page.locator("tbody a").first.click()
    street.look("record")
    street.begin("reply")
    page.get_by_label("批复文号").fill("井工〔2026〕40号")
    street.confirm()
    expect(page.get_by_text("筹备中").first).to_be_visible()


def test_county_and_city_see_the_count_with_its_rules(visit: Visit) -> None:
    for who in ("shushan-quzong", "hefei-shizong"):
        visitor = visit(who)
        page = visitor.go("/w/elections/")
        visitor.look("list")
        page.locator("tbody a").first.click()
        expect(page.get_by_text("至少应到会 24 人").first).to_be_visible()
        expect(page.get_by_text("当选至少 19 票").first).to_be_visible()
        visitor.look("record")


def test_the_unit_publishes_and_a_worker_objects_and_proposes(visit: Visit) -> None:
    cadre = visit("jiceng-jingban")
    page = cadre.go("/w/staff-congresses/")
    page.locator("tbody a").first.click()
    cadre.look("congress")
    page = cadre.go("/w/publicity/new/publish/")
    page.get_by_role("combobox", name="工会").fill("安徽徽泰智能装备有限公司工会委员会")
    page.get_by_label("标题").fill("职工食堂承包方案")
    page.get_by_label("内容").fill("由三家单位比选。")
    page.get_by_label("公示截止").fill((date.today() + timedelta(days=10)).isoformat())
    cadre.look("publish")
    cadre.confirm()

    worker = visit("jiceng-shenpi", width=360)
    page = worker.go("/hall/staff/")
    worker.look("home")
    page.get_by_role("link", name="职工食堂承包方案").click()
    page.get_by_label("我的意见").fill("请公布比选结果")
    worker.look("publicity")
    worker.confirm()
    expect(page.get_by_text("待答复").first).to_be_visible()
    page = worker.go("/hall/staff/propose/")
    page.get_by_label("标题").fill("增设饮水点")
    page.get_by_label("案由").fill("车间离饮水点太远。")
    page.get_by_label("建议和措施").fill("每层一处。")
    worker.look("propose")
    worker.confirm()
    expect(page.get_by_text("增设饮水点").first).to_be_visible()
