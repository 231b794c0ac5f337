"""Founding and democratic management: worker, grass-roots, street, county and city."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urljoin

from playwright.sync_api import Page, expect

from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]


UNIT = "合肥井岗新能源有限公司"
NAME = f"{UNIT}工会委员会"


def people(count: int) -> list[str]:
    """Lines of recruits: name, document number, mobile number."""
    chance = random.Random(20261123)
    lines = []
    for number in range(count):
        born = date(1991, 3, 1) + timedelta(days=number * 40)
        document = synthetic_resident_id(chance, "340104", born, Sex(str(1 + number % 2)))
        lines.append(f"卜{'春夏秋冬东南西北'[number]}生 {document} 1995559{number:04d}")
    return lines


def refused(visitor: Visitor, words: str) -> None:
    """Send a form that may not be, and see why, with what was typed still there."""
    visitor.expected.add(422)
    visitor.confirm()
    expect(visitor.page.locator("main").get_by_text(words).first).to_be_visible()


def count(visitor: Visitor, ballot: str, issued: int, returned: int, votes: dict[str, int]) -> None:
    """Enter the count of a ballot named by its heading."""
    page = visitor.page
    heading = page.locator("h3", has_text=ballot).last
    heading.locator("xpath=following::a[normalize-space()='登记计票结果'][1]").click()
    page.wait_for_url("**/count/**")
    page.get_by_label("发出选票").fill(str(issued))
    page.get_by_label("收回选票").fill(str(returned))
    page.get_by_label("有效票").fill(str(returned))
    for name, number in votes.items():
        page.get_by_label(f"{name}的赞成票").fill(str(number))
    visitor.confirm()


def nominate(visitor: Visitor, office: str, seats: int, names: list[str]) -> None:
    visitor.begin("nominate")
    visitor.page.get_by_label("职务", exact=True).select_option(label=office)
    visitor.page.get_by_label("应选名额").fill(str(seats))
    visitor.page.get_by_label("候选人", exact=True).fill("\n".join(names))


def opens_as_pdf(visitor: Visitor, name: str) -> None:
    """A paper of the record opens as PDF."""
    link = visitor.page.locator("main").get_by_role("link", name=name, exact=True).first
    answer = visitor.context.request.get(urljoin(visitor.address, str(link.get_attribute("href"))))
    assert answer.status == 200 and answer.body().startswith(b"%PDF"), (name, answer.status)


def test_a_union_is_founded_by_hand(visit: Visit) -> None:
    worker = visit("zhigong", width=360)
    page = worker.go("/hall/founding/")
    worker.look("hall")
    page.get_by_role("link", name="申请建立工会").click()
    page.wait_for_url("**/apply/")
    worker.look("apply")
    page.get_by_label("上级工会").fill("合肥市蜀山区井岗镇总工会")
    page.get_by_label("拟建工会名称").fill(UNIT)
    page.get_by_label("单独基层工会").check()
    page.get_by_label("单位名称").fill(UNIT)
    page.get_by_label("职工人数").first.fill("40")
    page.get_by_label("筹备组成员").fill("桂浩然\n卜春生")
    page.get_by_label("联系人").fill("桂浩然")
    page.get_by_label("联系电话").fill("19955510009")
    refused(worker, "工会名称应以“工会”")
    page.get_by_label("拟建工会名称").fill(NAME)
    worker.confirm()
    expect(page.get_by_text(NAME).first).to_be_visible()
    expect(page.get_by_text("待批复").first).to_be_visible()

    street = visit("jinggang-zhenzong")
    desk = street.go("/w/preparations/?q=井岗新能源")
    street.look("list")
    desk.locator("tbody a").first.click()
    street.look("record")
    street.begin("reply")
    desk.get_by_label("批复文号").fill("井工〔2026〕40号")
    street.look("reply")
    street.confirm()
    expect(desk.get_by_text("筹备中").first).to_be_visible()
    opens_as_pdf(street, "批复")
    preparation = street.page.url

    _recruit_and_plan(worker)
    _hold(worker)
    election = worker.page.url
    _return_and_correct(street, worker, election)
    _approve(street, election)

    _see_it_elsewhere(visit, preparation, election)


def _see_it_elsewhere(visit: Visit, preparation: str, election: str) -> None:
    other = visit("jinghu-quzong")
    for place in (preparation, election, f"{election}count/", f"{election}approve/"):
        other.go(place, status=403)
    other.look("refused")
    admin = visit("hefei-xitong")
    expect(admin.go("/todo/").get_by_text("为新当选的主席卜春生开通账号").first).to_be_visible()
    city = visit("hefei-shizong")
    page = city.go("/w/elections/?q=井岗新能源")
    page.locator("tbody a").first.click()
    expect(page.get_by_text("就票数相等的人再次投票").first).to_be_visible()
    city.look("record")
    county = visit("shushan-quzong")
    for _ in range(30):
        page = county.go("/w/legal-applications/?q=井岗新能源")
        if page.locator("tbody a").count():
            break
        page.wait_for_timeout(1000)
    page.locator("tbody a").first.click()
    expect(page.get_by_text("井工〔2026〕41号").first).to_be_visible()
    county.look("legal-person")


def _recruit_and_plan(worker: Visitor) -> None:
    page = worker.go("/hall/founding/")
    page.get_by_role("link", name="登记会员").click()
    page.get_by_label("会员名单").fill("卜春生 340104 1995559")
    refused(worker, "第 1 行")
    worker.look("recruit-refused")
    page.get_by_label("会员名单").fill("\n".join(people(6)))
    worker.confirm()
    expect(page.get_by_text("现有 6 人").first).to_be_visible()
    worker.look("recruited")
    worker.begin("convene")
    page.get_by_label("拟召开日期").fill(date.today().isoformat())
    page.get_by_label("会员大会", exact=True).check()
    page.get_by_label("3 年").check()
    page.get_by_label("地点").fill("公司食堂")
    worker.confirm()
    page.locator("main").get_by_role("link", name="成立大会").first.click()
    page.wait_for_url("**/w/elections/**")
    nominate(worker, "工会委员会委员", 3, ["卜春生", "卜夏生 女", "卜秋生"])
    refused(worker, "候选人至少 4 名")
    worker.look("nominate-refused")
    page.get_by_label("候选人", exact=True).fill("卜春生\n卜夏生 女\n卜秋生\n卜冬生")
    worker.confirm()
    for office, names in (
        ("主席", ["卜春生"]),
        ("副主席", ["卜夏生"]),
        ("经费审查委员会委员", ["卜东生", "卜南生 女"]),
    ):
        nominate(worker, office, 1, names)
        worker.confirm()
    worker.begin("take-down")
    page.get_by_label("选票").select_option(label="副主席：未计票")
    worker.confirm()
    worker.begin("open")
    page.get_by_label("召开日期").fill(date.today().isoformat())
    page.get_by_label("应到人数").fill("6")
    page.get_by_label("实到人数").fill("3")
    page.get_by_label("主持人").fill("桂浩然")
    page.get_by_label("监票人、计票人").fill("卜西生、卜北生")
    refused(worker, "不能进行选举")
    page.get_by_label("实到人数").fill("6")
    worker.look("open")
    worker.confirm()


def _hold(worker: Visitor) -> None:
    page = worker.page
    count(
        worker,
        "工会委员会委员",
        6,
        6,
        {"卜春生": 6, "卜夏生": 4, "卜秋生": 4, "卜冬生": 4},
    )
    expect(page.get_by_text("3 人同得 4 票，只余 2 个名额").first).to_be_visible()
    worker.begin("again")
    worker.confirm()
    count(worker, "第2次投票", 6, 6, {"卜夏生": 5, "卜秋生": 4, "卜冬生": 3})
    count(worker, "主席", 6, 7, {"卜春生": 6})
    expect(page.get_by_text("收回多于发出，选举无效").first).to_be_visible()
    worker.look("void")
    worker.begin("again")
    worker.confirm()
    count(worker, "主席（第2次投票）", 6, 6, {"卜春生": 6})
    count(worker, "经费审查委员会委员", 6, 6, {"卜东生": 2, "卜南生": 4})
    expect(page.get_by_text("当选至少 4 票").first).to_be_visible()
    worker.look("counted")
    worker.begin("report")
    worker.confirm()
    expect(page.get_by_text("结果待批复").first).to_be_visible()


def _return_and_correct(street: Visitor, worker: Visitor, election: str) -> None:
    desk = street.go(election)
    street.begin("return")
    desk.get_by_label("理由").fill("经审委员票数与计票单不符")
    street.confirm()
    page = worker.go(election)
    expect(page.get_by_text("退回补正").first).to_be_visible()
    worker.look("returned")
    worker.begin("correct")
    page.get_by_label("选票").select_option(label="经费审查委员会委员：已选出")
    page.get_by_label("理由").fill("计票单抄错")
    worker.look("correct")
    worker.confirm()
    count(worker, "经费审查委员会委员", 6, 6, {"卜东生": 4, "卜南生": 2})
    worker.begin("report")
    worker.confirm()
    expect(page.get_by_text("结果待批复").first).to_be_visible()


def _approve(street: Visitor, election: str) -> None:
    desk = street.go(election)
    street.begin("approve")
    desk.get_by_label("批复文号").fill("井工〔2026〕41号")
    street.confirm()
    expect(desk.get_by_text("已批复").first).to_be_visible()
    for paper in ("会议纪要", "选举结果报告单", "选举结果报告", "批复"):
        opens_as_pdf(street, paper)
    street.look("approved")


def test_county_and_city_see_the_count_with_its_rules(visit: Visit) -> None:
    for who in ("shushan-quzong", "hefei-shizong"):
        visitor = visit(who)
        visitor.go("/w/elections/")
        visitor.look("list")
        page = visitor.go("/w/elections/?q=冷链物流")
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
    _answer(cadre, worker)


def _answer(cadre: Visitor, worker: Visitor) -> None:
    """The unit answers the objection and the proposal; the worker says that it will do."""
    page = cadre.go("/w/publicity/?q=食堂承包")
    page.locator("tbody a").first.click()
    cadre.begin("answer")
    page.get_by_label("答复").fill("结果已贴在食堂门口。")
    cadre.confirm()
    expect(page.get_by_text("结果已贴在食堂门口").first).to_be_visible()
    page = cadre.go("/w/staff-proposals/?q=饮水点")
    page.locator("tbody a").first.click()
    cadre.begin("file")
    page.get_by_label("承办部门").fill("行政部")
    cadre.confirm()
    cadre.begin("answer")
    page.get_by_label("答复").fill("月底前装好。")
    cadre.confirm()
    cadre.look("answered")
    page = worker.go("/hall/staff/")
    page.get_by_role("link", name="增设饮水点").click()
    expect(page.get_by_text("月底前装好").first).to_be_visible()
    worker.look("answer")
    page.get_by_role("button", name="满意", exact=True).click()
    expect(page.get_by_text("已办结").first).to_be_visible()


def test_a_staff_congress_meets_votes_and_resolves(visit: Visit) -> None:
    cadre = visit("jiceng-jingban")
    page = cadre.go("/w/staff-congresses/")
    page.locator("tbody a").first.click()
    page.get_by_role("link", name="第1次会议").click()
    cadre.look("planned")
    cadre.begin("sign-in")
    boxes = page.locator("main input[type=checkbox][name=delegates]")
    boxes.nth(0).check()
    cadre.look("sign-in")
    refused(cadre, "不能开会")
    for number in range(boxes.count()):
        boxes.nth(number).check()
    cadre.confirm()
    expect(page.get_by_text("会议中").first).to_be_visible()
    total = boxes_of(page)
    _vote(cadre, "职工奖惩办法", total, total + 1, total // 2)
    expect(page.get_by_text("收回多于发出，表决无效").first).to_be_visible()
    _vote(cadre, "职工奖惩办法", total, total, total // 2)
    expect(page.get_by_text("未通过").first).to_be_visible()
    _vote(cadre, "集体合同草案", total, total, -(-total // 2), "通过集体合同草案，由首席代表签字。")
    expect(page.get_by_text("通过", exact=True).first).to_be_visible()
    cadre.look("voted")
    cadre.begin("close")
    cadre.confirm()
    expect(page.get_by_text("已闭会").first).to_be_visible()
    opens_as_pdf(cadre, "会议纪要")
    opens_as_pdf(cadre, "决议：集体合同草案")
    cadre.look("closed")
    worker = visit("jiceng-shenpi", width=360)
    page = worker.go("/hall/staff/")
    expect(page.get_by_role("link", name="职代会决议：集体合同草案")).to_be_visible()
    worker.look("resolved")
    other = visit("luyang-quzong")
    for place in (cadre.page.url, f"{cadre.page.url}vote/", f"{cadre.page.url}close/"):
        other.go(place, status=403)


def boxes_of(page: Page) -> int:
    """How many signed in, as the record says."""
    words = page.locator("dt", has_text="出席人数").locator("xpath=following-sibling::dd[1]")
    return int(words.inner_text().strip())


def _vote(
    cadre: Visitor, item: str, issued: int, returned: int, agreed: int, resolution: str = ""
) -> None:
    cadre.begin("vote")
    page = cadre.page
    page.get_by_label("议题").select_option(label=item)
    for name, number in (
        ("发出的票", issued),
        ("收回的票", returned),
        ("赞成", agreed),
        ("反对", issued - agreed),
        ("弃权", 0),
    ):
        page.get_by_label(name, exact=True).fill(str(number))
    page.get_by_label("决议内容").fill(resolution)
    cadre.confirm()
