"""What hides in Office files: macros, controls, embedded objects, and links that fetch."""

from __future__ import annotations

import zipfile
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from gonghui.kernel.base.errors import Refusal

LARGEST_PART = 2_000_000
"""Bytes of a list of relations or types; real ones are thousands of times smaller."""

_MACRO = ("vbaproject.bin", "vbadata.xml", "vbaprojectsignature.bin")
_OBJECTS = ("/activex/", "/embeddings/")
_HARMLESS_LINKS = ("/hyperlink",)


def check_office(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Raise Refusal for anything in an OOXML package that runs or fetches something."""
    for entry in entries:
        name = entry.filename.lower()
        if name.endswith(_MACRO) or "/macrosheets/" in f"/{name}":
            raise _macro()
        if any(part in f"/{name}" for part in _OBJECTS):
            raise Refusal(
                "文件里嵌有其他程序的对象，平台不接收。",
                remedy="请删除嵌入的对象或控件，另存后再上传。",
                code="object",
            )
    for entry in entries:
        if entry.filename == "[Content_Types].xml":
            _check_types(_part(archive, entry))
        elif entry.filename.lower().endswith(".rels"):
            _check_relations(_part(archive, entry))


def _part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > LARGEST_PART:
        raise _damaged()
    try:
        with archive.open(entry) as opened:
            return opened.read(LARGEST_PART)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        raise _damaged() from None


def _tree(text: bytes):
    try:
        return fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        raise Refusal(
            "文件内含有文档类型声明或外部实体，可能用来读取服务器文件。",
            remedy="请用 Office 或 WPS 打开，另存为新文件后再上传。",
            code="entities",
        ) from None
    except (ParseError, ValueError, LookupError):
        raise _damaged() from None


def _check_types(text: bytes) -> None:
    for item in _tree(text).iter():
        kind = (item.get("ContentType") or "").lower()
        if "macroenabled" in kind or "vbaproject" in kind:
            raise _macro()


def _check_relations(text: bytes) -> None:
    for item in _tree(text).iter():
        outward = (item.get("TargetMode") or "").lower() == "external"
        if outward and not (item.get("Type") or "").lower().endswith(_HARMLESS_LINKS):
            raise Refusal(
                "文件打开时会自动读取外部内容，平台不接收。",
                remedy="请断开外部模板、图片或数据的链接，另存后再上传。",
                code="external",
            )


def _macro() -> Refusal:
    return Refusal("文件含有宏，平台不接收。", remedy="请另存为不含宏的文件。", code="macro")


def _damaged() -> Refusal:
    return Refusal("文件已损坏，无法打开。", remedy="请重新生成文件后再上传。", code="broken")
