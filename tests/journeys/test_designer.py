"""A second reviewer for one city: drawn, checked, tried, published, worked by, taken out again."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from gonghui.site.demo.cast import FIRM, MILL
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
Point = tuple[float, float]
PHONE = 360
ADMIN, FIRST, SECOND, WUHU = "hefei-xitong", "jiceng-shenpi", "hefei-shizong", "mianfang-shenpi"


def test_a_second_reviewer_for_one_city(visit: Visit) -> None:
    admin = visit(ADMIN)
    with retired_at_the_end(admin):
        draft(admin, "第 1 版")
        publish(admin, "按现行办法办理，便于今后调整")
        begun = apply(visit, "jiceng-jingban", FIRM, "庄一鸣")
        draft(admin, "合肥市总工会")
        insert_second_reviewer(admin)
        refused_with_its_faults(admin)
        complete(admin)
        try_out(admin)
        publish(admin, "增加市总工会复核")
        fresh = apply(visit, "jiceng-jingban", FIRM, "庄晓棠")
        apply(visit, WUHU, MILL, "庄映雪")

        first = visit(FIRST)
        decide(first, begun, "批准入会")
        expect(first.page.get_by_text("已办结").first).to_be_visible()
        decide(first, fresh, "批准入会")
        expect(first.page.get_by_text("市总工会复核").first).to_be_visible()
        first.look("first-signed")
        second = visit(SECOND, width=PHONE)
        decide(second, fresh, "同意", look=True)
        expect(second.page.get_by_text("已办结").first).to_be_visible()
        second.look("second-signed")
        one_is_enough(visit)


@contextmanager
def retired_at_the_end(admin: Visitor) -> Iterator[None]:
    """Whatever happened: afterwards the city has no version of its own, as before."""
    try:
        yield
    finally:
        page = admin.go("/flows/joining/")
        row = page.locator("tbody tr", has_text="已发布").filter(has_text="合肥市总工会")
        if row.count():
            row.get_by_role("link").first.click()
            page.get_by_role("button", name="停用").first.click()
            dialog = page.locator("dialog[open]")
            dialog.locator("textarea, input[type=text]").first.fill("演示完毕")
            dialog.locator("button.btn-primary, button[type=submit]").last.click()
            page.wait_for_url("**/flows/joining/")


def draft(admin: Visitor, base: str) -> None:
    """Begin a draft for the city from the version in force whose line has these words."""
    page = admin.go("/flows/joining/")
    admin.look("versions")
    options = page.get_by_label("以哪一版为底本").locator("option").all_inner_texts()
    chosen = next(text for text in options if base in text and "已发布" in text)
    page.get_by_label("以哪一版为底本").select_option(label=chosen)
    page.get_by_label("适用工会").select_option(label="合肥市总工会")
    page.get_by_role("button", name="新建草稿").click()
    ready(page)
    admin.look("designer")


def ready(page: Page) -> None:
    page.locator("#canvas[data-ready]").wait_for()
    # The toast over the diagram would take the clicks meant for it.
    for close in page.locator(".gh-toast button").all():
        close.click()


def publish(admin: Visitor, reason: str) -> None:
    page = admin.page
    page.get_by_role("link", name="去发布").click()
    page.wait_for_url("**/publish/")
    admin.look("publish")
    page.get_by_label("修改说明").fill(reason)
    page.get_by_role("button", name="发布流程").click()
    page.wait_for_url("**/flows/joining/")
    expect(page.get_by_text("已发布。合肥市总工会及其下级").first).to_be_visible()


def shape(page: Page, element: str) -> Locator:
    return page.locator(f'#canvas g[data-element-id="{element}"] > .djs-visual').first


def middle(of: Locator) -> Point:
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def on_the_line(page: Page, connection: str) -> Point:
    """The middle of a connection's first stretch: the middle of a bent one's box is empty."""
    x, y = page.evaluate(
        "id => { const [a, b] = processModeler.get('elementRegistry').get(id).waypoints;"
        "const view = processModeler.get('canvas').viewbox();"
        "const box = document.querySelector('#canvas').getBoundingClientRect();"
        "return [box.x + ((a.x + b.x) / 2 - view.x) * view.scale,"
        " box.y + ((a.y + b.y) / 2 - view.y) * view.scale]; }",
        connection,
    )
    return x, y


def choose(page: Page, at: Callable[[], Point]) -> None:
    """Click on something, after a click beside everything: what is chosen has its tools around."""
    canvas = page.locator("#canvas").bounding_box()
    assert canvas is not None
    page.mouse.click(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] - 30)
    page.mouse.click(*at())


def tool(page: Page, name: str) -> None:
    page.locator(".djs-palette").get_by_role("button", name=name).click()


def drag(page: Page, start: Point, end: Point) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*((a + b) / 2 for a, b in zip(start, end, strict=True)), steps=4)
    page.mouse.move(*end, steps=8)
    page.mouse.up()


def drop(page: Page, name: str, at: Point) -> None:
    """Take a tool out of the palette and put it down."""
    tool(page, name)
    page.mouse.move(at[0] - 20, at[1], steps=5)
    page.mouse.move(*at, steps=5)
    page.mouse.click(*at)


def ids(page: Page, condition: str) -> list[str]:
    """Ids of the elements of the editor for which a condition on `e` holds."""
    found: list[str] = page.evaluate(
        "processModeler.get('elementRegistry').filter(e => !e.labelTarget && (" + condition + "))"
        ".map(e => e.id)"
    )
    return found


def insert_second_reviewer(admin: Visitor) -> None:
    """Make room, drop a step and a gateway on the way to admission, lead the gateway on."""
    page = admin.page
    gate, admit = middle(shape(page, "which")), middle(shape(page, "admit"))
    tool(page, "增减间距")
    between = (gate[0] + admit[0]) / 2
    drag(page, (between - 10, gate[1] - 110), (between + 240, gate[1] - 110))
    page.get_by_role("button", name="看全图").click()
    gate, admit = middle(shape(page, "which")), middle(shape(page, "admit"))
    third = (admit[0] - gate[0]) / 3
    drop(page, "人工办理", (gate[0] + third, gate[1]))
    page.keyboard.press("Escape")
    panel = page.get_by_label("属性", exact=True)
    expect(panel.get_by_role("heading", name="人工办理")).to_be_visible()
    panel.get_by_label("名称", exact=True).first.fill("市总工会复核")
    expect(panel.get_by_text("须由审批人办理").first).to_be_visible()
    drop(page, "排他网关", (gate[0] + 2.1 * third, gate[1]))
    page.keyboard.press("Escape")
    panel.get_by_label("名称", exact=True).fill("复核结果")
    page.locator(".djs-context-pad.open").get_by_title("连到其他环节").click()
    refuse = middle(shape(page, "refuse"))
    page.mouse.move(refuse[0] - 30, refuse[1], steps=6)
    page.mouse.click(*refuse)


def refused_with_its_faults(admin: Visitor) -> None:
    """No person, no default branch, an unknown variable: each is marked on its element."""
    page = admin.page
    (gate,) = ids(page, "e.businessObject.name === '复核结果'")
    (onward,) = ids(page, f"e.source && e.source.id === '{gate}' && e.target.id === 'admit'")
    (step,) = ids(page, "e.businessObject.name === '市总工会复核'")
    choose(page, lambda: on_the_line(page, onward))
    panel = page.get_by_label("属性", exact=True)
    panel.get_by_label("条件", exact=True).fill('stamp == "yes"')
    page.get_by_role("button", name="检查").click()
    faults = page.locator("#faults")
    expect(page.locator("#faults-head")).to_contain_text("改好后才能发布")
    expect(faults).to_contain_text("“市总工会复核”没有设置由谁办理")
    expect(faults).to_contain_text("“复核结果”没有默认分支")
    expect(faults).to_contain_text("stamp")
    for element in (gate, onward, step):
        marked = page.locator(f'#canvas g[data-element-id="{element}"].has-fault')
        expect(marked.first).to_be_attached()
        number = page.locator(f'.djs-overlays[data-container-id="{element}"] .gp-fault-mark')
        expect(number.first).to_be_visible()
    admin.look("faults")
    page.get_by_role("link", name="去发布").click()
    expect(page.get_by_text("流程图有问题，已在图上标出").first).to_be_visible()
    assert "/publish/" not in page.url
    # Past the editor, by its address, the page of publication shows the same and has no button.
    page = admin.go(f"{urlsplit(page.url).path}publish/")
    expect(page.get_by_role("heading", name="流程图有问题，不能发布")).to_be_visible()
    expect(page.get_by_role("button", name="发布流程")).to_have_count(0)
    expect(page.locator("[data-case-diagram] .gp-fault-mark").first).to_be_visible()
    admin.look("refused")
    page.get_by_role("link", name="返回修改").click()
    ready(page)


def complete(admin: Visitor) -> None:
    """Say who reviews, with which buttons, and what leads where."""
    page = admin.page
    panel = page.get_by_label("属性", exact=True)
    (step,) = ids(page, "e.businessObject.name === '市总工会复核'")
    (gate,) = ids(page, "e.businessObject.name === '复核结果'")
    (onward,) = ids(page, f"e.source && e.source.id === '{gate}' && e.target.id === 'admit'")
    (back,) = ids(page, f"e.source && e.source.id === '{gate}' && e.target.id === 'refuse'")
    choose(page, lambda: middle(shape(page, step)))
    panel.get_by_label("由谁办理", exact=True).last.select_option("role")
    panel.get_by_label("角色").select_option(label="经办人")
    expect(panel.get_by_text("经办人无权“批准入会”")).to_be_visible()
    panel.get_by_label("角色").select_option(label="审批人")
    panel.get_by_label("哪一级工会").select_option(label="市级工会")
    panel.get_by_label("办理期限（工作日）").fill("3")
    panel.get_by_role("button", name="加一个按钮").click()
    panel.get_by_role("button", name="加一个按钮").click()
    admin.look("step")
    choose(page, lambda: on_the_line(page, onward))
    panel.get_by_label("条件", exact=True).fill("")
    panel.get_by_label("数据项", exact=True).select_option(label="上一环节的办理结果")
    panel.get_by_label("值", exact=True).select_option(label="同意（市总工会复核）")
    panel.get_by_role("button", name="加入条件").click()
    expect(panel.get_by_label("条件", exact=True)).to_have_value('choice == "agree"')
    choose(page, lambda: on_the_line(page, back))
    panel.get_by_label("默认分支").check()
    expect(panel.get_by_label("默认分支")).to_be_checked()
    page.get_by_role("button", name="检查").click()
    expect(page.locator("#faults-head")).to_have_text("检查通过，没有发现问题")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("#saved")).to_contain_text("已保存")
    admin.look("complete")


def try_out(admin: Visitor) -> None:
    """Walk it with sample data: both reviewers in turn, then admission."""
    page = admin.page
    page.get_by_role("link", name="试运行").click()
    page.wait_for_url("**/trial/")
    page.get_by_label("来源").select_option(index=1)
    admin.look("trial")
    page.get_by_role("button", name="开始试运行").click()
    page.get_by_role("button", name="批准入会").click()
    expect(page.get_by_text("市级工会的审批人").first).to_be_visible()
    admin.look("trial-under-way")
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_role("heading", name="已走到结束")).to_be_visible()
    expect(page.get_by_text("会执行“批准入会”").first).to_be_visible()
    admin.look("trial-over")
    page.get_by_role("link", name="结束试运行").click()
    ready(page)


def apply(visit: Visit, cadre: str, union: str, name: str) -> str:
    """A worker applies by the union's code; gives the name back, to find the work by."""
    desk = visit(cadre)
    desk.go("/joining/codes/").get_by_role("link", name=union).click()
    desk.page.wait_for_url("**/joining/codes/*/")
    copied = desk.page.get_by_role("button", name="复制链接").get_attribute("data-copy")
    rng = random.Random(f"{name}/{random.SystemRandom().random()}")
    born = date(1988, 1, 1) + timedelta(days=rng.randrange(4000))
    worker = visit(width=PHONE)
    page = worker.go(urlsplit(copied or "").path)
    page.get_by_role("button", name="申请加入这个工会").click()
    page.get_by_label("姓名").fill(name)
    page.get_by_label("证件号码").fill(synthetic_resident_id(rng, "340104", born, Sex.FEMALE))
    worker.confirm()
    page.get_by_label("手机号码").fill(f"16495{rng.randrange(10**6):06d}")
    worker.confirm()
    page.locator("input[type=checkbox]").check()
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/join/done/")
    return name


def decide(visitor: Visitor, name: str, button: str, look: bool = False) -> None:
    """Sign what waits for somebody about a person; ends on the page of the case."""
    page = visitor.go("/work/")
    page.get_by_role("link", name=re.compile(name)).first.click()
    page.wait_for_url("**/work/*/")
    if look:
        visitor.look("item")
    page.get_by_label("意见").first.fill("情况属实。")
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url("**/cases/*/")


def one_is_enough(visit: Visit) -> None:
    """In the other city the union decides alone, and no flow has begun."""
    cadre = visit(WUHU)
    page = cadre.go("/w/join-applications/")
    page.get_by_role("link", name=re.compile("庄映雪")).first.click()
    page.wait_for_url("**/w/join-applications/*/")
    cadre.begin("approve")
    cadre.confirm()
    expect(page.get_by_text("已批准，会员号").first).to_be_visible()


def test_designs_on_a_phone_are_for_reading(visit: Visit) -> None:
    admin = visit(ADMIN, width=PHONE)
    admin.go("/flows/")
    admin.look("flows")
    page = admin.go("/flows/joining/")
    page.get_by_role("link", name=re.compile("第 1 版")).first.click()
    page.locator("[data-case-diagram][data-ready]").wait_for()
    expect(page.get_by_role("heading", name="人工办理的环节")).to_be_visible()
    expect(page.get_by_text("本事项所属工会的审批人").first).to_be_visible()
    admin.look("version")
