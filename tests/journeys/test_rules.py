"""A decision table changed in the grid: tests, findings, impact, two people, the new reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from playwright.sync_api import Page

from tests.journeys.visitor import Visitor

WRITER, CHIEF, COUNTY = "anhui-jingban", "anhui-shenpi", "shushan-quzong"
TABLE = "/rules/table/circulation.terms/"
LINES = """紧急程度,上级经平台来文,结果：办理工作日数,说明
平件,否,8,
平件,是,五,上级来文先办
加急,,3,
特急,,1,
"""


def _cell(page: Page, line: int, title: str):
    return page.get_by_label(f"第 {line} 行 {title}", exact=True)


def _save(page: Page) -> None:
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_load_state()


def _tried(page: Page, urgency: str, above: str) -> str:
    page.locator("#try-urgency").fill(urgency)
    page.locator("#try-from_above").fill(above)
    page.get_by_role("button", name="得出结果").click()
    page.wait_for_url("**try=1**")
    return page.locator("#try").inner_text()


def _overlapping(writer: Visitor) -> None:
    """A line beside one that takes the same cases, and a line that no longer takes 特急."""
    page = writer.page
    _cell(page, 1, "办理工作日数").fill("8")
    _cell(page, 3, "紧急程度").fill("加急")
    _cell(page, 3, "上级经平台来文").fill("否")
    page.get_by_role("button", name="添加一行").click()
    _cell(page, 4, "上级经平台来文").fill("是")
    _cell(page, 4, "办理工作日数").fill("5")
    _save(page)
    told = writer.text()
    assert "第 1、4 行同时符合：紧急程度为 平件，上级经平台来文为 是。" in told
    assert "没有一行符合：紧急程度为 特急，上级经平台来文为 否。" in told
    assert "没有通过" in told and "办理工作日数为 8" in told
    writer.look("findings")


def _read(writer: Visitor, file: Path) -> None:
    """A file with a cell nobody can read is shown in the grid and not kept."""
    page = writer.page
    with page.expect_download() as download:
        page.get_by_role("link", name="下载已保存的内容").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    file.write_text(LINES, "utf-8")
    page.locator("#workbook input[type=file]").set_input_files(file)
    page.get_by_role("button", name="读入表格文件").click()
    page.get_by_text("已读入 4 行，还没有保存").wait_for()
    assert "“五”不是整数" in writer.text()
    writer.look("read")
    _cell(page, 2, "办理工作日数").fill("5")
    _save(page)
    assert "同时符合：" not in writer.text() and "没有一行符合：" not in writer.text()
    assert "没有通过" in writer.text()
    page.get_by_label("用例 1 期望办理工作日数", exact=True).fill("8")
    _save(page)
    assert "没有通过" not in writer.text()
    writer.look("passed")


def _asked(writer: Visitor) -> None:
    """Tried on past cases, and handed to who may publish it."""
    page = writer.page
    page.get_by_role("link", name="返回这一版").first.click()
    page.wait_for_load_state()
    assert "未做到" in writer.text()
    writer.begin("try")
    writer.confirm()
    assert "次会改变" in writer.text() and "办理期限" in writer.text()
    writer.look("impact")
    writer.begin("ask")
    page.get_by_label("修改说明").fill("缩短平件时限，上级来文先办")
    writer.confirm()
    assert "等待发布" in writer.text()


def _published(chief: Visitor) -> None:
    chief.go("/todo/")
    chief.page.get_by_role("link", name="发布决策表：收文办理时限").first.click()
    chief.page.wait_for_load_state()
    chief.look("waiting")
    chief.begin("publish")
    chief.confirm()
    assert "已发布" in chief.text() and date.today().isoformat() in chief.text()
    chief.look("published")


def test_a_table_is_changed_tried_and_published(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    writer = visit(WRITER)
    page = writer.go(TABLE)
    before = "第 1 行：紧急程度是 平件（要求为 平件），所以办理工作日数为 10。"
    assert before in _tried(page, "平件", "是")
    writer.look("table")
    page.get_by_role("button", name="起草新版").click()
    page.wait_for_url("**/edit/")
    edit = page.url
    _overlapping(writer)
    _read(writer, tmp_path / "改过.csv")
    _asked(writer)
    record = page.url
    _published(visit(CHIEF))
    writer.go(TABLE)
    after = "第 2 行：紧急程度是 平件（要求为 平件），上级经平台来文是 是（要求为 是）"
    assert after in _tried(page, "平件", "是")
    writer.look("in-force")
    page.goto(edit)
    assert page.url.split("/rule-versions/")[1] == record.split("/rule-versions/")[1]
    # The county has a version of its own, which the province's does not touch.
    county = visit(COUNTY, width=360)
    assert "所以办理工作日数为 7。" in _tried(county.go(TABLE), "平件", "是")
    county.look("county")
