"""Writing workbooks and csv files: import templates, error files, exports."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.exchange.containers import column_letters
from gonghui.kernel.exchange.profiles import ImportProfile
from gonghui.kernel.exchange.reading import PROBLEM_TITLE

SHEET_ROWS = 1_048_576
MAX_WORKBOOK_ERRORS = 100_000
MAX_CELL = 32_767

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_FONT = {"font_name": "等线", "font_size": 11}
_HEADER = _FONT | {"bold": True, "bg_color": "#F2F4F7", "border": 1, "text_wrap": True}
_TEXT_FORMAT = "@"
_TEMPLATE_ROWS = 20_000


@dataclass(frozen=True)
class ExportContext:
    """Who exports what for, printed on the file and kept in the log.

    actor: display name and account. union: name of the union in whose scope the rows are.
    at: aware. log: called with the number of rows after the file is complete, so that no file
    leaves without its entry.
    """

    actor: str
    union: str
    purpose: str
    at: datetime
    log: Callable[[int], None]

    def watermark(self) -> str:
        """The line above the header."""
        when = self.at.astimezone(_SHANGHAI)
        return (
            f"导出人：{self.actor}　单位：{self.union}　时间：{when:%Y-%m-%d %H:%M:%S}　"
            f"用途：{self.purpose}　内部资料，请妥善保管，不得用于其他用途。"
        )


@dataclass(frozen=True)
class ExportColumn:
    """A column of an export: its title and its width in characters."""

    title: str
    width: int = 16


@dataclass(frozen=True)
class BadRow:
    """A refused row as the user wrote it: problems are (position, reason), position -1 for the
    row as a whole."""

    number: int
    cells: Sequence[str | None]
    problems: Sequence[tuple[int, str]]

    def account(self, titles: Sequence[str]) -> str:
        """All reasons in one text, each with its column."""
        parts = [
            f"{titles[place]}：{reason}" if 0 <= place < len(titles) else reason
            for place, reason in self.problems
        ]
        return f"原第 {self.number} 行。" + "\n".join(parts)


def write_template(path: Path, profile: ImportProfile) -> None:
    """Write the workbook users fill in: data sheet, notes, dictionaries behind drop-downs."""
    with xlsxwriter.Workbook(path) as book:
        data = book.add_worksheet(_sheet_name(profile.title))
        notes = book.add_worksheet("填写说明")
        lists = book.add_worksheet("字典")
        header = book.add_format(_HEADER)
        duty = book.add_format(_HEADER | {"font_color": "#B42318"})
        text = book.add_format(_FONT | {"num_format": _TEXT_FORMAT})
        data.freeze_panes(1, 0)
        next_list = 0
        for place, column in enumerate(profile.columns):
            # Whole columns are text: Excel rounds 18-digit numbers it takes for numbers.
            data.set_column(place, place, column.width, text)
            title = f"{column.title}*" if column.required else column.title
            data.write_string(0, place, title, duty if column.required else header)
            if column.help:
                data.write_comment(0, place, column.help)
            if column.choices is not None:
                choices = list(column.choices())
                lists.write_string(0, next_list, column.title, header)
                lists.write_column(1, next_list, choices)
                letters = column_letters(next_list)
                data.data_validation(
                    1,
                    place,
                    _TEMPLATE_ROWS,
                    place,
                    {
                        "validate": "list",
                        "source": f"=字典!${letters}$2:${letters}${len(choices) + 1}",
                        "error_title": "不在字典中",
                        "error_message": f"请从下拉列表中选择“{column.title}”。",
                    },
                )
                next_list += 1
        _write_notes(book, notes, profile)


def _write_notes(
    book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, profile: ImportProfile
) -> None:
    header = book.add_format(_HEADER)
    wrapped = book.add_format(_FONT | {"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 1, 16)
    sheet.set_column(2, 3, 48)
    lines = (
        "请在第一张工作表中填写，一行一条；不要改动表头，不要合并单元格，不要使用公式。",
        "表头带 * 的列必须填写；不认识的列会被忽略。",
        *profile.notes,
    )
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)
    top = len(lines) + 1
    for place, title in enumerate(("列名", "是否必填", "说明", "示例")):
        sheet.write_string(top, place, title, header)
    for row, column in enumerate(profile.columns, start=top + 1):
        duty = "必填" if column.required else "选填"
        for place, value in enumerate((column.title, duty, column.help, column.example)):
            sheet.write_string(row, place, value, wrapped)


def write_error_workbook(path: Path, titles: Sequence[str], rows: Iterable[BadRow]) -> int:
    """Write refused rows as the user's own sheet, bad cells coloured and commented.

    Columns keep their order; 错误说明 is added behind them. Returns the number of rows. Takes
    at most MAX_WORKBOOK_ERRORS rows (ValueError): comments are held in memory.
    """
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("待修改")
        header = book.add_format(_HEADER)
        plain = book.add_format(_FONT | {"num_format": _TEXT_FORMAT})
        bad = book.add_format(_FONT | {"num_format": _TEXT_FORMAT, "bg_color": "#FEE4E2"})
        wrapped = book.add_format(_FONT | {"font_color": "#B42318", "text_wrap": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(titles) - 1, 18, plain)
        sheet.set_column(len(titles), len(titles), 60)
        for place, title in enumerate((*titles, PROBLEM_TITLE)):
            sheet.write_string(0, place, title, header)
        count = 0
        for count, row in enumerate(rows, start=1):
            if count > MAX_WORKBOOK_ERRORS:
                raise ValueError("too many bad rows for a workbook: write them as csv")
            reasons = dict(row.problems)
            for place in range(len(titles)):
                cell = (row.cells[place] if place < len(row.cells) else None) or ""
                sheet.write_string(count, place, cell, bad if place in reasons else plain)
                if place in reasons:
                    sheet.write_comment(count, place, reasons[place])
            sheet.write_string(count, len(titles), row.account(titles)[:MAX_CELL], wrapped)
    return count


def write_error_csv(path: Path, titles: Sequence[str], rows: Iterable[BadRow]) -> int:
    """Write refused rows as csv in the order of the user's columns, with 错误说明 behind."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*titles, PROBLEM_TITLE])
        for row in rows:
            count += 1
            cells = [*row.cells[: len(titles)], *[""] * (len(titles) - len(row.cells))]
            writer.writerow([harmless(cell or "") for cell in (*cells, row.account(titles))])
    return count


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet runs as a formula: such text gets a leading quote."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def export_xlsx(
    path: Path,
    title: str,
    columns: Sequence[ExportColumn],
    rows: Iterable[Sequence[Any]],
    context: ExportContext,
    *,
    sheet_rows: int = SHEET_ROWS,
) -> int:
    """Write rows to a workbook as they come, in constant memory; return their number.

    Every sheet begins with the watermark row and the header; a sheet that is full is followed
    by another. Raises Refusal when the purpose is missing.
    """
    _require_purpose(context)
    count = 0
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheets = _Sheets(book, title, columns, context.watermark())
        sheet, line = sheets.add(), 2
        for row in rows:
            if line >= sheet_rows:
                sheet, line = sheets.add(), 2
            sheets.write(sheet, line, row)
            line += 1
            count += 1
    context.log(count)
    return count


def export_csv(
    path: Path,
    columns: Sequence[ExportColumn],
    rows: Iterable[Sequence[Any]],
    context: ExportContext,
    *,
    encoding: str = "utf-8-sig",
) -> int:
    """Write rows to a csv file as they come; return their number.

    encoding: "utf-8-sig", which Excel recognises, or "gb18030" for older programs. The first
    line is the watermark. Raises Refusal when the purpose is missing.
    """
    if encoding not in ("utf-8-sig", "gb18030"):
        raise ValueError(encoding)
    _require_purpose(context)
    count = 0
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow([context.watermark()])
        writer.writerow([column.title for column in columns])
        for row in rows:
            writer.writerow([harmless(_printed(value)) for value in row])
            count += 1
    context.log(count)
    return count


def _require_purpose(context: ExportContext) -> None:
    if not context.purpose.strip():
        raise Refusal(
            "导出前必须写明用途。",
            rule="《个人信息保护法》第六条：处理个人信息应当具有明确、合理的目的",
            remedy="请填写导出用途后再试。",
            field="purpose",
            code="export.purpose",
        )


class _Sheets:
    """The sheets of an export, made when the one before is full."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        title: str,
        columns: Sequence[ExportColumn],
        watermark: str,
    ) -> None:
        self.book, self.title, self.columns, self.watermark = book, title, columns, watermark
        self.header = book.add_format(_HEADER)
        self.mark = book.add_format(_FONT | {"font_color": "#667085", "italic": True})
        self.text = book.add_format(_FONT | {"num_format": _TEXT_FORMAT})
        self.day = book.add_format(_FONT | {"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format(_FONT | {"num_format": "yyyy-mm-dd hh:mm"})
        self.number = book.add_format(_FONT)
        self.made = 0

    def add(self) -> xlsxwriter.worksheet.Worksheet:
        self.made += 1
        suffix = "" if self.made == 1 else f"（{self.made}）"
        sheet = self.book.add_worksheet(_sheet_name(self.title, suffix))
        sheet.freeze_panes(2, 0)
        for place, column in enumerate(self.columns):
            sheet.set_column(place, place, column.width)
        sheet.write_string(0, 0, self.watermark, self.mark)
        for place, column in enumerate(self.columns):
            sheet.write_string(1, place, column.title, self.header)
        return sheet

    def write(self, sheet: xlsxwriter.worksheet.Worksheet, line: int, row: Sequence[Any]) -> None:
        for place, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, datetime):
                local = value.astimezone(_SHANGHAI) if value.tzinfo else value
                sheet.write_datetime(line, place, local.replace(tzinfo=None), self.moment)
            elif isinstance(value, date):
                sheet.write_datetime(line, place, value, self.day)
            elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                sheet.write_number(line, place, value, self.number)
            else:
                sheet.write_string(line, place, harmless(_printed(value))[:MAX_CELL], self.text)


def _printed(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        local = value.astimezone(_SHANGHAI) if value.tzinfo else value
        return f"{local:%Y-%m-%d %H:%M:%S}"
    return value if isinstance(value, int | float | Decimal) else str(value)


def _sheet_name(title: str, suffix: str = "") -> str:
    # Excel: at most 31 characters, none of []:*?/\ .
    clean = "".join(c for c in title if c not in "[]:*?/\\'") or "数据"
    return clean[: 31 - len(suffix)] + suffix
