"""The inspection of an xlsx file before any library parses it.

An xlsx file is a zip archive of XML parts (ECMA-376). The archive's own statements are not
believed: parts are inflated here in small pieces with a bound on what comes out, because the
parsing library inflates whatever the stream holds and allocates the full rectangle between the
outermost cells.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException, ElementTree

from gonghui.kernel.base.errors import Refusal

MAX_ENTRIES = 2_000
MAX_XML_BYTES = 200 * 1024 * 1024
MAX_RATIO = 200
RATIO_FREE_BYTES = 10 * 1024 * 1024
MAX_ROWS = 1_048_576
MAX_GRID_CELLS = 12_000_000
MAX_COLUMNS = 1_000
MAX_LISTED_CELLS = 1_000

_PIECE = 1 << 20
_OVERLAP = 4_096
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, ParseError, DefusedXmlException, KeyError)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_ENCRYPTED_FLAG = 0x1

_PLACE = rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']"""
_FORMULA = re.compile(_PLACE + rb"[^>]*>\s*<(?:\w+:)?f[\s/>]")
_FILLED = re.compile(_PLACE + rb"[^>/]*>\s*<[^/]")
_UNPLACED = re.compile(rb"<(?:\w+:)?c(?:\s(?![^>]*\br\s*=)[^>]*)?>")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*\br\s*=\s*["']([0-9]{1,7})["']""")
_MERGED = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^>]*ref\s*=\s*["']([A-Z]{1,3}[0-9]{1,7}(?::[A-Z0-9]+)?)["']"""
)
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class SheetFacts:
    """What was seen in one sheet: first_column counts from 0.

    formulas: rows (from 1) of formula cells by column (from 0), the first MAX_LISTED_CELLS of
    each. merged: Excel references of ranges.
    """

    formulas: dict[int, list[int]] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    first_column: int = 0


def inspect_workbook(path: Path) -> dict[str, SheetFacts]:
    """Return the facts of each sheet by name, in workbook order.

    Raises Refusal for a damaged or encrypted archive, a zip bomb, XML with a document type or
    entities, too much XML, macros, and cells spread over more than MAX_GRID_CELLS.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
            entries = _checked_entries(archive, path.stat().st_size)
            parts = [info for info in entries if info.filename.lower().endswith((".xml", ".rels"))]
            _check_sizes(parts)
            sheets = _sheet_parts(raw, entries)
            found = {name: _SheetScan() for name in sheets}
            scans = {part: found[name] for name, part in sheets.items()}
            for info in parts:
                _scan(raw, info, scans.get(info.filename))
            return {name: scan.facts() for name, scan in found.items()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        ParseError,
        DefusedXmlException,
        KeyError,
    ) as error:
        raise _damaged() from error


def column_number(letters: str) -> int:
    """Return the column of Excel letters, from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def column_letters(number: int) -> str:
    """Return the Excel letters of a column counted from 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _damaged() -> Refusal:
    return Refusal(
        "文件已损坏或没有传完，无法作为 Excel 工作簿打开。",
        remedy="请用 Excel 或 WPS 打开原文件，另存为 .xlsx 后重新上传。",
        code="import.damaged",
    )


def _bomb(detail: str) -> Refusal:
    return Refusal(
        f"文件内容异常：{detail}，为保护系统没有打开它。",
        remedy="请用 Excel 或 WPS 另存为新的 .xlsx；数据很多时请另存为 CSV 再上传。",
        code="import.bomb",
    )


def _checked_entries(archive: zipfile.ZipFile, size: int) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise _bomb(f"压缩包内有 {len(entries):,} 个文件")
    names = {info.filename for info in entries}
    if len(names) != len(entries):
        raise _bomb("压缩包内有同名文件")
    if sum(info.compress_size for info in entries) > size:
        raise _bomb("压缩包内的文件互相重叠")
    if any(info.flag_bits & _ENCRYPTED_FLAG for info in entries):
        raise protected()
    if any(info.compress_type not in _METHODS for info in entries):
        raise _damaged()
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refusal(
            "工作簿带有宏，不能导入。",
            remedy="请另存为“Excel 工作簿（.xlsx）”，再重新上传。",
            code="import.macros",
        )
    return entries


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    total = sum(info.file_size for info in parts)
    if total > MAX_XML_BYTES:
        raise _bomb(f"展开后的内容有 {total // 1024 // 1024:,} MB，超过 200 MB")
    for info in parts:
        if info.file_size > RATIO_FREE_BYTES and info.file_size > MAX_RATIO * info.compress_size:
            raise _bomb(f"压缩比超过 {MAX_RATIO} 倍")


def protected() -> Refusal:
    """The refusal of a file that asks for a password."""
    return Refusal(
        "文件设有打开密码，系统读不到内容。",
        remedy="请在 Excel 或 WPS 中取消密码，另存后重新上传。",
        code="import.protected",
    )


def _inflated(raw, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part in pieces; a stream longer than the archive states is refused."""
    raw.seek(info.header_offset)
    header = _LOCAL_HEADER.unpack(raw.read(_LOCAL_HEADER.size))
    if header[0] != b"PK\x03\x04":
        raise zipfile.BadZipFile("no local header")
    raw.seek(header[-2] + header[-1], 1)
    left, given = info.compress_size, 0
    inflater = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
    pending = b""
    while left or pending:
        if not pending:
            pending = raw.read(min(_PIECE, left))
            if not pending:
                raise zipfile.BadZipFile("cut short")
            left -= len(pending)
        if inflater is None:
            piece, pending = pending, b""
        else:
            piece = inflater.decompress(pending, _PIECE)
            pending = inflater.unconsumed_tail
        given += len(piece)
        if given > info.file_size:
            raise _bomb("实际内容比压缩包标明的更长")
        if piece:
            yield piece
        if inflater is not None and inflater.eof:
            break
    if given != info.file_size:
        raise zipfile.BadZipFile("shorter than stated")


def _whole(raw, info: zipfile.ZipInfo) -> bytes:
    if info.file_size > RATIO_FREE_BYTES:
        raise _bomb(f"{info.filename} 有 {info.file_size:,} 字节")
    text = b"".join(_inflated(raw, info))
    _refuse_declarations(text)
    return text


def _refuse_declarations(text: bytes) -> None:
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        # UTF-16 would hide a declaration from the byte search; no office program writes it.
        raise _damaged()
    if _DECLARATION.search(text):
        raise Refusal(
            "文件内含有外部实体或文档类型声明，可能用来读取服务器文件，不能导入。",
            remedy="请用 Excel 或 WPS 打开，另存为新的 .xlsx 后重新上传。",
            code="import.entities",
        )


def _sheet_parts(raw, entries: list[zipfile.ZipInfo]) -> dict[str, str]:
    """Return the part of each worksheet by sheet name."""
    by_name = {info.filename: info for info in entries}
    relations = ElementTree.fromstring(_whole(raw, by_name["xl/_rels/workbook.xml.rels"]))
    targets = {item.get("Id"): item.get("Target", "") for item in relations}
    workbook = ElementTree.fromstring(_whole(raw, by_name["xl/workbook.xml"]))
    parts = {}
    for sheet in workbook.iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            target = targets.get(sheet.get(_RELATIONS), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            parts[sheet.get("name", "")] = part
    return parts


class _SheetScan:
    """Cells of one sheet, gathered piece by piece."""

    def __init__(self) -> None:
        self.formulas: dict[bytes, dict[int, None]] = {}
        self.merged: dict[str, None] = {}
        self.columns: set[bytes] = set()
        self.first_row = self.last_row = 0
        self.unplaced_width = 1

    def take(self, text: bytes) -> None:
        if filled := _FILLED.findall(text):
            letters, rows = zip(*filled, strict=True)
            self.columns.update(letters)
            self._reach(rows)
        if _UNPLACED.search(text):
            self._reach(_ROW.findall(text))
            counts = (len(_UNPLACED.findall(row)) for row in text.split(b"</row>"))
            self.unplaced_width = max(self.unplaced_width, *counts)
        # The searches for substrings spare most sheets the two expressions.
        if b"<f" in text or b":f" in text:
            for letters, row in _FORMULA.findall(text):
                rows_found = self.formulas.setdefault(letters, {})
                if len(rows_found) < MAX_LISTED_CELLS:
                    rows_found[int(row)] = None
        if b"mergeCell" in text and len(self.merged) < MAX_LISTED_CELLS:
            self.merged.update((ref.decode(), None) for ref in _MERGED.findall(text))
        self._check_extent()

    def _reach(self, rows: Iterable[bytes]) -> None:
        numbers = {int(row) for row in set(rows)}
        if numbers:
            self.first_row = min(self.first_row or MAX_ROWS, *numbers)
            self.last_row = max(self.last_row, *numbers)

    def _check_extent(self) -> None:
        numbers = [column_number(letters.decode()) for letters in self.columns]
        width = max(numbers) - min(numbers) + 1 if numbers else 1
        width = max(width, self.unplaced_width)
        if width > MAX_COLUMNS:
            raise _bomb(f"表格有 {width:,} 列，超过 {MAX_COLUMNS:,} 列")
        if width * (self.last_row - self.first_row + 1) > MAX_GRID_CELLS:
            raise _bomb("单元格散布的范围过大")

    def facts(self) -> SheetFacts:
        return SheetFacts(
            {column_number(key.decode()): list(rows) for key, rows in self.formulas.items()},
            list(self.merged),
            min((column_number(name.decode()) for name in self.columns), default=0),
        )


def _scan(raw, info: zipfile.ZipInfo, sheet: _SheetScan | None) -> None:
    tail, first = b"", True
    for piece in _inflated(raw, info):
        text = tail + piece
        if first or b"<!" in text:
            _refuse_declarations(text if first else b"  " + text)
        first = False
        if sheet is not None:
            sheet.take(text)
        tail = text[-_OVERLAP:]
