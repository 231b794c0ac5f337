"""A small import target for the tests of exchange, and files that go with it."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import xlsxwriter

from gonghui.kernel.exchange.checking import Coded, Day, MaxLength, Mobile, ResidentIdNumber
from gonghui.kernel.exchange.profiles import ImportColumn, ImportContext

TODAY = date(2026, 11, 22)
CONTEXT = ImportContext(today=TODAY)

COLUMNS = (
    ImportColumn("name", "姓名", ("职工姓名",), required=True, checks=(MaxLength(50),)),
    ImportColumn(
        "number",
        "身份证号",
        ("证件号码", "公民身份号码"),
        required=True,
        checks=(ResidentIdNumber(),),
        unique=True,
        sensitive=True,
    ),
    ImportColumn("mobile", "手机号", ("联系电话",), checks=(Mobile(),), sensitive=True),
    ImportColumn("sex", "性别", checks=(Coded("sex"),), choices=lambda: ["男性", "女性"]),
    ImportColumn("joined_on", "入会日期", checks=(Day(),), help="如 2026-03-02"),
)
TITLES = [column.title for column in COLUMNS]
GOOD = ["王小明", "34010419900307759X", "13812345678", "男", "2020-01-01"]


def write_csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    text = "".join(",".join(row) + "\r\n" for row in rows)
    path.write_bytes(text.encode(encoding))
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[object]], top: int = 0, left: int = 0) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("会员")
        for number, row in enumerate(rows, start=top):
            for place, cell in enumerate(row, start=left):
                if cell is not None:
                    sheet.write(number, place, cell)
    return path


def repack(source: Path, target: Path, changes: dict[str, bytes]) -> Path:
    """Copy a workbook with some parts replaced or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *changes}:
            new.writestr(name, changes[name] if name in changes else old.read(name))
    return target


def part(path: Path, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)
