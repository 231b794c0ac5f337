"""Settings: a city sets its own, rolls back by one click; the dangerous waits for a second."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]


def test_a_city_sets_its_own_value_and_rolls_it_back(visit: Visit) -> None:
    city = visit("hefei-xitong")
    page = city.go("/config/")
    city.look("overview")
    page.get_by_placeholder("名称、说明、取值或代码").fill("服务热线")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    page.locator("main").get_by_role("link", name="职工服务热线").click()
    page.wait_for_url("**/config/item/ui.hotline/**")
    city.look("setting")
    page.get_by_role("link", name="修改取值").click()
    page.get_by_label(re.compile("新的取值")).fill("不是号码")
    page.get_by_label("修改原因").fill("改用市总专线")
    city.expected.add(422)
    city.confirm()
    expect(page.get_by_text("格式不符合要求").first).to_be_visible()
    city.look("refused")
    page.get_by_label(re.compile("新的取值")).fill("0551-62612351")
    city.confirm()
    expect(page.get_by_text("几秒内到达所有节点")).to_be_visible()
    expect(page.locator(".cfg-value")).to_have_text("0551-62612351")

    # It counts for a worker of the city within seconds, in another process than asked.
    worker = visit("huiyuan", width=360)
    phone = worker.go("/hall/")
    for _ in range(10):
        if "0551-62612351" in worker.text():
            break
        phone.wait_for_timeout(500)
        phone.reload()
    expect(phone.get_by_text(re.compile("0551-62612351"))).to_be_visible()
    worker.look("hall")

    page.get_by_role("button", name=re.compile("回退到 0551-12351")).first.click()
    expect(page.locator(".cfg-value")).to_have_text("0551-12351")
    city.look("rolled-back")


def test_a_dangerous_change_is_approved_by_somebody_else(visit: Visit) -> None:
    chief = visit("anhui-xitong", width=360)
    page = chief.go("/w/setting-changes/?state=waiting")
    chief.look("waiting")
    link = page.locator("main").get_by_role("link", name=re.compile("入会核对次数")).first
    own = link.get_attribute("href") or ""
    chief.go(own)
    expect(page.get_by_role("link", name="批准变更")).to_have_count(0)

    guard = visit("anhui-anquan")
    page = guard.go(own)
    guard.look("record")
    guard.begin("approve")
    guard.look("approve")
    guard.confirm()
    expect(page.get_by_text("已生效").first).to_be_visible()
    guard.look("approved")
    page = guard.go("/config/item/membership.address_checks/")
    expect(page.locator(".cfg-value")).to_have_text("600 次")
    expect(page.get_by_text(re.compile("葛长青提出，柏静怡批准"))).to_be_visible()


def test_a_trial_is_widened_and_the_nodes_follow(visit: Visit) -> None:
    chief = visit("anhui-xitong")
    page = chief.go("/w/setting-changes/?state=gray")
    page.locator("main").get_by_role("link", name=re.compile("导入文件的最大大小")).first.click()
    page.wait_for_load_state()
    expect(page.get_by_text("试行工会").first).to_be_visible()
    chief.look("trial")
    chief.begin("widen")
    chief.confirm()
    expect(page.get_by_text("已随全部生效").first).to_be_visible()
    page = chief.go("/config/compare/")
    page.get_by_label("另一工会").fill("合肥市总工会")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="比较", exact=True).click()
    page.wait_for_load_state()
    expect(page.get_by_text("职工服务热线")).to_be_visible()
    chief.look("compare")
    for _ in range(30):
        page = chief.go("/config/nodes/")
        if page.get_by_text("一致", exact=True).count() >= 3:
            break
        page.wait_for_timeout(1000)
    for name in ("网页服务", "实时消息", "后台任务"):
        expect(page.get_by_text(name).first).to_be_visible()
    chief.look("nodes")
    chief.go("/config/import/")
    chief.look("import")


def test_a_county_or_a_cadre_of_the_business_does_not_get_in(visit: Visit) -> None:
    visit("hefei-shizong").go("/config/", status=403)
    visit("anhui-shenji").go("/config/", status=403)
