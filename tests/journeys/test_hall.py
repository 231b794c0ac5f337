"""The workers' hall: found by search, large type, another city, the counter, without a network."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import expect

from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
PHONE = 360


def test_a_member_finds_what_is_theirs(visit: Visit) -> None:
    worker = visit("huiyuan", width=PHONE)
    page = worker.go("/hall/")
    expect(page.get_by_text("网上入会，扫码就办")).to_be_visible()
    worker.look("home")
    page.get_by_label("找服务").fill("zh")
    page.get_by_role("button", name="搜索").click()
    page.wait_for_url("**/hall/services/**")
    worker.look("found")
    page.get_by_role("link", name=re.compile("^转会")).first.click()
    expect(page.get_by_text(re.compile("会员：符合"))).to_be_visible()
    expect(page.get_by_text("免费")).to_be_visible()
    worker.look("guide")
    page.get_by_role("link", name="现在办理").click()
    page.wait_for_url("**/hall/transfer/**")


def test_my_matters_materials_and_proxies(visit: Visit) -> None:
    worker = visit("huiyuan", width=PHONE)
    for address, name in (
        ("/hall/mine/", "mine"),
        ("/hall/matters/", "matters"),
        ("/hall/materials/", "materials"),
        ("/hall/proxies/", "proxies"),
        ("/hall/proxies/ask/", "ask"),
        ("/hall/messages/", "messages"),
    ):
        worker.go(address)
        worker.look(name)


def test_large_type_goes_with_the_person(visit: Visit) -> None:
    worker = visit("zhigong", width=PHONE)
    page = worker.go("/hall/ease/")
    worker.look("ease")
    page.get_by_label("大字", exact=True).check()
    page.get_by_label("高对比").check()
    page.get_by_label("减少动画").check()
    page.get_by_label("简洁").check()
    worker.confirm()
    page = worker.go("/hall/")
    expect(page.locator("html")).to_have_attribute("data-text", "large")
    expect(page.locator("html")).to_have_attribute("data-contrast", "high")
    worker.look("large-home")
    worker.go("/hall/services/")
    worker.look("large-services")
    page = worker.go("/hall/ease/")
    for group in ("字号", "对比度", "动画", "页面"):
        page.get_by_role("group", name=re.compile(group)).get_by_role("radio").first.check()
    worker.confirm()


def test_a_guest_chooses_a_city_and_loses_the_network(visit: Visit) -> None:
    guest = visit(width=PHONE)
    page = guest.go("/hall/")
    guest.look("home")
    guest.go("/hall/places/")
    guest.look("places")
    page.get_by_role("button", name="合肥市大厅").click()
    expect(page.get_by_text("合肥职工疗休养路线公布")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    guest.context.set_offline(True)
    page.goto(f"{guest.address}/hall/services/")
    expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    guest.context.set_offline(False)
    guest.go("/hall/services/")
    expect(page.get_by_role("heading", name="办事")).to_be_visible()


def test_the_counter_serves_whoever_stands_there(visit: Visit) -> None:
    rng = random.Random(str(random.SystemRandom().random()))
    born = date(1980, 1, 1) + timedelta(days=rng.randrange(4000))
    number = synthetic_resident_id(rng, "340104", born, Sex.FEMALE)
    cadre = visit("shushan-quzong")
    page = cadre.go("/counter/")
    cadre.look("meet")
    page.get_by_label("姓名").fill("宁静")
    page.get_by_label("证件号码").fill(number)
    page.get_by_label("手机号码").fill(f"16497{rng.randrange(10**6):06d}")
    cadre.confirm()
    expect(page.get_by_text("窗口：正在为")).to_be_visible()
    assert number not in page.content()
    cadre.look("serving")
    page.get_by_role("button", name="结束").click()
    expect(page.get_by_text("先核对身份")).to_be_visible()
    cadre.go("/counter/services/")
    cadre.look("catalogue")
    cadre.go("/w/hall-pieces/")
    cadre.look("pieces")
    cadre.go("/w/hall-handed/")
    cadre.look("handed")
