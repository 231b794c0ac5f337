"""Reading csv files (逗号分隔文本) in bounded memory, whatever their encoding."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from gonghui.kernel.base.errors import Refusal

MAX_CELL = 32_767
MAX_LINE = 200_000
MAX_BATCH_CHARACTERS = 32 * 1024 * 1024

_PIECE = 1 << 20
_SLICE = 200
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB18030"}


def detect_encoding(path: Path) -> tuple[str, int]:
    """Return the codec of a text file and the number of its line feeds.

    Tries the byte order mark, UTF-8, then GB18030, over the whole file. Raises Refusal naming
    the first byte that fits neither, or the place of a NUL character.
    """
    head = path.open("rb").read(4096)
    marked = next((codec for mark, codec in _MARKS if head.startswith(mark)), "")
    if marked:
        return marked, _decode_all(path, marked)
    try:
        return "utf-8", _decode_all(path, "utf-8")
    except Refusal as refusal:
        if refusal.code != "import.encoding" or _is_utf8_text(head):
            raise
    return "gb18030", _decode_all(path, "gb18030")


def _is_utf8_text(head: bytes) -> bool:
    """Tell whether a beginning is mostly UTF-8 beyond ASCII, so that GB18030 is out."""
    text = head.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(not c.isascii() for c in text) - broken > broken


def _decode_all(path: Path, codec: str) -> int:
    decoder = codecs.getincrementaldecoder(codec)()
    lines = consumed = 0
    with path.open("rb") as file:
        while True:
            piece = file.read(_PIECE)
            held = len(decoder.getstate()[0])
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                place = consumed - held + error.start
                raise _wrong_byte(codec, place, error.object[error.start], lines, error) from None
            if "\x00" in text:
                line = lines + text.count("\n", 0, text.index("\x00")) + 1
                raise Refusal(
                    f"文件第 {line} 行附近有空字符（NUL），不是正常的文本文件。",
                    remedy="请用 Excel 或 WPS 重新另存为 CSV 后上传。",
                    code="import.nul",
                )
            lines += text.count("\n")
            consumed += len(piece)
            if not piece:
                return lines


def _wrong_byte(
    codec: str, place: int, byte: int, lines: int, error: UnicodeDecodeError
) -> Refusal:
    line = lines + bytes(error.object[: error.start]).count(b"\n") + 1
    return Refusal(
        f"文件编码无法识别：第 {line} 行、第 {place + 1} 个字节（0x{byte:02X}）"
        f"不是有效的 {_NAMES[codec]} 字符。",
        remedy="请在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”，或直接上传 .xlsx。",
        code="import.encoding",
    )


class _Lines:
    """Lines of a file as the csv reader wants them, counting what it took."""

    def __init__(self, path: Path, codec: str) -> None:
        # Universal newlines would turn a lone CR inside a quoted cell into a row end on write
        # but is harmless on reading: a CR-only file of an old system is split correctly.
        self._file = path.open(encoding=codec, newline=None)
        self.taken = 0

    def __iter__(self) -> Iterator[str]:
        number = 0
        while line := self._file.readline(MAX_LINE):
            number += 1
            if len(line) >= MAX_LINE:
                raise Refusal(
                    f"文件第 {number} 行超过 {MAX_LINE:,} 个字符。",
                    remedy="请检查这一行是否缺少换行，或引号是否成对。",
                    code="import.long_line",
                )
            self.taken += len(line)
            yield line

    def close(self) -> None:
        self._file.close()


def guess_delimiter(first_lines: list[str]) -> str:
    """Return the separator that occurs most in the fullest of the first lines."""
    counts = {mark: max((line.count(mark) for line in first_lines), default=0) for mark in ",\t;"}
    return max(counts, key=lambda mark: counts[mark])


def head_lines(path: Path, codec: str, count: int) -> list[str]:
    """Return the first lines of a file, as text."""
    with path.open(encoding=codec) as file:
        return [file.readline(MAX_LINE) for _ in range(count)]


def records(path: Path, codec: str, delimiter: str, batch: int) -> Iterator[list[list[str]]]:
    """Yield a file's records in lists of at most `batch`, fewer when the cells are long.

    Raises Refusal for quotes that do not pair and for cells over MAX_CELL characters.
    """
    lines = _Lines(path, codec)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    given = 0
    found: list[list[str]] = []
    try:
        while True:
            before = len(found)
            # extend() keeps what came before an error, which the message counts.
            found.extend(islice(reader, min(_SLICE, batch - before)))
            if len(found) == before:
                break
            if lines.taken > MAX_BATCH_CHARACTERS or len(found) >= batch:
                yield found
                given += len(found)
                found, lines.taken = [], 0
        if found:
            yield found
    except csv.Error as error:
        raise Refusal(
            f"文件第 {given + len(found) + 1} 行起引号不成对，无法分清单元格。",
            remedy="请用 Excel 或 WPS 打开核对该行，重新另存为 CSV；或直接上传 .xlsx。",
            code="import.quotes",
        ) from error
    finally:
        lines.close()
