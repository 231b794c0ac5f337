"""Written files: templates, error workbooks, exports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.exchange import workbook
from gonghui.kernel.exchange.reading import open_table
from gonghui.kernel.exchange.tests.samples import COLUMNS, GOOD, TITLES
from gonghui.kernel.exchange.tests.test_checking import PROFILE
from gonghui.kernel.exchange.workbook import (
    BadRow,
    ExportColumn,
    ExportContext,
    export_csv,
    export_xlsx,
    harmless,
    write_error_csv,
    write_error_workbook,
    write_template,
)

BAD = BadRow(
    7, ["王小明", "34010", "138", "男"], [(1, "号码应为18位。"), (2, "手机号码应为11位。")]
)
FORMULA = BadRow(9, ["=1+1", "", None], [(-1, "可能错位。")])
COLUMNS_OUT = [ExportColumn("姓名"), ExportColumn("入会日期"), ExportColumn("会费")]


@pytest.fixture
def log() -> list[int]:
    return []


@pytest.fixture
def context(log: list[int]) -> ExportContext:
    at = datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)
    return ExportContext("王干部（wang）", "合肥市总工会", "年度统计", at, log.append)


class TestTemplate:
    def test_template_can_be_filled_and_read_back(self, tmp_path: Path) -> None:
        path = tmp_path / "t.xlsx"
        write_template(path, replace(PROFILE, notes=("每人一行。",)))
        book = openpyxl.load_workbook(path)
        data = book.worksheets[0]
        assert [cell.value for cell in data[1]] == [
            "姓名*", "身份证号*", "手机号", "性别", "入会日期",
        ]  # fmt: skip
        assert data["E1"].comment.text == "如 2026-03-02"
        (validation,) = data.data_validations.dataValidation
        assert validation.formula1 == "字典!$A$2:$A$3"
        assert [cell.value for cell in book["字典"]["A"]] == ["性别", "男性", "女性"]
        assert data.column_dimensions["B"].width >= 10
        for place, cell in enumerate(GOOD, start=1):
            data.cell(2, place, cell)
        book.save(path)
        table = open_table(path, COLUMNS)
        assert table.sheet == data.title
        (frame,) = table.chunks(100)
        assert list(frame.row(0)) == [2, *GOOD]

    def test_an_unfilled_template_has_no_rows(self, tmp_path: Path) -> None:
        path = tmp_path / "t.xlsx"
        write_template(path, PROFILE)
        assert list(open_table(path, COLUMNS).chunks(100)) == []


class TestErrorFiles:
    def test_workbook_marks_cells_and_can_be_mended(self, tmp_path: Path) -> None:
        path = tmp_path / "e.xlsx"
        titles = [*TITLES[:4], "备注"]
        assert write_error_workbook(path, titles, [BAD, FORMULA]) == 2
        sheet = openpyxl.load_workbook(path).active
        assert [cell.value for cell in sheet[1]] == [*titles, "错误说明"]
        assert sheet["B2"].comment.text == "号码应为18位。"
        assert sheet["B2"].fill.fgColor.rgb == "FFFEE4E2"
        assert sheet["A2"].fill.fgColor.rgb != "FFFEE4E2"
        assert (
            sheet["F2"].value == "原第 7 行。身份证号：号码应为18位。\n手机号：手机号码应为11位。"
        )
        assert (sheet["A3"].value, sheet["A3"].data_type) == ("=1+1", "s")
        table = open_table(path, COLUMNS)
        assert not any("错误说明" in notice for notice in table.notices)

    def test_csv(self, tmp_path: Path) -> None:
        path = tmp_path / "e.csv"
        assert write_error_csv(path, TITLES, [BAD, FORMULA]) == 2
        text = path.read_bytes().decode("utf-8-sig")
        assert text.splitlines()[0] == ",".join([*TITLES, "错误说明"])
        assert "'=1+1" in text
        table = open_table(path, COLUMNS)
        assert [frame.height for frame in table.chunks(10)] == [2]

    def test_workbook_has_a_limit(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbook, "MAX_WORKBOOK_ERRORS", 1)
        with pytest.raises(ValueError, match="csv"):
            write_error_workbook(tmp_path / "e.xlsx", TITLES, [BAD, BAD])


class TestExports:
    ROWS = (("王小明", date(2020, 1, 1), Decimal("12.50")), ("=HYPERLINK(1)", None, 3))

    def test_xlsx(self, tmp_path: Path, context: ExportContext, log: list[int]) -> None:
        path = tmp_path / "x.xlsx"
        assert export_xlsx(path, "会员/名单", COLUMNS_OUT, self.ROWS, context) == 2
        sheet = openpyxl.load_workbook(path).active
        assert sheet.title == "会员名单"
        mark = sheet["A1"].value
        for part in ("王干部（wang）", "合肥市总工会", "年度统计", "2026-11-22 12:05:06"):
            assert part in mark
        assert [cell.value for cell in sheet[2]] == ["姓名", "入会日期", "会费"]
        assert [cell.value for cell in sheet[3]] == ["王小明", datetime(2020, 1, 1), 12.5]
        assert (sheet["A4"].value, sheet["A4"].data_type) == ("'=HYPERLINK(1)", "s")
        assert log == [2]

    def test_xlsx_splits_over_the_sheet_limit(self, tmp_path: Path, context: ExportContext) -> None:
        path = tmp_path / "x.xlsx"
        rows = [(str(n), None, n) for n in range(7)]
        assert export_xlsx(path, "名单", COLUMNS_OUT, rows, context, sheet_rows=5) == 7
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["名单", "名单（2）", "名单（3）"]
        found = [row[0].value for sheet in book for row in sheet.iter_rows(min_row=3)]
        assert found == [str(n) for n in range(7)]
        assert all("年度统计" in sheet["A1"].value for sheet in book)

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
    def test_csv(
        self, tmp_path: Path, context: ExportContext, log: list[int], encoding: str
    ) -> None:
        path = tmp_path / "x.csv"
        assert export_csv(path, COLUMNS_OUT, self.ROWS, context, encoding=encoding) == 2
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
        lines = raw.decode(encoding).splitlines()
        assert "年度统计" in lines[0]
        assert lines[2:] == ["王小明,2020-01-01,12.50", "'=HYPERLINK(1),,3"]
        assert log == [2]

    def test_no_purpose_no_file(
        self, tmp_path: Path, context: ExportContext, log: list[int]
    ) -> None:
        path = tmp_path / "x.csv"
        with pytest.raises(Refusal, match="用途"):
            export_csv(path, COLUMNS_OUT, self.ROWS, replace(context, purpose=" "))
        with pytest.raises(Refusal, match="用途"):
            export_xlsx(path, "x", COLUMNS_OUT, self.ROWS, replace(context, purpose=""))
        assert not path.exists()
        assert log == []

    def test_empty_export_still_has_its_mark(self, tmp_path: Path, context: ExportContext) -> None:
        path = tmp_path / "x.xlsx"
        assert export_xlsx(path, "名单", COLUMNS_OUT, [], context) == 0
        assert "年度统计" in openpyxl.load_workbook(path).active["A1"].value


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_cells_that_a_spreadsheet_would_run(cell: str) -> None:
    assert harmless(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["王", "1-2", "", -5, None])
def test_harmless_cells_stay(cell: object) -> None:
    assert harmless(cell) == cell
