"""A computed report as a workbook: the same merges as on the page, made to be printed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from gonghui.kernel.exchange.workbook import ExportContext, harmless
from gonghui.kernel.ui.reports import LINE, Cell, Line, Sheet

FONT = {"font_name": "等线", "font_size": 11, "valign": "vcenter", "border": 1}
HEAD = FONT | {"bold": True, "bg_color": "#F2F4F7", "text_wrap": True, "align": "center"}
GROUP_WIDTH, FIGURE_WIDTH = 24, 13
PAPER_A4 = 9
LEFT, RIGHT, TOP, BOTTOM = 0.6, 0.6, 0.8, 0.8
"""Margins of the paper in inches."""


def write_report(path: Path, sheet: Sheet, context: ExportContext) -> int:
    """Write a report to a workbook; return the number of its lines.

    Title, watermark and facts stand above the table; the head is frozen and repeated on every
    printed page. The export is logged by the context before the file is handed out.
    """
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        _Writer(book, sheet).write(context.watermark())
    context.log(len(sheet.body))
    return len(sheet.body)


class _Writer:
    """One sheet being written; formats are made once."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        self.book, self.sheet = book, sheet
        self.page: Worksheet = book.add_worksheet("报表")
        self.formats: dict[tuple, Any] = {}

    def format(self, **facts: Any) -> Any:
        key = tuple(sorted(facts.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(facts)
        return self.formats[key]

    def write(self, watermark: str) -> None:
        sheet, page = self.sheet, self.page
        last = max(sheet.columns - 1, 1)
        title = self.format(font_name="等线", font_size=16, bold=True, align="center")
        quiet = self.format(font_name="等线", font_size=9, font_color="#667085")
        page.merge_range(0, 0, 0, last, harmless(sheet.title), title)
        page.write_string(1, 0, watermark, quiet)
        facts = [*sheet.facts]
        if sheet.as_of:
            facts.append(f"数据截至 {sheet.as_of:%Y-%m-%d %H:%M}")
        if sheet.unit:
            facts.append(f"单位：{sheet.unit}")
        page.write_string(2, 0, harmless("　".join(facts)), quiet)
        page.set_column(0, sheet.groups - 1, GROUP_WIDTH)
        page.set_column(sheet.groups, last, FIGURE_WIDTH)
        top = 3
        body = top + len(sheet.head)
        self._grid(top, sheet.head, lambda cell, row: self.format(**HEAD))
        self._grid(body, [line.cells for line in sheet.body], self._body_format)
        if sheet.note:
            page.write_string(body + len(sheet.body), 0, harmless(sheet.note), quiet)
        page.freeze_panes(body, sheet.groups)
        page.repeat_rows(top, body - 1)
        page.set_paper(PAPER_A4)
        page.set_margins(LEFT, RIGHT, TOP, BOTTOM)
        page.fit_to_pages(1, 0)
        page.set_footer("&C第 &P 页 / 共 &N 页")
        if sheet.wide:
            page.set_landscape()

    def _grid(self, top: int, rows: Sequence[Sequence[Cell]], form: Any) -> None:
        """Cells at the first free place of their row, as a browser lays a table out."""
        taken: set[tuple[int, int]] = set()
        for row, cells in enumerate(rows):
            column = 0
            for cell in cells:
                while (row, column) in taken:
                    column += 1
                taken |= {
                    (row + down, column + across)
                    for down in range(cell.down)
                    for across in range(cell.across)
                }
                self._cell(top + row, column, cell, form(cell, row))
                column += cell.across

    def _cell(self, row: int, column: int, cell: Cell, form: Any) -> None:
        text = harmless(cell.text)
        if cell.across > 1 or cell.down > 1:
            bottom, right = row + cell.down - 1, column + cell.across - 1
            self.page.merge_range(row, column, bottom, right, text, form)
        elif isinstance(cell.value, Decimal):
            number = cell.value / 100 if cell.percent else cell.value
            self.page.write_number(row, column, float(number), form)
        else:
            self.page.write_string(row, column, text, form)

    def _body_format(self, cell: Cell, row: int) -> Any:
        line: Line = self.sheet.body[row]
        facts: dict[str, Any] = dict(FONT)
        if line.kind != LINE:
            facts |= {"bold": True, "bg_color": "#F8F9FA"}
        if cell.kind == "figure":
            digits = "." + "0" * cell.places if cell.places else ""
            number = f"0{digits}%" if cell.percent else f"#,##0{digits}"
            facts |= {"align": "right", "num_format": number}
        else:
            facts |= {"align": "left", "text_wrap": True}
        return self.format(**facts)
