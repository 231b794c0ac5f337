"""A city registers its system, the province reviews it; graphs, findings, the plan; both widths."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.visitor import Visitor

HEFEI, PROVINCE = "hefei-shizong", "anhui-xitong"
NAME = "合肥市职工书画展网上展厅"


def test_a_city_registers_a_system(visit: Callable[..., Visitor]) -> None:
    city = visit(HEFEI)
    city.go("/w/services/")
    city.look("list")
    city.page.get_by_role("link", name="登记系统").first.click()
    city.page.locator("#id_name").fill(NAME)
    city.page.locator("#id_kind").select_option("system")
    city.page.locator("#id_purpose").fill("展出职工书画作品")
    city.page.locator("#id_department").fill("宣传教育部")
    city.page.locator("#id_post").fill("展厅管理岗")
    city.page.locator("#id_phone").fill("13800000000")
    city.expected.add(422)
    city.confirm()
    assert "手机号码" in city.text()
    city.look("refused")
    city.page.locator("#id_phone").fill("0551-62220000")
    city.confirm()
    assert "等待上级工会审核" in city.text()
    city.look("record")
    assert city.page.get_by_role("link", name="审核通过").count() == 0
    path = city.page.url.split("/w/")[1]
    province = visit(PROVINCE)
    province.go(f"/w/{path}")
    province.begin("approve")
    province.confirm()
    assert "已通过" in province.text()
    province.begin("retire")
    assert "没有登记的系统依赖它" in province.text()
    province.look("retire")
    province.go("/w/service-findings/")
    province.look("findings")


def test_what_a_stop_would_hit_is_shown_before_the_step(visit: Callable[..., Visitor]) -> None:
    province = visit(PROVINCE)
    province.go("/w/services/?q=合肥市职工服务网后台")
    province.page.locator("main table tbody a").first.click()
    province.page.wait_for_load_state()
    assert "合肥市职工服务网" in province.text()
    province.look("record")
    province.begin("retire")
    assert "谁依赖它：" in province.text()
    province.page.locator("#id_stage").select_option("retired")
    province.page.locator("#id_reason").fill("由全省平台接替")
    province.expected.add(422)
    province.confirm()
    assert "个系统依赖它，退役后它们会受影响" in province.text()
    province.look("refused")


def test_graphs_by_keyboard_and_on_a_phone(visit: Callable[..., Visitor]) -> None:
    city = visit(HEFEI, width=360)
    for code in ("software", "systems", "data", "calls"):
        city.go(f"/services/graphs/{code}/")
        city.look(code)
    page = city.go("/services/graphs/systems/")
    node = page.locator(".graph-node[data-id='C1.1']")
    node.focus()
    assert page.locator(".graph-drawing.is-focused").count() == 1
    assert page.locator(".graph-line.is-near").count() > 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/services/systems/C1.1/")
    city.look("system")
    page = city.go("/services/graphs/systems/?stop=C1.1")
    assert "会影响" in city.text()
    before = page.locator(".graph-drawing").evaluate("e => e.clientWidth")
    page.get_by_role("button", name="放大").click()
    assert page.locator(".graph-drawing").evaluate("e => e.clientWidth") > before
    city.look("impact")


def test_the_plan_and_the_catalogue_of_systems(visit: Callable[..., Visitor]) -> None:
    city = visit(HEFEI)
    for path in (
        "/services/",
        "/services/interfaces/",
        "/services/outside/",
        "/services/topics/",
        "/services/architecture/",
        "/plan/",
        "/plan/functions/?state=done",
        "/plan/matrix/",
        "/plan/usage/",
    ):
        city.go(path)
        city.look(path.strip("/").split("?")[0].replace("/", "-"))
    city.go("/plan/functions/?state=done&system=C1.1")
    city.page.locator("main table tbody a").first.click()
    city.page.wait_for_load_state()
    assert "/plan/" not in city.page.url
