"""The workers' hall: found by search, large type, another city, the counter, without a network."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from datetime import date, timedelta

from PIL import Image
from playwright.sync_api import Page, expect

from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from gonghui.site.demo.cast import PASSWORD
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
PHONE = 360
APPLY = "/hall/apply/appointment"
WAITING = """async () => {
    const found = await indexedDB.databases();
    if (!found.some((base) => base.name === 'hall')) return [];
    const base = await new Promise((done) => {
        const asked = indexedDB.open('hall');
        asked.onsuccess = () => done(asked.result);
    });
    if (!base.objectStoreNames.contains('waiting')) { base.close(); return []; }
    const entries = await new Promise((done) => {
        const asked = base.transaction('waiting').objectStore('waiting').getAll();
        asked.onsuccess = () => done(asked.result);
    });
    base.close();
    return entries.map((entry) => entry.address);
}"""
KEPT = """async () => {
    const found = {};
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            found[new URL(request.url).pathname] = await (await cache.match(request)).text();
        }
    }
    return found;
}"""
"""What the service worker keeps: address -> content."""


def photo() -> dict[str, object]:
    """A picture as a phone sends it."""
    held = io.BytesIO()
    Image.new("RGB", (640, 400), (random.randrange(256), 120, 90)).save(held, "JPEG")
    return {"name": "身份证.jpg", "mimeType": "image/jpeg", "buffer": held.getvalue()}


def onward(page: Page) -> None:
    page.get_by_role("button", name="下一步").click()
    page.wait_for_load_state()


def say_when(worker: Visitor, words: str, look: bool = False) -> Page:
    """Fill in the first two screens of an appointment."""
    page = worker.go(f"{APPLY}/what/")
    page.get_by_label("办什么事").select_option("other")
    page.get_by_label("简单说明").fill(words)
    if look:
        worker.look("what")
    onward(page)
    page.wait_for_url("**/when/")
    page.get_by_label("到窗口").check()
    page.get_by_label("上午").check()
    if look:
        worker.look("when")
    onward(page)
    page.wait_for_url("**/materials/")
    return page


def handed_in(worker: Visitor) -> str:
    """Hand in from the last screen; the number of the receipt."""
    worker.page.get_by_role("button", name="提交申请").click()
    worker.page.wait_for_url("**/hall/receipts/**")
    return worker.page.locator(".hall-number").inner_text()


def opened(worker: Visitor, number: str) -> Page:
    """Find one of my matters by the number of its receipt."""
    page = worker.go("/hall/matters/")
    page.get_by_label("受理编号").fill(number)
    page.get_by_role("button", name="查找").click()
    page.wait_for_url(re.compile(r"/hall/matters/\d+/"))
    return page


def test_from_the_form_to_the_rating(visit: Visit) -> None:
    worker = visit("huiyuan", width=PHONE)
    page = worker.go("/hall/services/appointment/")
    expect(page.get_by_role("heading", name="办理条件")).to_be_visible()
    worker.look("guide")
    page = say_when(worker, "想问退休后会籍怎么办", look=True)
    page.locator("#file-id-card").set_input_files(photo())
    page.get_by_role("button", name="先传上去").click()
    expect(page.get_by_text("身份证.jpg").first).to_be_visible()
    worker.look("materials")
    onward(page)
    page.wait_for_url("**/check/")
    keep = page.get_by_label(re.compile("保留我的身份证照片"))
    if keep.count():
        keep.check()
    worker.look("check")
    number = handed_in(worker)
    worker.look("receipt")

    cadre = visit("shushan-quzong")
    desk = cadre.go(f"/w/hall-bookings/?q={number}")
    cadre.look("bookings")
    desk.get_by_role("link", name=number).first.click()
    desk.wait_for_load_state()
    cadre.look("booking")
    cadre.begin("agree")
    desk.get_by_label("告诉职工").fill("井岗镇职工服务站二号窗口")
    cadre.look("agree")
    cadre.confirm()
    cadre.begin("done")
    cadre.confirm()

    page = opened(worker, number)
    expect(page.get_by_text("二号窗口").first).to_be_visible()
    worker.look("settled")
    page.get_by_role("link", name="评价").click()
    page.wait_for_url("**/rate/")
    worker.look("rate")
    page.get_by_label("非常满意", exact=True).check()
    page.get_by_label("想说的话").fill("不用排队，很方便")
    worker.confirm()
    expect(page.get_by_text("您已经评价过这件事")).to_be_visible()


def test_a_material_again_and_an_appeal(visit: Visit) -> None:
    worker = visit("huiyuan", width=PHONE)
    page = say_when(worker, "想办会员卡")
    again = page.get_by_label(re.compile("同意这次再用"))
    expect(again).to_be_visible()
    again.check()
    worker.look("again")
    onward(page)
    page.wait_for_url("**/check/")
    expect(page.get_by_text("使用已存的材料")).to_be_visible()
    number = handed_in(worker)
    page = worker.go("/hall/materials/")
    expect(page.get_by_text(number)).to_be_visible()
    worker.look("kept")

    cadre = visit("shushan-quzong")
    desk = cadre.go(f"/w/hall-bookings/?q={number}")
    desk.get_by_role("link", name=number).first.click()
    cadre.begin("decline")
    desk.get_by_label("答复").fill("这一周窗口搬迁，请下周再约。")
    cadre.confirm()

    page = opened(worker, number)
    worker.look("declined")
    page.get_by_role("link", name="不同意，申诉").click()
    page.get_by_label("为什么不服").fill("我行动不便，请另外安排。")
    worker.look("appeal")
    worker.confirm()
    expect(page.get_by_text("已申诉").first).to_be_visible()
    worker.look("appealed")
    city = visit("hefei-shizong")
    desk = city.go(f"/w/hall-bookings/?q={number}")
    expect(desk.get_by_role("link", name=number).first).to_be_visible()

    page.get_by_role("link", name="撤回预约").click()
    page.get_by_label("为什么撤回").fill("问题已经解决")
    worker.confirm()
    expect(page.get_by_text("已撤回").first).to_be_visible()


def test_without_a_network_nothing_typed_is_lost(visit: Visit) -> None:
    worker = visit("zhigong", width=PHONE)
    page = worker.go(f"{APPLY}/what/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    words = f"没有网络时写的 {random.randrange(10**6)}"
    worker.context.set_offline(True)
    page.get_by_label("办什么事").select_option("other")
    page.get_by_label("简单说明").fill(words)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("已存在这台设备上").first).to_be_visible()
    assert page.evaluate(WAITING) == [f"{APPLY}/what/"]
    page.goto(f"{worker.address}/hall/services/")
    expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    expect(page.get_by_role("heading", name="等着上传的草稿")).to_be_visible()
    worker.look("offline")
    worker.context.set_offline(False)
    page = worker.go("/hall/services/")
    expect(page.get_by_text("已传上去").first).to_be_visible()
    assert page.evaluate(WAITING) == []
    page = worker.go(f"{APPLY}/what/")
    expect(page.get_by_label("简单说明")).to_have_value(words)


def signed_in(worker: Visitor, username: str) -> Page:
    """Sign in by the form: a session of its own, which signing out may end."""
    page = worker.go("/signin/?next=/hall/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/signin/" not in url)
    return page


def test_whoever_signs_out_leaves_nothing_behind(visit: Visit) -> None:
    worker = visit(width=PHONE)
    page = signed_in(worker, "huiyuan")
    name = page.get_by_role("heading", level=1).inner_text().removesuffix("，您好")
    page = worker.go(f"{APPLY}/what/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for held in page.evaluate(KEPT).values():
        assert name not in held and "data-user" not in held
    worker.context.set_offline(True)
    page.get_by_label("简单说明").fill("只给我自己看的话")
    page.get_by_label("办什么事").select_option("other")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("已存在这台设备上").first).to_be_visible()
    # The network comes back for signing out alone: what waits has not been sent.
    page.evaluate("window.addEventListener('online', (e) => e.stopImmediatePropagation(), true)")
    page.goto(f"{worker.address}/hall/")
    expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("预约"))).to_be_visible()
    worker.context.set_offline(False)
    page = worker.go("/account/")
    assert page.evaluate(WAITING) == [f"{APPLY}/what/"]
    page.locator("form[action$='/signout/'] button").first.click()
    page.wait_for_url("**/signin/**")
    assert page.evaluate(WAITING) == []
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => /^(hall|draft):/.test(key))") == []
    )
    for held in page.evaluate(KEPT).values():
        assert name not in held
    page = signed_in(worker, "zhigong")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    worker.context.set_offline(True)
    page.goto(f"{worker.address}/hall/matters/")
    expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    expect(page.get_by_role("heading", name="等着上传的草稿")).not_to_be_visible()
    assert name not in worker.text()


def test_it_can_be_installed(visit: Visit) -> None:
    guest = visit(width=PHONE)
    page = guest.go("/hall/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    browser = guest.context.new_cdp_session(page)
    told = browser.send("Page.getAppManifest")
    assert told["url"].endswith("/manifest.webmanifest") and not told["errors"]
    wrong = browser.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A context of a test is private, which no site can change.
    assert [item for item in wrong if item["errorId"] != "in-incognito"] == []


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
    expect(page.get_by_text("网上入会，扫码就办")).to_be_visible()
    guest.look("hefei")
    guest.go("/hall/places/")
    page.get_by_role("button", name="芜湖市大厅").click()
    expect(page.get_by_text("网上入会，扫码就办")).to_be_visible()
    expect(page.get_by_text("合肥职工疗休养路线公布")).not_to_be_visible()
    guest.go("/hall/services/feedback/")
    guest.look("guide")
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
    page.get_by_role("link", name="受理预约窗口或上门办理").click()
    page.wait_for_url("**/what/")
    page.get_by_label("办什么事").select_option("other")
    cadre.look("counter-what")
    onward(page)
    page.get_by_label("工会上门").check()
    onward(page)
    page.wait_for_url("**/where/")
    page.get_by_label("上门地址").fill("井岗镇菊园小区 3 幢 502 室")
    page.get_by_label("为什么要上门").fill("腿脚不便")
    onward(page)
    page.wait_for_url("**/materials/")
    onward(page)
    page.wait_for_url("**/check/")
    handed_in(cadre)
    expect(page.get_by_text("窗口经办")).to_be_visible()
    cadre.look("counter-receipt")
    cadre.go("/counter/")
    page.get_by_role("button", name="结束").click()
    expect(page.get_by_text("先核对身份")).to_be_visible()
    cadre.go("/counter/services/")
    cadre.look("catalogue")
    cadre.go("/w/hall-pieces/")
    cadre.look("pieces")
    cadre.go("/w/hall-handed/")
    cadre.look("handed")
