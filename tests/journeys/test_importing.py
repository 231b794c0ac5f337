"""A roster with bad rows: preview, run, the bad rows mended and sent again, nothing doubled."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page

from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = ("汪晓舟", "方若谷", "许清和", "程远山")


def numbers() -> list[str]:
    """Documents of people nobody knows, other ones on every run."""
    rng = random.SystemRandom()
    born = date(1985, 1, 1)
    return [
        synthetic_resident_id(rng, "340104", born + timedelta(days=rng.randrange(6000)), Sex.MALE)
        for _ in NAMES
    ]


def roster(rows: list[tuple[str, str]]) -> dict[str, object]:
    book = Workbook()
    sheet = book.active
    sheet.append(["姓名", "证件号码"])
    for row in rows:
        sheet.append(row)
    kept = BytesIO()
    book.save(kept)
    return {"name": "名册.xlsx", "mimeType": XLSX, "buffer": kept.getvalue()}


def upload(visitor: Visitor, file: dict[str, object] | Path, name: str) -> Page:
    page = visitor.go("/w/memberships/import/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_url(re.compile(r"/import/\d+/"))
    visitor.look(f"{name}-preview")
    page.get_by_role("button", name=re.compile("开始导入")).click()
    page.locator("text=/完成|已导入|新增/").first.wait_for(timeout=30_000)
    for _ in range(60):
        if page.get_by_role("button", name="取消导入").count() == 0:
            break
        page.wait_for_timeout(500)
        page.reload()
    visitor.look(f"{name}-result")
    return page


def test_bad_rows_are_mended_and_nothing_is_doubled(visit: Visit, tmp_path: Path) -> None:
    cadre = visit("jiceng-jingban")
    good = list(zip(NAMES, numbers(), strict=True))
    name, number = good[3]
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    page = upload(cadre, roster([*good[:3], (name, wrong)]), "first")
    with page.expect_download() as waiting:
        page.locator("a[href$='/errors/']").first.click()
    errors = tmp_path / "errors.xlsx"
    waiting.value.save_as(errors)
    mend(errors, wrong, number)
    upload(cadre, errors, "second")
    # Sent a third time, now whole: known rows change nothing.
    upload(cadre, roster(good), "third")
    for name, _ in good:
        page = cadre.go(f"/w/memberships/?q={name}")
        assert page.locator("tbody tr").count() == 1, name


def mend(path: Path, wrong: str, right: str) -> None:
    """Put the right number where the wrong one stands in the workbook of errors."""
    book = load_workbook(path)
    hits = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == wrong:
                    cell.value = right
                    hits += 1
    assert hits == 1
    book.save(path)
