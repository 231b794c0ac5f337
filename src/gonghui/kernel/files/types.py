"""File types told by their contents, never by what the sender calls them."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.files.officedoc import check_office

HEAD = 4096
# The end record of a zip archive, with the longest comment, lies this close to the end.
ZIP_TAIL = 65_557
BIGGEST_EXPANSION = 100
EXPANSION_FLOOR = 100 * 1024 * 1024
MOST_ENTRIES = 10_000


@dataclass(frozen=True)
class FileType:
    """One type: its Chinese name, extensions (the first is ours) and media type."""

    code: str
    title: str
    extensions: tuple[str, ...]
    media_type: str


PDF = FileType("pdf", "PDF 文件", ("pdf",), "application/pdf")
JPEG = FileType("jpeg", "JPEG 图片", ("jpg", "jpeg"), "image/jpeg")
PNG = FileType("png", "PNG 图片", ("png",), "image/png")
WEBP = FileType("webp", "WebP 图片", ("webp",), "image/webp")
XLSX = FileType(
    "xlsx",
    "Excel 工作簿",
    ("xlsx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
DOCX = FileType(
    "docx",
    "Word 文档",
    ("docx",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
# GB/T 33190-2016, the national format of fixed-layout documents.
OFD = FileType("ofd", "OFD 版式文件", ("ofd",), "application/ofd")
ZIP = FileType("zip", "ZIP 压缩包", ("zip",), "application/zip")
TEXT = FileType("text", "文本文件", ("csv", "txt"), "text/plain")
IMAGES = (JPEG, PNG, WEBP)

_ARCHIVES = (ZIP, XLSX, DOCX, OFD)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(
    rb"<\s*(!doctype|!--|html|head|script|svg|iframe|\?php|\?xml|body|xsl:|math)", re.IGNORECASE
)
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|RichMedia|XFA)[\s(<\[/]")
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
# What signing and saving programs leave behind the last %%EOF is white space at most.
_AFTER_PDF = 64
RUNNABLE = frozenset(
    (
        *("apk", "app", "asp", "aspx", "bat", "bin", "cgi", "chm", "cmd", "com", "cpl", "dll"),
        *("dmg", "exe", "hta", "htm", "html", "inf", "jar", "js", "jse", "jsp", "jspx", "lnk"),
        *("mht", "mhtml", "msi", "msp", "php", "php3", "phtml", "pif", "pl", "ps1", "py", "reg"),
        *("scf", "scr", "sh", "shtml", "svg", "swf", "url", "vbe", "vbs", "wsf", "wsh", "xht"),
        *("xhtml", "xml", "xsl"),
    )
)
"""Extensions of what a computer or a browser would run."""
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def sniff(file: IO[bytes], size: int) -> FileType:
    """Return the type of a seekable file of `size` bytes by its contents.

    Raises Refusal for types the platform does not take, for files that are two things at once
    (a picture that is also an archive), and for archives that are bombs, encrypted or carry
    macros. Leaves the file at its beginning.
    """
    file.seek(0)
    head = file.read(HEAD)
    file.seek(max(0, size - ZIP_TAIL))
    tail = file.read(ZIP_TAIL)
    found = _by_head(head)
    if found is ZIP:
        found = _archive(file)
    elif found is None:
        found = _text(head)
    if found not in _ARCHIVES and b"PK\x05\x06" in tail and zipfile.is_zipfile(file):
        raise _two_things(found.title, ZIP.title)
    if found is not PDF and b"%PDF-" in head[:1024]:
        raise _two_things(found.title, PDF.title)
    if (found in IMAGES or found is PDF) and _MARKUP.search(head[:1024]):
        raise _two_things(found.title, "网页")
    if found in IMAGES and _MARKUP.search(head):
        raise _two_things(found.title, "网页")
    if found is PDF:
        _check_pdf(file, tail)
    file.seek(0)
    return found


def _two_things(one: str, other: str) -> Refusal:
    return Refusal(
        f"文件既是{one}又含有{other}的内容，可能被做过手脚。",
        remedy="请用原来的程序打开后另存为新文件再上传。",
        code="polyglot",
    )


def _check_pdf(file: IO[bytes], tail: bytes) -> None:
    """No script, no program started, nothing behind the end.

    Names inside packed object streams are not seen: readers ask before they run anything.
    """
    _body, end, after = tail.rpartition(b"%%EOF")
    if not end:
        raise Refusal(
            "PDF 文件不完整，没有结尾。", remedy="请重新生成文件后再上传。", code="broken"
        )
    if len(after.strip(b"\x00\r\n\t ")) > _AFTER_PDF or _MARKUP.search(after):
        raise _two_things(PDF.title, "其他文件")
    file.seek(0)
    kept = b""
    while piece := file.read(1024 * 1024):
        window = _NAME_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), kept + piece)
        if _ACTIVE_PDF.search(window):
            raise Refusal(
                "PDF 文件里有脚本或会启动程序的内容，平台不接收。",
                remedy="请用“打印为 PDF”重新生成后再上传。",
                code="active",
            )
        kept = piece[-32:]


def _by_head(head: bytes) -> FileType | None:
    if head.startswith(_OLD_OFFICE):
        raise Refusal(
            "这是旧版 Office 文件（.xls、.doc），平台不接收。",
            remedy="请在 Office 或 WPS 中另存为 .xlsx、.docx 后再上传。",
            code="old_office",
        )
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    for start, found in (
        (b"%PDF-", PDF),
        (b"\xff\xd8\xff", JPEG),
        (b"\x89PNG\r\n\x1a\n", PNG),
        (b"PK\x03\x04", ZIP),
    ):
        if head.startswith(start):
            return found
    return None


def _text(head: bytes) -> FileType:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refusal(
            "文本文件的编码是 UTF-16，平台不接收。",
            remedy="请另存为 UTF-8 编码。",
            code="encoding",
        )
    if not head or _CONTROL.search(head) or not _decodes(head):
        raise Refusal(
            "无法识别文件内容，可能已损坏或不是办公文件。" if head else "文件是空的。",
            remedy="请确认文件能正常打开后再上传。",
            code="unknown_type",
        )
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()):
        raise Refusal("这是网页文件，平台不接收。", code="markup")
    return TEXT


def _decodes(head: bytes) -> bool:
    # The last character may be cut by the end of the head: at most three bytes of it.
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4 if len(head) == HEAD else 1):
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False


def _archive(file: IO[bytes]) -> FileType:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise Refusal(
            "压缩格式已损坏，无法打开。", remedy="请重新生成文件后再上传。", code="broken"
        ) from None
    entries = archive.infolist()
    _check_entries(entries)
    names = {entry.filename for entry in entries}
    if "OFD.xml" in names:
        return OFD
    if "[Content_Types].xml" not in names:
        _check_contents(names)
        return ZIP
    check_office(archive, entries)
    if "xl/workbook.xml" in names:
        return XLSX
    if "word/document.xml" in names:
        return DOCX
    raise Refusal("平台不接收这种 Office 文件。", code="unknown_type")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    bomb = unpacked > EXPANSION_FLOOR and unpacked > packed * BIGGEST_EXPANSION
    if bomb or len(entries) > MOST_ENTRIES:
        raise Refusal(
            f"压缩包展开后过大（{unpacked // 1024 // 1024} MB，{len(entries)} 个文件）。",
            remedy="请拆分后再上传。",
            code="bomb",
        )
    # The first entry that starts behind the beginning means something was put before it.
    if entries and min(entry.header_offset for entry in entries) > 0:
        raise _two_things("压缩包", "其他文件")
    # Entries that share their bytes unpack to far more than any of them says.
    places = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    for (start, length), (after, _size) in pairwise(places):
        if start + length > after:
            raise Refusal("压缩包的内容互相重叠，平台不接收。", code="bomb")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Refusal(
                "文件设有密码，平台无法检查。", remedy="请去掉密码后再上传。", code="encrypted"
            )
        if entry.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", entry.filename):
            raise Refusal("压缩包内有不安全的路径。", code="unsafe_path")


def _check_contents(names: set[str]) -> None:
    for name in names:
        if name.lower().rpartition(".")[2] in RUNNABLE - {"xml"}:
            raise Refusal(
                "压缩包里有程序或网页，平台不接收。",
                remedy="请只打包文档、表格和图片。",
                code="program",
            )
