"""An outside application joins, a person signs in to it, agrees, looks, and takes it back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from gonghui.site.database import free_port
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
CLIENTS = Path(__file__).parents[1] / "clients"
KEEPER, DECIDER, PERSON = "anhui-xitong", "anhui-anquan", "shushan-quzong"
TITLE = "合肥职工书屋"


class Outside:
    """The application of tests/clients, told later under which number it is registered."""

    def __init__(self) -> None:
        self.port = free_port()
        self.own = f"http://127.0.0.1:{self.port}"
        self.child: subprocess.Popen | None = None

    def start(self, issuer: str, client_id: str, secret: str) -> None:
        node = shutil.which(os.environ.get("GONGHUI_NODE", "node"))
        assert node and (CLIENTS / "node_modules").exists(), "npm ci --prefix tests/clients"
        known = {"ISSUER": issuer, "CLIENT_ID": client_id, "CLIENT_SECRET": secret}
        self.child = subprocess.Popen(
            [node, str(CLIENTS / "application.mjs")],
            env={"PATH": os.environ["PATH"], "PORT": str(self.port), **known},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.child.stdout is not None
        assert self.child.stdout.readline() == "ready\n"


@pytest.fixture
def outside() -> Iterator[Outside]:
    made = Outside()
    yield made
    if made.child is not None:
        made.child.terminate()
        made.child.wait(10)


def test_an_application_joins_and_a_person_uses_it(
    visit: Visit, outside: Outside, address: str
) -> None:
    keeper, decider, person = visit(KEEPER), visit(DECIDER), visit()
    record = register(keeper, outside)
    approve(decider, record)
    client_id, secret = secret_of(keeper, record)
    outside.start(address, client_id, secret)
    sign_in_and_agree(person, outside)
    withdraw(person, outside)
    watch(decider, record)


def register(keeper: Visitor, outside: Outside) -> str:
    """The system administrator registers and submits; the path of the record."""
    page = keeper.go("/w/applications/")
    keeper.look("applications")
    page = keeper.go("/w/applications/new/register/")
    keeper.look("register")
    page.get_by_label("责任工会").fill("安徽省总工会")
    page.get_by_label("名称", exact=True).fill(TITLE)
    page.get_by_label("用途").fill("职工书屋图书借阅登记")
    page.get_by_label("网站（OIDC，有后台）").check()
    page.get_by_label("工会干部").check()
    page.get_by_label("联系人").fill("周正")
    page.get_by_label("联系电话").fill("0551-62800000")
    page.get_by_label("首页地址").fill(f"{outside.own}/login")
    page.get_by_label("回调地址").fill("http://evil.example/callback")
    page.get_by_label(re.compile("^所在工会")).check()
    page.get_by_label(re.compile("^岗位角色")).check()
    keeper.expected.add(422)
    keeper.confirm()
    expect(page.locator("main")).to_contain_text("应使用 https")
    keeper.look("register-refused")
    page.get_by_label("回调地址").fill(f"{outside.own}/callback")
    page.get_by_label("退出后返回地址").fill(f"{outside.own}/bye")
    keeper.confirm()
    page.wait_for_url(re.compile(r"/w/applications/\d+/$"))
    record = page.url
    keeper.begin("submit")
    keeper.confirm()
    page.wait_for_url(record)
    expect(page.locator("main")).to_contain_text("待批准")
    keeper.look("submitted")
    return record


def approve(decider: Visitor, record: str) -> None:
    """Another administrator finds it among the to-dos and approves."""
    page = decider.go("/todo/")
    expect(page.locator("main")).to_contain_text(f"审核外部应用：{TITLE}")
    page = decider.go(record)
    decider.look("to-approve")
    decider.begin("approve")
    decider.confirm()
    page.wait_for_url(record)
    expect(page.locator("main")).to_contain_text("启用")
    decider.look("approved")


def secret_of(keeper: Visitor, record: str) -> tuple[str, str]:
    """The secret is made and shown once."""
    page = keeper.go(record)
    page.get_by_role("link", name="生成密钥").click()
    page.wait_for_url("**/sso/secret/**")
    keeper.look("secret-ask")
    keeper.confirm()
    expect(page.locator("main")).to_contain_text("密钥只显示这一次")
    keeper.look("secret")
    found = [item.inner_text() for item in page.locator("main code").all()]
    secret = next(item for item in found if item.startswith("ghs_"))
    return next(item for item in found if item.startswith("gh-")), secret


def sign_in_and_agree(person: Visitor, outside: Outside) -> None:
    """From the application to our sign-in, the consent, and back as somebody known."""
    from gonghui.site.demo.cast import PASSWORD

    page = person.page
    page.goto(f"{outside.own}/login")
    page.wait_for_url("**/signin/**")
    page.get_by_label("用户名").fill(PERSON)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/sso/authorize**")
    expect(page.locator("main")).to_contain_text("您在各工会担任的角色")
    person.look("consent")
    page.get_by_role("button", name="同意并登录").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{outside.own}/me")
    assert "许若兰" in page.content() and "合肥市蜀山区总工会" in page.content()
    # Known now: nothing is asked a second time.
    page.goto(f"{outside.own}/login")
    page.wait_for_url(f"{outside.own}/me")


def withdraw(person: Visitor, outside: Outside) -> None:
    """The person sees what the application may know, and takes it back."""
    page = person.go("/sso/mine/")
    expect(page.locator("main")).to_contain_text(TITLE)
    person.look("mine")
    page.get_by_role("button", name=f"撤回对{TITLE}的授权").click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("还没有授权过应用")
    person.look("withdrawn")
    page.goto(f"{outside.own}/login")
    page.wait_for_url("**/sso/authorize**")
    # The application says 500 when it is told no; that is its own affair.
    person.expected.add(500)
    page.get_by_role("button", name="不同意").click()
    page.wait_for_url(f"{outside.own}/callback**")
    assert "access_denied" in page.content()
    page = person.go("/sso/activate/")
    person.look("device")
    page.get_by_label("设备上的代码").fill("BBBB-BBBB")
    person.expected.add(422)
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("main")).to_contain_text("代码不正确或已失效")
    person.look("device-wrong")
    page = person.go("/sso/logout")
    person.look("logout")
    page.get_by_role("button", name="全部退出").click()
    expect(page.locator("main")).to_contain_text("您已退出登录")
    person.look("signed-out")


def watch(decider: Visitor, record: str) -> None:
    """The security administrator sees who signed in where, and the keys."""
    decider.go("/w/sign-ons/")
    decider.look("sign-ons")
    decider.go("/w/sign-ins/")
    decider.look("sign-ins")
    decider.go(f"/sso/people/?username={PERSON}")
    decider.look("people")
    decider.go("/sso/keys/")
    decider.look("keys")
    decider.go(record)
    decider.look("record")
