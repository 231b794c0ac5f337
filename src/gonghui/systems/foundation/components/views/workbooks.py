"""A decision table as a workbook: written with its faults marked, and read back into the grid."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from django.core.files.uploadedfile import UploadedFile

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.exchange.profiles import ROW, ImportColumn
from gonghui.kernel.exchange.reading import PROBLEM_TITLE, open_table
from gonghui.kernel.rules import cells
from gonghui.kernel.rules.tables import MOST_LINES, CellFault, Content, Line, RuleTable

MOST_BYTES = 5 * 1024 * 1024
NOTE = "说明"
_FONT = {"font_name": "等线", "font_size": 11, "num_format": "@", "valign": "top"}


def _columns(table: RuleTable) -> list[ImportColumn]:
    """The columns of a workbook; results are told from conditions by their titles."""
    return [
        *(ImportColumn(f"when_{item.code}", item.title, required=True) for item in table.inputs),
        *(
            ImportColumn(f"then_{item.code}", f"结果：{item.title}", required=True)
            for item in table.outputs
        ),
        ImportColumn("note", NOTE),
    ]


def written(table: RuleTable, content: Content, faults: Sequence[CellFault] = ()) -> bytes:
    """The lines as a workbook; a cell that cannot be read is coloured and says why."""
    wrong = {(fault.line, fault.column): fault.message for fault in faults}
    titles = [column.title for column in _columns(table)]
    variables = [*table.inputs, *table.outputs]
    found = io.BytesIO()
    with xlsxwriter.Workbook(found, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("决策表")
        header = book.add_format({**_FONT, "bold": True, "bg_color": "#F2F4F7", "border": 1})
        plain = book.add_format({**_FONT, "text_wrap": True})
        bad = book.add_format({**_FONT, "text_wrap": True, "bg_color": "#FEE4E2"})
        sheet.freeze_panes(1, 0)
        # Whole columns are text, so that 01 stays 01 and = begins an expression of the table.
        sheet.set_column(0, len(titles) - 1, 22, plain)
        told = [*titles, PROBLEM_TITLE] if wrong else titles
        for place, title in enumerate(told):
            sheet.write_string(0, place, title, header)
        for number, line in enumerate(content.lines, 1):
            texts = [
                *(line.when.get(item.code, "") for item in table.inputs),
                *(line.then.get(item.code, "") for item in table.outputs),
            ]
            reasons = []
            for place, (variable, text) in enumerate(zip(variables, texts, strict=True)):
                reason = wrong.get((number, variable.code))
                sheet.write_string(
                    number, place, cells.shown(text, variable), bad if reason else plain
                )
                if reason:
                    reasons.append(reason)
            sheet.write_string(number, len(variables), line.note, plain)
            if reasons:
                sheet.write_string(number, len(titles), "\n".join(reasons), bad)
    return found.getvalue()


def read(table: RuleTable, uploaded: UploadedFile | None) -> tuple[tuple[Line, ...], list[str]]:
    """The lines of an uploaded xlsx or csv file, and what was left out of it, in words.

    Refusal when it is no such table. Cells that cannot be read are taken as they are written.
    """
    if uploaded is None:
        raise Refusal("没有选择文件。", remedy="请选择从本页下载、修改过的表格文件。", field="file")
    if (uploaded.size or 0) > MOST_BYTES:
        raise Refusal("文件超过 5 MB。", remedy="决策表最多 500 行，请核对文件。", field="file")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        path.write_bytes(uploaded.read())
        opened = open_table(path, _columns(table), filename=uploaded.name or "")
        lines: list[Line] = []
        for frame in opened.chunks(MOST_LINES + 1):
            for row in frame.drop(ROW).iter_rows(named=True):
                texts = {key: row[str(place)] or "" for key, place in opened.mapping.items()}
                lines.append(_line(table, texts))
            if len(lines) > MOST_LINES:
                raise Refusal(
                    f"超过 {MOST_LINES} 行。", remedy="请拆成几张表，或合并条件。", field="file"
                )
    if not lines:
        raise Refusal("表头下面没有内容。", remedy="请一行填写一条，再上传。", field="file")
    return tuple(lines), list(opened.notices)


def _line(table: RuleTable, texts: dict[str, str]) -> Line:
    return Line(
        {
            item.code: text
            for item in table.inputs
            if (text := cells.kept(texts.get(f"when_{item.code}", ""), item))
        },
        {
            item.code: text
            for item in table.outputs
            if (text := cells.kept(texts.get(f"then_{item.code}", ""), item))
        },
        texts.get("note", "")[:200],
    )
