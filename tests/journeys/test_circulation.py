"""A document from the draft to the county's receipt: office on the desk, the leader on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
TITLE = "关于开展职工阅读月活动的通知"


def test_from_the_draft_to_the_receipt(visit: Visit) -> None:
    drafter = visit("anhui-jingban")
    drafter.go("/w/outgoing/")
    drafter.look("list")
    address = draft_and_submit(drafter)
    review_and_countersign(visit, address)
    number = sign_on_a_phone(visit, address)
    issue_and_receive(visit, drafter, address, number)
    urge_recall_and_file(visit, drafter, address)


def draft_and_submit(drafter: Visitor) -> str:
    page = drafter.go("/w/outgoing/new/draft/")
    page.get_by_label("文种").select_option("notice")
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("主送机关").fill("各市、县（市、区）总工会")
    page.get_by_label("正文").fill(
        "现将有关事项通知如下。\n一、活动时间\n全年。\n二、有关要求\n按时报送。"
    )
    drafter.look("draft")
    drafter.confirm()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    address = page.url.removeprefix(drafter.address)
    drafter.begin("submit")
    page.get_by_label("核稿人").select_option(label="班俊杰（省总工会办公室核稿）")
    page.get_by_label("宣丽华").check()
    page.get_by_label("汤建国").check()
    page.get_by_label("签发人").select_option(label="汪海燕（省总工会审批人）")
    drafter.look("submit")
    drafter.confirm()
    expect(page.get_by_text("审签中").first).to_be_visible()
    return address


def review_and_countersign(visit: Visit, address: str) -> None:
    reviewer = visit("anhui-hegao")
    page = reviewer.go(address)
    reviewer.begin("edit")
    body = page.get_by_label("正文").input_value().replace("按时报送", "于月底前报送")
    page.get_by_label("正文").fill(body)
    reviewer.confirm()
    reviewer.begin("review")
    page.get_by_label("意见").fill("文字已核。")
    reviewer.confirm()
    page = reviewer.go(address.replace("/w/outgoing/", "/circulation/outgoing/") + "trace/")
    expect(page.locator("ins").first).to_be_visible()
    reviewer.look("trace")

    for name, width in (("anhui-zuzhi", 1440), ("anhui-quanyi", 360)):
        other = visit(name, width=width)
        other.go(address)
        other.begin("countersign")
        other.page.get_by_label("意见").first.fill("同意。")
        other.look("countersign")
        other.confirm()


def sign_on_a_phone(visit: Visit, address: str) -> str:
    leader = visit("anhui-shenpi", width=360)
    page = leader.go("/todo/")
    expect(page.get_by_text(TITLE).first).to_be_visible()
    page = leader.go(address)
    leader.look("before-signing")
    leader.begin("sign")
    page.get_by_label("意见").first.fill("同意印发。")
    write(page)
    leader.confirm()
    number = re.search(r"皖工发〔\d{4}〕\d+号", leader.text())
    assert number, leader.text()[:400]
    leader.look("signed")
    return number[0]


def issue_and_receive(visit: Visit, drafter: Visitor, address: str, number: str) -> None:
    page = drafter.go(address)
    drafter.begin("seal")
    drafter.confirm()
    drafter.begin("distribute")
    page.get_by_label("分发范围").select_option("counties")
    drafter.look("distribute")
    drafter.confirm()
    drafter.look("issued")

    county = visit("jinghu-quzong", width=360)
    page = county.go("/w/deliveries/?state=sent")
    page.get_by_role("link", name=TITLE).first.click()
    page.wait_for_url("**/w/deliveries/*/")
    page.get_by_role("link", name="阅读公文").click()
    page.wait_for_url("**/circulation/deliveries/*/")
    expect(page.get_by_text(number).first).to_be_visible()
    county.look("read")
    page.get_by_role("link", name="签收并登记").click()
    county.confirm()
    county.look("received")

    page = drafter.go(address.replace("/w/outgoing/", "/circulation/outgoing/") + "receipts/")
    expect(page.get_by_text("夏侯俊").first).to_be_visible()
    drafter.look("receipts")


def urge_recall_and_file(visit: Visit, drafter: Visitor, address: str) -> None:
    """Those who have not received it are urged, then it is taken back from them and filed."""
    page = drafter.go(address)
    drafter.begin("urge")
    drafter.confirm()
    other = visit("shushan-quzong", width=360)
    urged = other.go("/todo/")
    expect(urged.get_by_text("已催收 1 次").first).to_be_visible()
    other.look("urged")

    drafter.go(address)
    drafter.begin("file")
    drafter.expected.add(409)
    drafter.confirm()
    expect(page.get_by_text("没有签收").first).to_be_visible()
    drafter.go(address)
    drafter.begin("recall")
    page.get_by_label("原因").fill("活动时间有变，另行通知")
    drafter.confirm()
    drafter.go(address)
    drafter.begin("file")
    drafter.look("file")
    drafter.confirm()
    open_piece(page)
    expect(page.get_by_text("移交档案系统的归档包").first).to_be_visible()
    drafter.look("piece")
    page = drafter.go(address.replace("/w/outgoing/", "/circulation/outgoing/") + "sheet/")
    expect(page.get_by_alt_text("汪海燕的手写意见")).to_be_visible()
    drafter.look("sheet")


def open_piece(page: Page) -> None:
    """From a document that was filed to its piece in the archive."""
    page.locator("main").get_by_role("link", name=re.compile(r"-WS·\d{4}-")).click()
    page.wait_for_url("**/w/pieces/**")


def write(page: Page) -> None:
    """Write on the pad, as a finger would."""
    pad = page.locator("canvas").first
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 90, steps=5)
    page.mouse.up()
    field = page.locator("input[data-ink]")
    for _ in range(50):
        if field.evaluate("field => field.files.length") == 1:
            return
        page.wait_for_timeout(100)
    raise AssertionError("what was written did not become the file of the field")


def test_incoming_and_supervision(visit: Visit) -> None:
    clerk = visit("anhui-jingban")
    for path in (
        "/w/incoming/",
        "/w/supervision/",
        "/w/meetings/",
        "/w/numbers/",
        "/w/pieces/",
        "/circulation/statistics/",
        "/circulation/templates/",
    ):
        clerk.go(path)
        clerk.look(path.strip("/").replace("/", "-"))
    page = clerk.go("/w/incoming/new/register/")
    page.get_by_label("来文机关").fill("中华全国总工会办公厅")
    page.get_by_label("来文字号").fill("总工办发[2026]035号")
    page.get_by_label("标题").fill("关于报送年度工作要点的通知")
    page.get_by_label("收文单位").fill("安徽省总工会")
    clerk.expected.add(422)
    clerk.confirm()
    expect(page.get_by_text("像是重复登记").first).to_be_visible()
    clerk.look("duplicate")


def test_an_incoming_document_is_handled_supervised_and_filed(visit: Visit) -> None:
    clerk = visit("anhui-jingban")
    leader = visit("anhui-shenpi", width=360)
    address = register_and_propose(clerk)
    task = instruct_and_supervise(leader, address)
    report_and_finish(visit("anhui-zuzhi", width=360), leader, address, task)
    page = clerk.go(address)
    clerk.look("finished")
    clerk.begin("file")
    clerk.confirm()
    open_piece(page)
    clerk.look("piece")
    clerk.go("/w/exchanges/")
    clerk.look("exchanges")


def register_and_propose(clerk: Visitor) -> str:
    page = clerk.go("/w/incoming/new/register/")
    page.get_by_label("收文单位").fill("安徽省总工会")
    page.get_by_label("来文机关").fill("中华全国总工会办公厅")
    page.get_by_label("来文字号").fill("总工办发〔2026〕77号")
    page.get_by_label("标题").fill("关于开展网上练兵活动的通知")
    clerk.look("register")
    clerk.confirm()
    expect(page.get_by_text("已登记为").first).to_be_visible()
    address = page.url.removeprefix(clerk.address)
    clerk.begin("propose")
    page.get_by_label("拟办意见").fill("请海燕同志阅示。")
    page.get_by_label("请谁批示").select_option(label="汪海燕（省总工会审批人）")
    clerk.look("propose")
    clerk.confirm()
    return address


def instruct_and_supervise(leader: Visitor, address: str) -> str:
    page = leader.go(address)
    leader.begin("instruct")
    page.get_by_label("批示", exact=True).fill("请组织部承办。")
    choose(page, "承办人", "宣丽华")
    write(page)
    leader.look("instruct")
    leader.confirm()
    leader.begin("supervise")
    page.get_by_label("督办事项").fill("网上练兵方案")
    page.get_by_label("办理要求").fill("月底前报送方案。")
    choose(page, "责任人", "宣丽华")
    page.get_by_label("办结期限").fill(f"{date.today() + timedelta(days=20):%Y-%m-%d}")
    leader.confirm()
    page.get_by_role("link", name="网上练兵方案").click()
    page.wait_for_url("**/w/supervision/*/")
    return page.url.removeprefix(leader.address)


def report_and_finish(handler: Visitor, leader: Visitor, address: str, task: str) -> None:
    """Without the task closed on evidence the document is not finished."""
    page = handler.go(address)
    handler.begin("finish")
    page.get_by_label("办理结果").fill("已印发方案。")
    handler.expected.add(409)
    handler.confirm()
    expect(page.get_by_text("没有销号").first).to_be_visible()
    page = handler.go(task)
    handler.begin("report")
    page.get_by_label("办理结果").fill("方案已印发。")
    page.get_by_label("办结材料").set_input_files(
        {"name": "方案.png", "mimeType": "image/png", "buffer": page.screenshot()}
    )
    handler.look("report")
    handler.confirm()
    page = leader.go(task)
    leader.begin("close")
    leader.confirm()
    leader.look("closed")
    page = handler.go(address)
    handler.begin("finish")
    page.get_by_label("办理结果").fill("已印发方案。")
    handler.confirm()


def choose(page: Page, field: str, name: str) -> None:
    """Select the colleague whose name the option begins with."""
    select = page.get_by_label(field)
    label = select.locator("option", has_text=name).first.inner_text()
    select.select_option(label=label)


def test_what_is_classified_is_refused(visit: Visit) -> None:
    clerk = visit("anhui-jingban", width=360)
    page = clerk.go("/w/outgoing/new/draft/")
    page.get_by_label("文种").select_option("notice")
    page.get_by_label("标题").fill("关于某事的通知")
    page.get_by_label("正文").fill("机密★三年\n正文。")
    clerk.expected.add(422)
    clerk.confirm()
    expect(page.get_by_text("非涉密系统，不能起草").first).to_be_visible()
    expect(page.get_by_label("正文")).to_have_value(re.compile("正文"))
    clerk.look("classified")


def test_another_city_sees_nothing_of_it(visit: Visit) -> None:
    stranger = visit("jinghu-quzong")
    stranger.go("/w/outgoing/1/", status=403)
