"""Opening an uploaded table: what it is, where its header stands, and its rows in chunks.

Rows come as Polars frames of text: column `row` with the number the user sees in Excel, then
one column per file column named by its position, "0", "1" and so on, and from csv files SURPLUS.
Blank rows are left out.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import fastexcel
import polars as pl

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.exchange import containers, delimited
from gonghui.kernel.exchange.profiles import ROW, SURPLUS, ImportColumn

HEADER_SEARCH_ROWS = 10
MAX_ROWS = 1_048_576
MAX_FILE_BYTES = 1024 * 1024 * 1024
PROBLEM_TITLE = "错误说明"

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_LISTED = 8
_INVISIBLE = " \t\r\n\u3000\u00a0\u200b\u200c\u200d\u2060\ufeff"
_FULL_WIDTH = {
    chr(code): unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_FULL_WIDTH_PATTERN = "[０-９Ａ-Ｚａ-ｚ]"
_DUTY = re.compile(r"\((?:必填|选填)项?\)")
_FORMULA_START = "^[=+@-]"
# A sign before digits is a number or an international mobile number, not a formula.
_SIGNED_NUMBER = r"^[+-][0-9. ]+$"


@dataclass(frozen=True)
class Table:
    """An opened file whose header was found.

    titles: the file's own column titles, in order. mapping: import column key to position.
    header_row: from 1. rows: how many rows follow the header, exact for xlsx, an upper bound
    for csv. notices: what the user should know although it stops nothing.
    """

    path: Path
    kind: str
    titles: list[str]
    mapping: dict[str, int]
    header_row: int
    rows: int
    encoding: str = ""
    delimiter: str = ","
    sheet: str = ""
    notices: list[str] = field(default_factory=list)

    def chunks(self, size: int, *, after: int = 0) -> Iterator[pl.DataFrame]:
        """Yield the rows below file row `after` in frames of at most `size` rows.

        Raises Refusal when a csv file proves unreadable or too long on the way.
        """
        start = max(self.header_row, after)
        frames = self._sheet_frames(size) if self.kind == "xlsx" else self._csv_frames(size)
        for frame in frames:
            found = frame.filter(pl.col(ROW) > start) if frame[ROW][0] <= start else frame
            if found.height and (found := _without_blank_rows(tidy(found))).height:
                yield found

    def _csv_frames(self, size: int) -> Iterator[pl.DataFrame]:
        width, done = len(self.titles), 0
        for batch in delimited.records(self.path, self.encoding, self.delimiter, size):
            if done + len(batch) > MAX_ROWS:
                raise _too_many_rows()
            yield _frame(batch, width, done)
            done += len(batch)

    def _sheet_frames(self, size: int) -> Iterator[pl.DataFrame]:
        sheet = _load_sheet(fastexcel.read_excel(self.path), self.sheet)
        frame = _positional(sheet.to_polars()).with_row_index(ROW, offset=1)
        frame = frame.with_columns(pl.col(ROW).cast(pl.Int32))
        for start in range(0, frame.height, size):
            yield frame.slice(start, size)


def open_table(
    path: Path, columns: Sequence[ImportColumn], *, filename: str = "", template_url: str = ""
) -> Table:
    """Inspect a file and find its header by the titles of `columns`.

    filename: what the user called it, to compare the extension with the content. Raises
    Refusal, in words a cadre can act on, for every file that cannot be imported as it is.
    """
    path = Path(path)
    kind = _kind(path, Path(filename or path.name).suffix.lower())
    candidates = _workbook_heads(path) if kind == "xlsx" else [_csv_head(path)]
    keys = {
        comparable_title(title): column.key
        for column in columns
        for title in (column.title, *column.aliases)
    }
    found = [(head, match) for head in candidates if (match := _header(head, keys))]
    if not found:
        raise _no_header(columns, template_url)
    head, (number, titles, mapping) = max(found, key=lambda item: len(item[1][2]))
    _refuse_duplicates(titles, keys)
    _refuse_missing(number, mapping, columns, template_url)
    _refuse_structure(head, number, mapping)
    return Table(
        path=path,
        kind=kind,
        titles=titles,
        mapping=mapping,
        header_row=number,
        rows=max(head.rows - number, 0),
        encoding=head.encoding,
        delimiter=head.delimiter,
        sheet=head.sheet,
        notices=_notices(head, number, titles, keys),
    )


def tidy(frame: pl.DataFrame) -> pl.DataFrame:
    """Strip blanks and invisible characters, make full-width letters and digits half-width.

    Empty cells become null. Punctuation stays: brackets in a name are part of it.
    """
    wide = [
        name
        for name in frame.columns
        if frame[name].dtype == pl.String and frame[name].str.contains(_FULL_WIDTH_PATTERN).any()
    ]
    texts = [pl.col(name) for name in frame.columns if frame[name].dtype == pl.String]
    keys, values = list(_FULL_WIDTH), list(_FULL_WIDTH.values())
    stripped = [
        (text.str.replace_many(keys, values) if text.meta.output_name() in wide else text)
        .str.strip_chars(_INVISIBLE)
        .replace("", None)
        for text in texts
    ]
    return frame.with_columns(stripped)


def formula_like(frame: pl.DataFrame, positions: Sequence[int]) -> list[tuple[int, int]]:
    """Return (row, position) of cells that a spreadsheet would run as a formula."""
    found = []
    for position in positions:
        text = pl.col(str(position))
        begins = text.str.contains(_FORMULA_START) & ~text.str.contains(_SIGNED_NUMBER)
        found += [(row, position) for row in frame.filter(begins)[ROW].to_list()]
    return sorted(found)


def comparable_title(title: str) -> str:
    """Return a column title as titles are compared: half-width, no blanks, no marks of duty."""
    text = "".join(unicodedata.normalize("NFKC", title).split())
    return _DUTY.sub("", text).strip("*:").upper()


@dataclass(frozen=True)
class _Head:
    """The first rows of one sheet or file, and how to read on from there."""

    path: Path
    kind: str
    first_rows: list[list[str]]
    rows: int
    encoding: str = ""
    delimiter: str = ","
    sheet: str = ""
    facts: containers.SheetFacts = field(default_factory=containers.SheetFacts)


def _kind(path: Path, suffix: str) -> str:
    size = path.stat().st_size
    if size == 0:
        raise _empty()
    if size > MAX_FILE_BYTES:
        raise Refusal(
            f"文件有 {size // 1024 // 1024:,} MB，超过 1,024 MB。",
            remedy="请拆成几个文件分别上传。",
            code="import.too_large",
        )
    with path.open("rb") as file:
        head = file.read(4096)
    found = _kind_of_content(path, head)
    expected = {".xlsx": "xlsx", ".csv": "csv", ".txt": "csv"}.get(suffix)
    if expected is None:
        raise Refusal(
            f"不支持扩展名为“{suffix or '（无）'}”的文件。",
            remedy="请上传 .xlsx 或 .csv 文件。",
            code="import.extension",
        )
    if found != expected:
        raise Refusal(
            f"文件扩展名是 {suffix}，内容却是 {found} 格式。",
            remedy=f"请把扩展名改为 .{found}，或重新另存后上传。",
            code="import.extension",
        )
    return found


def _kind_of_content(path: Path, head: bytes) -> str:
    if head.startswith(_OLE):
        if _contains(path, "EncryptedPackage".encode("utf-16-le")):
            raise containers.protected()
        raise Refusal(
            "这是旧版 Excel（.xls）或其他旧版 Office 文件，不能导入。",
            remedy="请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后上传。",
            code="import.old_excel",
        )
    if head.startswith(b"PK"):
        return "xlsx"
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<html", b"<!doctype", b"<table")):
        raise Refusal(
            "这个文件其实是网页，只是用了表格文件的扩展名。",
            remedy="请用 Excel 或 WPS 打开，另存为 .xlsx 后上传。",
            code="import.html",
        )
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"GIF8")):
        raise Refusal(
            "文件内容不是表格（是 PDF、图片或压缩包）。",
            remedy="请上传 .xlsx 或 .csv 文件。",
            code="import.not_table",
        )
    return "csv"


def _contains(path: Path, wanted: bytes) -> bool:
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            if wanted in tail + piece:
                return True
            tail = piece[-len(wanted) :]
    return False


def _csv_head(path: Path) -> _Head:
    encoding, lines = delimited.detect_encoding(path)
    first = delimited.head_lines(path, encoding, HEADER_SEARCH_ROWS)
    delimiter = delimited.guess_delimiter(first)
    rows: list[list[str]] = next(
        delimited.records(path, encoding, delimiter, HEADER_SEARCH_ROWS), []
    )[:HEADER_SEARCH_ROWS]
    if not any(cell.strip(_INVISIBLE) for row in rows for cell in row):
        raise _empty()
    return _Head(path, "csv", rows, lines, encoding, delimiter)


def _workbook_heads(path: Path) -> Iterator[_Head]:
    facts = containers.inspect_workbook(path)
    try:
        reader = fastexcel.read_excel(path)
    except (fastexcel.FastExcelError, zipfile.BadZipFile) as error:
        raise _unreadable() from error
    any_cell = False
    for name in reader.sheet_names:
        sheet = _load_sheet(reader, name)
        frame = sheet.to_polars()
        if not frame.height or not frame.width:
            continue
        any_cell = True
        rows = [["" if c is None else c for c in row] for row in frame.head(10).rows()]
        found = facts.get(name, containers.SheetFacts())
        yield _Head(path, "xlsx", rows, frame.height, sheet=name, facts=found)
    if not any_cell:
        raise _empty()


def _load_sheet(reader: fastexcel.ExcelReader, name: str) -> fastexcel.ExcelSheet:
    try:
        # skip_rows=0 keeps leading blank rows, so that a row's place is its number in Excel.
        return reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    except fastexcel.FastExcelError as error:
        raise _unreadable() from error


def _positional(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.rename({name: str(place) for place, name in enumerate(frame.columns)})


def _frame(batch: list[list[str]], width: int, done: int) -> pl.DataFrame:
    """Make a frame of csv records.

    A row wider than the header almost always has a separator inside a cell, so its cells are
    shifted: the column SURPLUS tells the checks.
    """
    filler = [""] * (width + 1)
    even = [
        row + filler[len(row) :] if len(row) <= width else [*row[:width], "\n".join(row[width:])]
        for row in batch
    ]
    longest = max((max(map(len, row)) for row in even), default=0)
    if longest > delimited.MAX_CELL:
        raise _long_cell(even, done)
    schema = {str(place): pl.String for place in range(width)} | {SURPLUS: pl.String}
    frame = pl.DataFrame(even, schema=schema, orient="row")
    frame = frame.with_row_index(ROW, offset=done + 1)
    return frame.with_columns(pl.col(ROW).cast(pl.Int32))


def _long_cell(rows: list[list[str]], done: int) -> Refusal:
    place = next(
        number for number, row in enumerate(rows) if max(map(len, row)) > delimited.MAX_CELL
    )
    return Refusal(
        f"文件第 {done + place + 1} 行有单元格超过 {delimited.MAX_CELL:,} 个字符。",
        remedy="请检查该行的引号是否成对，或把过长的内容删减后重新上传。",
        code="import.long_cell",
    )


def _without_blank_rows(frame: pl.DataFrame) -> pl.DataFrame:
    cells = [name for name in frame.columns if name != ROW]
    return frame.filter(pl.any_horizontal(pl.col(cells).is_not_null()))


def _header(head: _Head, keys: dict[str, str]) -> tuple[int, list[str], dict[str, int]] | None:
    """Return the row number, titles and mapping of the row that holds most known titles."""
    best: tuple[int, list[str], dict[str, int]] | None = None
    for number, row in enumerate(head.first_rows[:HEADER_SEARCH_ROWS], start=1):
        titles = [cell.strip(_INVISIBLE) for cell in row]
        mapping: dict[str, int] = {}
        for place, title in enumerate(titles):
            key = keys.get(comparable_title(title))
            if key:
                mapping.setdefault(key, place)
        if mapping and (best is None or len(mapping) > len(best[2])):
            best = number, titles, mapping
    if best and head.kind == "csv":
        while not best[1][-1]:
            best[1].pop()
    return best


def _refuse_duplicates(titles: list[str], keys: dict[str, str]) -> None:
    places: dict[str, list[int]] = {}
    for place, title in enumerate(titles):
        if key := keys.get(comparable_title(title)):
            places.setdefault(key, []).append(place)
    doubled = [
        "、".join(f"{containers.column_letters(place)} 列“{titles[place]}”" for place in found)
        for found in places.values()
        if len(found) > 1
    ]
    if doubled:
        raise Refusal(
            f"表头重复：{'；'.join(doubled)}是同一项，不知道以哪一列为准。",
            remedy="请删除多余的列后重新上传。",
            code="import.duplicate_header",
        )


def _refuse_structure(head: _Head, header_row: int, mapping: dict[str, int]) -> None:
    facts = head.facts
    used = {place + facts.first_column for place in mapping.values()}
    formulas = [
        f"{containers.column_letters(column)}{row}"
        for column in sorted(used & facts.formulas.keys())
        for row in facts.formulas[column]
        if row > header_row
    ]
    if formulas:
        raise Refusal(
            f"工作表“{head.sheet}”有公式单元格：{_listed(formulas)}。公式的结果可能过期，不能导入。",
            remedy="请选中这些列，复制后“选择性粘贴为数值”，再保存上传。",
            code="import.formulas",
        )
    merged = [ref for ref in facts.merged if _touches(ref, header_row, used)]
    if merged:
        raise Refusal(
            f"工作表“{head.sheet}”的数据区有合并单元格：{_listed(merged)}。",
            remedy="请取消合并并把每一行填写完整，再保存上传。",
            code="import.merged",
        )


def _touches(ref: str, header_row: int, used: set[int]) -> bool:
    first, _, last = ref.partition(":")
    last = last or first
    low, high = (containers.column_number(part.rstrip("0123456789")) for part in (first, last))
    bottom = int(last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return bottom >= header_row and any(low <= place <= high for place in used)


def _listed(cells: Sequence[str]) -> str:
    shown = "、".join(cells[:_LISTED])
    return shown if len(cells) <= _LISTED else f"{shown} 等 {len(cells):,} 处"


def _notices(head: _Head, header_row: int, titles: list[str], keys: dict[str, str]) -> list[str]:
    unknown = [
        title
        for title in titles
        if title and title != PROBLEM_TITLE and comparable_title(title) not in keys
    ]
    notices = [f"不认识的列已忽略：{_listed(unknown)}。"] if unknown else []
    if header_row > 1:
        notices.append(f"表头在第 {header_row} 行，其上的内容已忽略。")
    if head.encoding == "gb18030":
        notices.append("文件按 GB18030 编码读取。")
    return notices


def _refuse_missing(
    header_row: int, mapping: dict[str, int], columns: Sequence[ImportColumn], template_url: str
) -> None:
    missing = [column.title for column in columns if column.required and column.key not in mapping]
    if missing:
        raise Refusal(
            f"第 {header_row} 行的表头缺少必需的列：{'、'.join(missing)}。",
            remedy=_template_remedy(template_url),
            code="import.missing_columns",
        )


def _no_header(columns: Sequence[ImportColumn], template_url: str) -> Refusal:
    wanted = "、".join(column.title for column in columns if column.required)
    return Refusal(
        f"前 {HEADER_SEARCH_ROWS} 行没有找到表头，需要的列是：{wanted}。",
        remedy=_template_remedy(template_url),
        code="import.no_header",
    )


def _template_remedy(template_url: str) -> str:
    where = f"（{template_url}）" if template_url else ""
    return f"请下载导入模板{where}，按模板的表头整理后重新上传。"


def _too_many_rows() -> Refusal:
    return Refusal(
        f"文件超过 {MAX_ROWS:,} 行。",
        rule="一次导入不超过 Excel 工作表的行数上限",
        remedy="请拆成几个文件分别上传。",
        code="import.too_many_rows",
    )


def _empty() -> Refusal:
    return Refusal(
        "文件是空的，没有可导入的内容。", remedy="请核对后重新上传。", code="import.empty"
    )


def _unreadable() -> Refusal:
    return Refusal(
        "工作簿内部结构有误，无法读取。",
        remedy="请用 Excel 或 WPS 打开，另存为新的 .xlsx 后重新上传。",
        code="import.damaged",
    )
