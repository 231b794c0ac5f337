"""12351: from a QR code, by telephone, at the counter to the rating; the bot, drafts, surveys."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from gonghui.site.demo import cast
from gonghui.site.demo.unions import SEED
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
MEMBER = "huiyuan"


def identity_of(username: str) -> tuple[str, str]:
    """Telephone and document number of a member of the demo, drawn as the demo draws them."""
    rng = random.Random(SEED + 3)
    for serial, account in enumerate(cast.ACCOUNTS):
        if not account.person:
            continue
        born = date(date.today().year - 34 - serial % 3, 3, 7) + timedelta(days=rng.randrange(300))
        number = synthetic_resident_id(rng, cast.SHUSHAN, born, Sex(account.sex))
        if account.username == username:
            return f"16499{serial:06d}", number
    raise KeyError(username)


def number_on(page: Page) -> str:
    """The number of the case shown."""
    found = re.search(r"RX\d{8}-\d{6}-[0-9A-Z]", page.locator("main").inner_text())
    assert found is not None
    return found.group()


def scanned(visit: Visit, worker: Visitor) -> str:
    """A poster is printed, its code scanned, the complaint handed in on the phone."""
    cadre = visit("anhui-jingban")
    page = cadre.go("/hotline/codes/?q=徽泰")
    cadre.look("codes")
    page.get_by_role("link", name=re.compile("徽泰")).first.click()
    expect(page.get_by_role("img", name="扫码反映二维码")).to_be_visible()
    cadre.look("poster")
    address = page.locator("[data-copy]").get_attribute("data-copy") or ""
    page = worker.go(urlsplit(address).path)
    expect(page.get_by_text(re.compile("您扫的是.*徽泰"))).to_be_visible()
    worker.look("scanned")
    page.locator("main").get_by_role("link", name="我要反映").click()
    page.wait_for_url(re.compile("/feedback/new/"))
    page.get_by_label("投诉").check()
    page.get_by_label("一句话说明").fill("没有发高温津贴")
    page.get_by_label("经过和要求").fill("七月和八月在车间作业，没有发高温津贴，希望补发。")
    worker.look("speak")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    worker.look("received")
    return number_on(page)


def called(agent: Visitor, mobile: str) -> str:
    """The member calls; the switch rings the desk, the agent asks who it is and writes."""
    page = agent.go("/simulators/cti/")
    page.get_by_label("主叫号码").fill(mobile)
    page.get_by_role("button", name="拨打 12351").click()
    page.get_by_role("button", name="接听").first.click()
    page = agent.go("/hotline/")
    agent.look("desk")
    shown = f"{mobile[:3]}****{mobile[-4:]}"
    page.locator("main").get_by_role("link", name=shown).last.click()
    page.wait_for_url(re.compile(r"/hotline/calls/\d+/"))
    page.get_by_label(re.compile(r"查\*")).check()
    page.get_by_label("性质").select_option(label="咨询")
    page.get_by_label("标题").fill("产假天数")
    page.get_by_label("内容", exact=True).fill("来电咨询产假和奖励假一共多少天。")
    agent.look("call")
    page.get_by_role("button", name="登记来件").click()
    page.wait_for_url(re.compile("/casework/cases/"))
    return number_on(page)


def visited(agent: Visitor, document: str) -> str:
    """The member comes to the counter and shows the identity card."""
    page = agent.go("/hotline/register/?channel=counter")
    page.get_by_label("性质").select_option(label="求助")
    page.get_by_label("渠道").select_option(label="来访")
    page.get_by_label("本人证件号码").fill(document)
    page.get_by_label("标题").fill("工伤认定材料")
    page.get_by_label("内容", exact=True).fill("手指受伤，单位不出证明，来窗口求助。")
    agent.look("counter")
    page.get_by_role("button", name="登记来件").click()
    page.wait_for_url(re.compile("/casework/cases/"))
    return number_on(page)


def step(cadre: Visitor, number: str, verb: str, look: str = "", **given: str) -> None:
    """Do one verb on its page."""
    page = cadre.go(f"/casework/cases/{number}/do/{verb}/")
    for name, value in given.items():
        field = page.locator(f"main [name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    if look:
        cadre.look(look)
    cadre.confirm()
    assert "已办理" in cadre.text(), cadre.text()[:500]


def answered(agent: Visitor, chief: Visitor, number: str, *, look: bool) -> None:
    """Accepted, taken, answered by the desk and let go by somebody else."""
    names = ("accept", "draft", "review") if look else ("", "", "")
    step(agent, number, "accept", names[0], category="pay", summary="来件反映，请核实。")
    step(agent, number, "take")
    if look:
        agent.go(f"/casework/cases/{number}/")
        agent.look("case")
    words = "已核实，单位将在本月补发。"
    step(agent, number, "draft", names[1], outcome="solved", text=words)
    step(agent, number, "submit_reply")
    step(chief, number, "review", names[2], send="yes")


def test_from_the_qr_code_to_the_rating_on_one_timeline(visit: Visit) -> None:
    mobile, document = identity_of(MEMBER)
    worker, agent, chief = visit(MEMBER, width=360), visit("anhui-jingban"), visit("anhui-shenpi")
    numbers = [scanned(visit, worker), called(agent, mobile), visited(agent, document)]
    assert len(set(numbers)) == 3
    for place, number in enumerate(numbers):
        answered(agent, chief, number, look=place == 0)
    for place, number in enumerate(numbers):
        page = worker.go(f"/casework/mine/{number}/")
        if place == 0:
            worker.look("answered")
        page.get_by_label("很满意", exact=True).check()
        page.get_by_role("button", name="提交评价").click()
        expect(page.get_by_text("已办结").first).to_be_visible()
    worker.look("rated")
    page = worker.go("/hall/matters/")
    worker.look("timeline")
    settled = page.locator("section", has=page.get_by_role("heading", name="已经办结"))
    links = [item.get_attribute("href") for item in settled.get_by_role("link").all()[:3]]
    seen = set()
    for link in links:
        worker.go(link or "")
        text = worker.text()
        assert all(words in text for words in ("已收到", "已受理", "已签收", "已答复", "已评价"))
        seen |= {number for number in numbers if number in text}
    assert seen == set(numbers)
    worker.look("matter")
    page = worker.go("/feedback/mine/")
    assert all(number in worker.text() for number in numbers)
    for address, name in (
        (f"/casework/cases/{numbers[1]}/", "closed"),
        ("/casework/", "queue"),
        ("/casework/?lane=callback", "callbacks"),
        ("/casework/statistics/", "statistics"),
        ("/casework/articles/", "articles"),
        ("/hotline/summary/", "summary"),
        (f"/hotline/reports/{date.today().year}/", "annual"),
    ):
        agent.go(address)
        agent.look(name)
    page = chief.go("/casework/quality/")
    chief.look("quality")
    page.locator("main table").get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/casework/quality/\d+/"))
    chief.look("sample")
    page.locator("main table").get_by_role("link").first.click()
    page.wait_for_url(re.compile("/checks/"))
    chief.look("check")


def test_a_worker_speaks_on_a_phone_and_follows(visit: Visit) -> None:
    worker = visit("huiyuan", width=360)
    page = worker.go("/feedback/")
    worker.look("home")
    page.get_by_role("link", name="我要反映").click()
    page.wait_for_url(re.compile("/feedback/new/"))
    page.get_by_label("投诉").check()
    page.get_by_label("一句话说明").fill("单位没有发高温津贴")
    page.get_by_label("经过和要求").fill("七月和八月在车间作业，没有发高温津贴。")
    worker.look("speak")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    worker.look("received")
    page.get_by_role("link", name="查看进展").click()
    page.wait_for_load_state()
    worker.look("thread")
    worker.go("/feedback/mine/")
    worker.look("mine")


def test_danger_is_answered_by_people(visit: Visit) -> None:
    worker = visit("huiyuan", width=360)
    page = worker.go("/feedback/ask/")
    page.get_by_label("您的问题").fill("讨不到工资，我不想活了")
    page.get_by_role("button", name="提问").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert "12356" in worker.text()
    assert "知识库" not in page.locator("section").first.inner_text()
    worker.look("danger")


def test_the_bot_cites_or_hands_over(visit: Visit) -> None:
    worker = visit("huiyuan", width=360)
    page = worker.go("/feedback/ask/")
    page.get_by_label("您的问题").fill("年休假没有休，怎么补偿？")
    page.get_by_role("button", name="提问").click()
    expect(page.get_by_text("引自知识库")).to_be_visible()
    worker.look("cited")
    page.get_by_label("您的问题").fill("明天会下雨么")
    page.get_by_role("button", name="提问").click()
    expect(page.get_by_role("heading", name="转人工")).to_be_visible()
    worker.look("handed")


def test_the_desk_takes_a_call_down(visit: Visit) -> None:
    agent = visit("anhui-jingban")
    page = agent.go("/hotline/")
    agent.look("desk")
    page.locator("main").get_by_role("link", name=re.compile(r"\*")).first.click()
    page.wait_for_url(re.compile(r"/hotline/calls/\d+/"))
    agent.look("call")
    page.get_by_label("姓名").fill("祝长顺")
    page.get_by_label("联系电话").fill("13905517701")
    page.get_by_label("标题").fill("加班没有加班费")
    page.get_by_label("内容", exact=True).fill("每天加班两小时，没有加班费。")
    page.get_by_role("button", name="登记来件").click()
    expect(page.get_by_role("heading", name="已登记")).to_be_visible()
    agent.look("registered")
    for place, name in (
        ("/hotline/register/", "register"),
        ("/hotline/summary/", "summary"),
        ("/hotline/shifts/", "shifts"),
        ("/w/hotline/", "matters"),
        ("/w/petitions/", "petitions"),
        ("/w/calls/", "calls"),
    ):
        agent.go(place)
        agent.look(name)


def test_opinions_and_questionnaire(visit: Visit) -> None:
    worker = visit("huiyuan", width=360)
    page = worker.go("/feedback/consultations/")
    worker.look("consultations")
    page.get_by_role("link", name=re.compile("疗休养")).first.click()
    page.wait_for_load_state()
    worker.look("draft")
    page.get_by_role("link", name=re.compile(r"提意见\s*：第三条")).click()
    page.get_by_label("意见和理由").fill("建议写明女职工优先。")
    worker.look("opinion")
    page.get_by_role("button", name="提出意见").click()
    page.wait_for_load_state()
    assert "意见已收到" in worker.text()
    page = worker.go("/feedback/surveys/")
    page.get_by_role("link", name=re.compile("服务需求")).first.click()
    page.get_by_label("制造业").check()
    page.get_by_label("健康体检").check()
    page.get_by_label("5", exact=True).check()
    worker.look("survey")
    page.get_by_role("button", name="提交问卷").click()
    expect(page.get_by_role("heading", name="已提交")).to_be_visible()
    worker.look("survey-done")
