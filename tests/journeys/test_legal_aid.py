"""Aid from a phone to the archived file; materials later; mediation; supervision letters.

And a clue given without a name is followed by its code, its unit never learning who told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

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
    worked(desk, record)
    closed(approver, desk, record)
    page = worker.go(f"/legal-aid/mine/{number}/")
    expect(page.get_by_role("link", name="评价")).to_be_visible()
    worker.look("closed")
    other = visit("jinghu-quzong")
    other.go(record, status=403)
    other.go(f"/api/v1{record.removeprefix('/w')}", status=403)


def worked(desk: Visitor, record: str) -> None:
    """The desk answers for the lawyer, who has no account here, and hands the result in."""
    page = desk.go(record)
    page.locator("main a[href*='/legal-aid/work/']").first.click()
    desk.look("assignment")
    step(desk, "答复指派")
    page.locator("main [name=accepts][value='1']").check()
    handed_in(desk)
    for place, title in (("documents", "仲裁申请书"), ("outcome", "仲裁裁决书")):
        step(desk, "登记文书")
        page.locator("main [name=paper]").select_option(place)
        page.locator("main [name=title]").fill(title)
        handed_in(desk)
    step(desk, "提交结案")
    page.locator("main [name=result]").select_option("won")
    page.locator("main [name=recovered]").fill("6800")
    page.locator("main [name=summary]").fill("裁决单位支付拖欠的工资。")
    desk.look("conclude")
    handed_in(desk)


def step(desk: Visitor, title: str) -> None:
    desk.page.get_by_role("link", name=title, exact=True).click()
    desk.page.wait_for_url(re.compile(r"/legal-aid/work/\d+/[a-z]+/$"))


def handed_in(desk: Visitor) -> None:
    desk.confirm()
    desk.page.wait_for_url(re.compile(r"/legal-aid/work/\d+/$"))


def closed(approver: Visitor, desk: Visitor, record: str) -> None:
    """An approver closes, which reckons the subsidy; the file is archived."""
    taken(approver, record, "close")
    expect(approver.page.locator("main")).to_contain_text("办案补贴")
    approver.look("subsidy")
    taken(desk, record, "archive")
    expect(desk.page.locator("main")).to_contain_text("已归档")
    desk.look("archived")


def taken(who: Visitor, record: str, slug: str, **given: str) -> None:
    """One step of a record with its fields filled in."""
    page = who.go(record)
    who.begin(slug)
    for name, value in given.items():
        field = page.locator(f"main [name={name}]").first
        kind = field.evaluate("e => e.type")
        if kind == "radio":
            page.locator(f"main [name={name}][value='{value}']").check()
        elif kind == "checkbox":
            for box in page.locator(f"main [name={name}]").all()[: int(value)]:
                box.check()
        elif kind == "select-one":
            choose(field, value)
        else:
            field.fill(value)
    who.confirm()
    page.wait_for_url(re.compile(rf"{record}$"))


def choose(field: Locator, value: str) -> None:
    """An option by its value, or the first real one."""
    if value == "1":
        field.select_option(index=1)
    else:
        field.select_option(value)


def test_a_worker_hands_materials_in_from_a_phone(visit: Visit, tmp_path: Path) -> None:
    worker = visit("huiyuan", width=360)
    number = asked(worker)
    desk = visit("shushan-shencha")
    record = found(desk, "legal-aid", number)
    taken(desk, record, "begin")
    taken(desk, record, "ask", lacking="近三个月的工资条")
    page = worker.go(f"/legal-aid/mine/{number}/")
    expect(page.locator("main")).to_contain_text("近三个月的工资条")
    worker.look("asked-for")
    page.get_by_role("link", name="上传补充材料").click()
    photo = tmp_path / "工资条.png"
    page.screenshot(path=photo)
    page.locator("main [name=files]").set_input_files(photo)
    worker.look("supply")
    worker.confirm()
    page.wait_for_url(re.compile(r"/legal-aid/mine/FY"))
    expect(page.locator("main")).to_contain_text("材料1.png")
    worker.look("supplied")
    taken(desk, record, "supplied")
    expect(desk.page.locator("main")).to_contain_text("审查中")
    desk.look("prints")


def found(desk: Visitor, resource: str, number: str) -> str:
    """The path of a record by its number."""
    page = desk.go(f"/w/{resource}/?q={number}")
    page.locator("tbody a").first.click()
    page.wait_for_url(re.compile(rf"/w/{resource}/\d+/$"))
    return page.url.replace(desk.address, "")


def test_a_dispute_is_settled_by_an_agreement(visit: Visit) -> None:
    worker = visit("huiyuan", width=360)
    page = worker.go("/legal-aid/ask/mediation/")
    page.locator("main [name=category]").select_option("dismissal")
    page.locator("main [name=employer]").fill(EMPLOYER)
    page.locator("main [name=claimed]").fill("9000")
    page.locator("main [name=known_on]").fill("2026-10-12")
    page.locator("main [name=text]").fill("单位口头辞退，没有支付经济补偿，请求调解。")
    worker.look("mediation")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url(re.compile(r"/legal-aid/mine/TJ"))
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    desk = visit("shushan-shencha")
    record = found(desk, "mediations", number)
    today, later = date.today().isoformat(), (date.today() + timedelta(days=20)).isoformat()
    taken(desk, record, "begin")
    taken(desk, record, "consent", agrees="1", answered_on=today)
    taken(desk, record, "appoint", mediator="1")
    taken(desk, record, "sit", at=f"{today}T09:00", place="调解室", minutes="双方陈述了意见。")
    taken(
        desk, record, "agree", terms="一、单位支付经济补偿八千元。", amount="8000", perform_by=later
    )
    taken(desk, record, "sign", applicant_on=today, employer_on=today)
    expect(desk.page.locator("main")).to_contain_text("申请司法确认")
    desk.look("agreement")
    page = worker.go(f"/legal-aid/mine/{number}/")
    expect(page.locator("main")).to_contain_text("申请司法确认")
    worker.look("hints")


def test_a_letter_of_supervision_and_its_term(visit: Visit) -> None:
    worker = visit("huiyuan", width=360)
    page = worker.go("/legal-aid/ask/clue/")
    page.locator("main [name=category]").select_option("hours")
    page.locator("main [name=employer]").fill(EMPLOYER)
    page.locator("main [name=text]").fill("每月加班六十小时，没有加班费。")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url(re.compile(r"/legal-aid/mine/JD"))
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    desk, approver = visit("shushan-shencha"), visit("shushan-quzong", width=360)
    record = found(desk, "labour-watches", number)
    today = date.today().isoformat()
    taken(desk, record, "begin")
    taken(desk, record, "appoint", supervisors="2", plan="到单位查阅考勤表和工资表。")
    taken(desk, record, "find", violation="1", finding="每月加班超过三十六小时，没有支付加班工资。")
    taken(desk, record, "write", kind="opinion")
    taken(approver, record, "issue")
    approver.look("issued")
    taken(desk, record, "deliver", delivery="hand", delivered_on=today, receipt="综合部签收")
    expect(desk.page.locator("main")).to_contain_text("答复期限")
    desk.look("delivered")
    taken(desk, record, "reply", replied_on=today, text="已补发加班工资。")
    taken(desk, record, "verify", corrected="1", finding="抽查二十人均已补发。", recovered="5000")
    taken(desk, record, "close", conclusion="单位已经整改，补发了加班工资。")
    page = worker.go(f"/legal-aid/mine/{number}/")
    expect(page.locator("main")).to_contain_text("已经整改")
    worker.look("answered")


def test_registers_and_figures(visit: Visit) -> None:
    desk = visit("shushan-quzong")
    for code in ("legal-lawyers", "legal-mediators", "legal-supervisors", "legal-payouts"):
        page = desk.go(f"/w/{code}/")
        desk.look("list")
        page.locator("tbody a").first.click()
        page.wait_for_url(re.compile(rf"/w/{code}/\d+/$"))
        desk.look("record")
    desk.go("/legal-aid/statistics/")
    desk.look("statistics")
    desk.go("/law/statistics/")
    desk.look("law-statistics")


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


def test_danger_in_an_application_reaches_people_at_once(visit: Visit) -> None:
    worker = visit("huiyuan", width=360)
    page = worker.go("/legal-aid/ask/aid/")
    page.locator("main [name=text]").fill("讨了半年的工资，我不想活了，今晚就从楼上跳下去。")
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url(re.compile(r"/legal-aid/mine/FY"))
    expect(page.get_by_text("已转值班人员，由人来联系您")).to_be_visible()
    worker.look("danger")
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    duty = visit("anhui-jingban")
    page = duty.go("/ai/crises/")
    expect(page.locator("main")).to_contain_text("待处置")
    duty.look("crises")
    page.locator("main table a").first.click()
    expect(page.get_by_role("link", name=number)).to_be_visible()
    duty.look("record")
    duty.begin("settle")
    page.get_by_label("怎样联系到本人、情况如何").fill("已电话联系本人，情绪平稳，转心理援助。")
    duty.confirm()
    duty.look("settled")
    expect(page.get_by_text("情绪平稳").first).to_be_visible()
    visit("jinghu-quzong").go(f"/casework/cases/{number}/", status=403)
