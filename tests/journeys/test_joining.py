"""A worker joins by phone, the union decides by phone, the card can be checked by anybody."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from gonghui.site.demo.cast import FIRM
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
NAME = "程晚秋"
PHONE = 360
PASSWORD = "Qiuye-2026-wan"


def identity(seed: str) -> tuple[str, str]:
    """A document and a mobile number of nobody; other ones on every run."""
    rng = random.Random(f"{seed}/{random.SystemRandom().random()}")
    born = date(1988, 1, 1) + timedelta(days=rng.randrange(4000))
    number = synthetic_resident_id(rng, "340104", born, Sex.FEMALE)
    return number, f"16496{rng.randrange(10**6):06d}"


def join_link(visit: Visit) -> str:
    """The address behind the firm's QR code, as its poster gives it."""
    cadre = visit("jiceng-jingban")
    cadre.go("/joining/codes/").get_by_role("link", name=FIRM).click()
    cadre.page.wait_for_url("**/joining/codes/*/")
    cadre.look("poster")
    copied = cadre.page.get_by_role("button", name="复制链接").get_attribute("data-copy")
    return urlsplit(copied or "").path


def apply(visit: Visit, link: str, number: str, mobile: str) -> tuple[Visitor, str]:
    """Fill in the five fields, wrong at first; the applicant and the receipt number."""
    worker = visit(width=PHONE)
    page = worker.go(link)
    worker.look("code")
    page.get_by_role("button", name="申请加入这个工会").click()
    page.get_by_label("姓名").fill(NAME)
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    page.get_by_label("证件号码").fill(wrong)
    worker.look("who")
    worker.expected.add(422)
    go_on(page)
    expect(page.get_by_text("GB 11643").first).to_be_visible()
    assert page.get_by_label("姓名").input_value() == NAME
    assert page.get_by_label("证件号码").input_value() == wrong
    worker.look("wrong-check-digit")
    page.get_by_label("证件号码").fill(number)
    go_on(page)
    page.get_by_label("手机号码").fill(mobile)
    worker.look("contact")
    go_on(page)
    worker.look("check")
    page.locator("input[type=checkbox]").check()
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/join/done/")
    worker.look("receipt")
    return worker, page.locator(".join-receipt").inner_text()


def go_on(page: Page) -> None:
    """Leave a screen of the application by its button."""
    page.locator("main form button.btn-primary").last.click()
    page.wait_for_load_state()


def test_from_the_code_to_the_card(visit: Visit) -> None:
    number, mobile = identity("join")
    worker, receipt = apply(visit, join_link(visit), number, mobile)
    assert receipt.startswith("RH")
    worker.page.get_by_role("link", name="查看进度").click()
    expect(worker.page.get_by_text("待审批").first).to_be_visible()
    worker.look("progress")

    cadre = visit("jiceng-shenpi", width=PHONE)
    page = cadre.go("/todo/")
    cadre.look("todos")
    page.get_by_role("link", name=NAME).first.click()
    page.wait_for_url("**/w/join-applications/*/")
    assert number not in page.content()
    cadre.look("application")
    cadre.begin("approve")
    cadre.look("approve")
    cadre.confirm()
    expect(page.get_by_text("已批准，会员号").first).to_be_visible()

    worker.page.reload()
    expect(worker.page.get_by_role("heading", name="开通账号")).to_be_visible()
    worker.look("approved")
    card(worker, number)


def card(worker: Visitor, number: str) -> None:
    """Open the account, show the card, and check it as a stranger would."""
    page = worker.page
    page.get_by_role("link", name="开通账号").click()
    worker.look("account")
    page.get_by_label("证件号码").fill(number)
    go_on(page)
    worker.look("password")
    page.get_by_label("验证码").fill(page.locator(".join-receipt").first.inner_text())
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    go_on(page)
    worker.look("opened")
    username = page.locator(".join-receipt").inner_text()
    page.get_by_role("link", name="去登录").click()
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/signin/" not in url)
    worker.go("/hall/card/")
    expect(page.locator("#card svg, #card img").first).to_be_visible()
    assert number not in page.content()
    worker.look("card")
    stranger(worker, number)


def stranger(worker: Visitor, number: str) -> None:
    """Who scans the card sees the standing and no personal number."""
    page = worker.page
    link = page.get_by_role("link", name="看对方扫码后看到什么").get_attribute("href") or ""
    worker.context.clear_cookies()
    page = worker.go(urlsplit(link).path)
    expect(page.get_by_role("heading", name="会籍状态：在籍")).to_be_visible()
    assert number not in page.content()
    assert NAME not in page.content()
    worker.look("checked")
