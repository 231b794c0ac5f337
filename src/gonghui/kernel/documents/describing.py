"""Documents as JSON for the layouts: every word checked, numbered and cleaned here."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import segno

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.documents.content import (
    LARGEST_PICTURE,
    LONGEST_DOCUMENT,
    LONGEST_HEADING,
    LONGEST_TEXT,
    Attachment,
    Block,
    Certificate,
    Check,
    Document,
    Face,
    Form,
    Frame,
    Line,
    Official,
    Paragraph,
    Seal,
    Signer,
    Table,
    Text,
    chinese_day,
    clean,
    level_of,
)

SEAL_NOTE = Setting(
    "documents.seal_note",
    "印章上的注记",
    str,
    "演示",
    "平台绘制的印章上加盖的字样。印章正式启用、备案以后清空。",
    maximum=8,
    dangerous=True,
)
MARK = "#seal-"
"""The seal of a document with a check code is a link to its check page, with an address that ends
so and its number; the signature's field goes over it."""

_FACES_OF_LEVELS = {0: Face.FANGSONG, 1: Face.HEI, 2: Face.KAI, 3: Face.FANGSONG, 4: Face.FANGSONG}
_PNG = b"\x89PNG\r\n\x1a\n"


def described(document: Document) -> tuple[str, dict[str, Any]]:
    """The layout's name and its data; raises Refusal for what is too long or impossible."""
    if isinstance(document, Official):
        layout, data = "official", _Words().official(document)
    elif isinstance(document, Certificate):
        layout, data = "certificate", _Words().certificate(document)
    else:
        layout, data = "form", _Words().form(document)
    return layout, data


def seal_data(seal: Seal) -> dict[str, Any]:
    """A seal alone, for the layout of that name."""
    return {"seal": _Words().seal(seal)}


class _Words:
    """Turns one document into data, counting its characters."""

    def __init__(self) -> None:
        self.left = LONGEST_DOCUMENT
        self.seals = 0
        self.url = ""

    def text(self, given: str) -> str:
        text = clean(given).strip(" \n\t")
        self.left -= len(text)
        if len(text) > LONGEST_TEXT:
            raise Refusal(
                f"有一段文字长达 {len(text)} 字，超过 {LONGEST_TEXT} 字。",
                remedy="请分段后再排版。",
                code="too_long",
            )
        if self.left < 0:
            raise Refusal(
                f"文档超过 {LONGEST_DOCUMENT} 字。", remedy="请把附件单独成文。", code="too_long"
            )
        return text

    def line(self, given: str) -> str:
        return " ".join(self.text(given).split("\n"))

    def lines(self, given: Iterable[str]) -> list[str]:
        return [one for one in map(self.line, given) if one]

    def official(self, given: Official) -> dict[str, Any]:
        organs = self.lines(given.organs)
        if not organs:
            raise Refusal("公文没有发文机关。", rule="GB/T 9704-2012 7.2.4", code="no_organ")
        seals = () if given.draft else given.seals
        if seals and len(seals) != len(organs):
            raise Refusal(
                f"有 {len(organs)} 个发文机关，却有 {len(seals)} 枚印章。",
                rule="GB/T 9704-2012 7.3.5.1：印章与发文机关署名一一对应",
                code="seals",
            )
        if seals and given.date is None:
            raise Refusal("没有成文日期，不能盖章。", rule="GB/T 9704-2012 7.3.5.1", code="no_date")
        self.url = given.check.url if given.check else ""
        title = [one for one in (self.line(part) for part in given.title.split("\n")) if one]
        return {
            "kind": given.kind.value,
            "organs": organs,
            "mark": self.line(given.mark),
            "number": self.line(given.number),
            "upward": given.upward,
            "signers": [self.signer(one) for one in given.signers],
            "serial": self.line(given.serial),
            "secrecy": self.line(given.secrecy),
            "urgency": self.line(given.urgency),
            "title": "".join(title),
            "title_lines": title,
            "to": self.lines(given.to),
            "body": self.blocks(given.body),
            "attachments": [self.attachment(one) for one in given.attachments],
            "date": chinese_day(given.date) if given.date else "",
            "seals": [self.seal(one) for one in seals],
            "note": self.line(given.note).removeprefix("（").removesuffix("）"),
            "copies": self.lines(given.copies),
            "printed_by": self.line(given.printed_by),
            "printed_on": chinese_day(given.printed_on) if given.printed_on else "",
            "present": self.lines(given.present),
            "excused": self.lines(given.excused),
            "attending": self.lines(given.attending),
            "check": check(given.check),
            "draft": given.draft,
        }

    def signer(self, given: Signer) -> dict[str, Any]:
        return {
            "name": self.line(given.name),
            "post": self.line(given.post),
            "picture": picture(given.picture),
        }

    def attachment(self, given: Attachment) -> dict[str, Any]:
        return {"title": self.line(given.title), "body": self.blocks(given.body)}

    def blocks(self, given: Sequence[Block]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for block in given:
            if isinstance(block, Table):
                found.append(self.table(block))
                continue
            whole = block if isinstance(block, Paragraph) else Paragraph(block)
            for part in self.text(whole.text).split("\n"):
                if text := part.strip():
                    level = whole.level or (level_of(text) if whole.align == "left" else 0)
                    found.append(
                        {
                            "type": "paragraph",
                            "runs": runs(text, level),
                            "align": whole.align,
                            "indent": whole.indent,
                        }
                    )
        return found

    def table(self, given: Table) -> dict[str, Any]:
        count = len(given.columns)
        if any(len(row) != count for row in given.rows) or len(given.widths) not in (0, count):
            raise ValueError("every row of a table has as many cells as it has columns")
        return {
            "type": "table",
            "caption": self.line(given.caption),
            "columns": [self.line(one) for one in given.columns],
            "rows": [[self.text(one) for one in row] for row in given.rows],
            "widths": list(given.widths) or [1] * count,
        }

    def seal(self, given: Seal) -> dict[str, Any]:
        self.seals += 1
        return {
            "organ": self.line(given.organ),
            "caption": self.line(given.caption),
            "diameter": given.diameter_mm,
            "note": SEAL_NOTE.value() if given.note is None else self.line(given.note),
            "picture": picture(given.picture),
            "link": f"{self.url}{MARK}{self.seals}" if self.url else "",
        }

    def certificate(self, given: Certificate) -> dict[str, Any]:
        template = given.template
        unknown = set(given.fields) - {place.field for place in template.places}
        if unknown:
            raise ValueError(f"certificate {template.code} has no place for {sorted(unknown)}")
        self.url = given.check.url if given.check else ""
        values = [
            {**asdict(place), "text": self.text(given.fields.get(place.field, ""))}
            for place in template.places
        ]
        seal = given.seal if template.seal and not given.stock else None
        return {
            "title": template.title + template.part,
            "width": template.width_mm,
            "height": template.height_mm,
            "offset": list(given.offset_mm),
            "ground": [] if given.stock else [_ground(one) for one in template.ground],
            "values": [one for one in values if one["text"]],
            "seal": self.seal(seal) if seal else None,
            "seal_at": asdict(template.seal) if template.seal else None,
            "qr_at": asdict(template.qr) if template.qr else None,
            "check": check(given.check),
            "specimen": self.line(given.specimen),
        }

    def form(self, given: Form) -> dict[str, Any]:
        self.url = given.check.url if given.check else ""
        return {
            "title": self.line(given.title),
            "subtitle": self.line(given.subtitle),
            "organ": self.line(given.organ),
            "number": self.line(given.number),
            "date": chinese_day(given.date) if given.date else "",
            "notes": self.lines(given.notes),
            "landscape": given.landscape,
            "widths": list(given.widths),
            "rows": self.rows(given),
            "seal": self.seal(given.seal) if given.seal and not given.draft else None,
            "check": check(given.check),
            "draft": given.draft,
        }

    def rows(self, given: Form) -> list[dict[str, Any]]:
        """Rows with the column, the room and the name of each cell worked out."""
        placed = grid(given)
        found = []
        for index, row in enumerate(given.rows):
            named = ""
            cells = []
            for cell, column in zip(row.cells, placed[index], strict=True):
                text = self.text(cell.text)
                named = text if cell.label else named
                height = sum(one.height_mm for one in given.rows[index : index + cell.rows])
                cells.append(
                    {
                        "text": text,
                        "label": cell.label,
                        "row": index,
                        "column": column,
                        "span": cell.span,
                        "rows": cell.rows,
                        "align": cell.align.value,
                        "upright": cell.upright,
                        "lines": cell.lines,
                        "height": height,
                        "name": named.replace("\n", "") or f"第{index + 1}行",
                    }
                )
            found.append({"height": row.height_mm, "cells": cells})
        return found


def grid(given: Form) -> list[list[int]]:
    """The first column of each cell, by row; raises ValueError where cells do not fill the rows."""
    columns = len(given.widths)
    taken: set[tuple[int, int]] = set()
    placed: list[list[int]] = []
    for index, row in enumerate(given.rows):
        column = 0
        placed.append([])
        for cell in row.cells:
            while (index, column) in taken:
                column += 1
            if column + cell.span > columns or index + cell.rows > len(given.rows):
                raise ValueError(f"row {index + 1} of form {given.title!r} is too full")
            for down in range(cell.rows):
                for right in range(cell.span):
                    taken.add((index + down, column + right))
            placed[-1].append(column)
            column += cell.span
        if any((index, one) not in taken for one in range(columns)):
            raise ValueError(f"row {index + 1} of form {given.title!r} is not full")
    return placed


def runs(text: str, level: int) -> list[dict[str, str]]:
    """The parts of a paragraph by face: a heading's own sentence, then plain text."""
    face = _FACES_OF_LEVELS[level]
    if level not in (1, 2):
        return [{"text": text, "face": Face.FANGSONG.value}]
    head, stop, rest = text.partition("。")
    if not rest and len(text) <= LONGEST_HEADING:
        return [{"text": text, "face": face.value}]
    if len(head) > LONGEST_HEADING:
        return [{"text": text, "face": Face.FANGSONG.value}]
    return [
        {"text": head + stop, "face": face.value},
        {"text": rest, "face": Face.FANGSONG.value},
    ]


def check(given: Check | None) -> dict[str, Any] | None:
    """The check code with its QR code as SVG."""
    if given is None:
        return None
    out = io.BytesIO()
    segno.make(given.url, error="m", micro=False).save(
        out, kind="svg", border=0, scale=4, xmldecl=False, svgns=True
    )
    return {"code": clean(given.code), "qr": {"kind": "svg", "text": out.getvalue().decode()}}


def picture(given: bytes) -> dict[str, Any] | None:
    """A PNG for the layout; raises Refusal for anything else or too big."""
    if not given:
        return None
    if not given.startswith(_PNG) or len(given) > LARGEST_PICTURE:
        raise Refusal(
            "印章或签名的图片应是不超过 2 MB 的 PNG。", remedy="请重新上传。", code="picture"
        )
    return {"kind": "png", "bytes": list(given)}


def _ground(one: Text | Line | Frame) -> dict[str, Any]:
    kind = {Text: "text", Line: "line", Frame: "frame"}[type(one)]
    return {"type": kind, **asdict(one)}
