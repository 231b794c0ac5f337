"""12351: said on a phone, answered by telephone, opinions on a draft, a questionnaire."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]


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
    page.get_by_role("link", name=re.compile("提意见：第三条")).click()
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
