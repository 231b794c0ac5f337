"""The same documents as DOCX, for editing and for organs that ask for it; seals are not in it."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from docx import Document as new_document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from gonghui.kernel.documents.content import Document, Face
from gonghui.kernel.documents.describing import described
from gonghui.kernel.documents.fonts import WORD_FACES

EM = 15.75
"""pt of the body's type; 28 of them are the line of 156 mm."""
PITCH = 225 / 22 / 25.4 * 72
"""pt from line to line: 22 lines are 225 mm."""
RED = RGBColor(0xD7, 0x00, 0x0F)
_SIDES = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_BODY_MM = 156
# What follows w:pBdr in w:pPr (ISO/IEC 29500-1, 17.3.1.26), as far as it is used here.
_AFTER_BORDERS = ("w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def to_docx(document: Document) -> bytes:
    """The document for a word processor. Raises Refusal as `render` does for what is too long."""
    layout, data = described(document)
    page = new_document()
    _base(page)
    if layout == "official":
        _official(page, data)
    elif layout == "certificate":
        _certificate(page, data)
    else:
        _form(page, data)
    page.core_properties.title = data["title"][:200]
    page.core_properties.author = ""
    out = BytesIO()
    page.save(out)
    return out.getvalue()


def _base(page: Any) -> None:
    style = page.styles["Normal"]
    style.font.size = Pt(EM)
    _face(style.element.get_or_add_rPr(), Face.FANGSONG)
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)


def _face(properties: Any, face: Face) -> None:
    fonts = properties.get_or_add_rFonts()
    for where in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(where), WORD_FACES[face])


def _run(
    paragraph: Any, text: str, face: Face = Face.FANGSONG, size: float = EM, **look: Any
) -> Any:
    run = paragraph.add_run(text)
    _face(run._element.get_or_add_rPr(), face)
    run.font.size = Pt(size)
    run.bold = look.get("bold", False)
    if "colour" in look:
        run.font.color.rgb = look["colour"]
    return run


def _line(
    page: Any,
    text: str = "",
    face: Face = Face.FANGSONG,
    size: float = EM,
    side: str = "left",
    before: float = 0,
    after: float = 0,
    pitch: float | None = PITCH,
    **look: Any,
) -> Any:
    """One paragraph; before, after: mm of an edge and pt of lines are both given in pt."""
    paragraph = page.add_paragraph()
    shape = paragraph.paragraph_format
    shape.alignment = _SIDES[side]
    shape.left_indent = Pt(look.pop("left", 0))
    shape.right_indent = Pt(look.pop("right", 0))
    shape.first_line_indent = Pt(look.pop("indent", 0))
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    if pitch is not None:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(pitch)
    if text:
        _run(paragraph, text, face, size, **look)
    return paragraph


def _blank(page: Any, count: int = 1) -> None:
    for _ in range(count):
        _line(page)


def _border(paragraph: Any, where: str, points: float, colour: str) -> None:
    """A rule above or below a paragraph; points in pt."""
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(borders, *_AFTER_BORDERS)
    edge = OxmlElement(f"w:{where}")
    for name, value in (("val", "single"), ("sz", round(points * 8)), ("space", "1")):
        edge.set(qn(f"w:{name}"), str(value))
    edge.set(qn("w:color"), colour)
    borders.append(edge)


def _mm(length: float) -> float:
    return length / 25.4 * 72


# ---- official documents ---------------------------------------------------------------------


def _official(page: Any, data: dict[str, Any]) -> None:
    section = page.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(35 - 7 - 4.9)
    _grid(section)
    _page_numbers(page, section)
    section.different_first_page_header_footer = data["kind"] == "letter"
    _head(page, data)
    if data["kind"] != "order":
        for line in data["title_lines"]:
            _line(page, line, Face.TITLE, 22, "center", pitch=35, bold=True)
        _blank(page)
    if data["to"]:
        _line(page, "，".join(data["to"]) + "：")
    _blocks(page, data["body"])
    _attachment_list(page, data)
    _attendance(page, data)
    _closing(page, data)
    if data["note"]:
        _line(page, f"（{data['note']}）", left=2 * EM)
    for number, one in enumerate(data["attachments"], 1):
        if one["body"]:
            _attachment(page, one, number if len(data["attachments"]) > 1 else 0)
    _printing_lines(page, data)


def _grid(section: Any) -> None:
    """The grid of 28 characters and 22 lines."""
    properties = section._sectPr
    for known in properties.findall(qn("w:docGrid")):
        properties.remove(known)
    made = OxmlElement("w:docGrid")
    made.set(qn("w:type"), "lines")
    made.set(qn("w:linePitch"), str(int(PITCH * 20)))
    properties.append(made)


def _page_numbers(page: Any, section: Any) -> None:
    """At the outer side: odd pages right, even pages left, one character in."""
    page.settings.odd_and_even_pages_header_footer = True
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.paragraph_format.alignment = _SIDES[side]
        paragraph.paragraph_format.left_indent = Pt(EM if side == "left" else 0)
        paragraph.paragraph_format.right_indent = Pt(EM if side == "right" else 0)
        _run(paragraph, "— ", Face.SONG, 14)
        run = _run(paragraph, "", Face.SONG, 14)
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            if kind:
                part = OxmlElement("w:fldChar")
                part.set(qn("w:fldCharType"), kind)
            else:
                part = OxmlElement("w:instrText")
                part.text = text
            run._element.append(part)
        _run(paragraph, " —", Face.SONG, 14)


def _head(page: Any, data: dict[str, Any]) -> None:
    letter, order = data["kind"] == "letter", data["kind"] == "order"
    used = 0.0
    corner = [
        (data["serial"], Face.SONG),
        (data["secrecy"], Face.HEI),
        (data["urgency"], Face.HEI),
    ]
    if not letter:
        for text, face in corner:
            if text:
                _line(page, text, face, bold=face is Face.HEI)
                used += PITCH
    words = {"letter": "", "order": "令", "minutes": "会议纪要"}.get(data["kind"], "文件")
    marks = [data["mark"]] if data["mark"] else _marks(data["organs"], words)
    top = 0 if letter else max(0.0, _mm(20 if order else 35) - used)
    for index, mark in enumerate(marks):
        size = min(60.0, _mm(150) / len(mark))
        before = top if index == 0 else 0
        paragraph = _line(
            page, mark, Face.TITLE, size, "center", before, pitch=size * 1.25, colour=RED, bold=True
        )
    if letter:
        _border(paragraph, "bottom", 2.5, "D7000F")
        for text, face in corner:
            if text:
                _line(page, text, face, bold=face is Face.HEI)
        _line(page, data["number"], side="right")
        _blank(page, 2)
        return
    _blank(page, 2)
    if data["upward"] and data["signers"]:
        names = "　".join(one["name"] for one in data["signers"])
        paragraph = _line(page, left=EM, right=EM)
        paragraph.paragraph_format.tab_stops.add_tab_stop(
            Pt(_mm(_BODY_MM) - EM), WD_TAB_ALIGNMENT.RIGHT
        )
        _run(paragraph, f"{data['number']}\t签发人：")
        _run(paragraph, names, Face.KAI)
    else:
        paragraph = _line(page, data["number"] or "　", side="center")
    if not order:
        _border(paragraph, "bottom", 1.5, "D7000F")
    _blank(page, 2)


def _marks(organs: list[str], words: str) -> list[str]:
    return [*organs[:-1], organs[-1] + words]


def _blocks(page: Any, blocks: Iterable[dict[str, Any]]) -> None:
    for one in blocks:
        if one["type"] == "table":
            _table(page, one)
            continue
        indent = 2 * EM if one["indent"] and one["align"] == "left" else 0
        paragraph = _line(page, side=one["align"], indent=indent)
        if one["align"] == "left":
            paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        for run in one["runs"]:
            face = Face(run["face"])
            _run(paragraph, run["text"], face, bold=face is Face.HEI)


def _table(page: Any, given: dict[str, Any]) -> None:
    if given["caption"]:
        _line(page, given["caption"], Face.HEI, 14, "center")
    table = page.add_table(rows=1 + len(given["rows"]), cols=len(given["columns"]))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for row, texts in zip(table.rows, [given["columns"], *given["rows"]], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _run(paragraph, text, Face.HEI if texts is given["columns"] else Face.FANGSONG, 14)


def _attachment_list(page: Any, data: dict[str, Any]) -> None:
    names = [one["title"] for one in data["attachments"]]
    if names:
        _blank(page)
    for number, name in enumerate(names, 1):
        text = name if len(names) == 1 else f"{number}. {name}"
        first = "附件：" if number == 1 else ""
        _line(page, first + text, left=5 * EM, indent=-3 * EM if first else 0)


def _attendance(page: Any, data: dict[str, Any]) -> None:
    parts = [("出席", data["present"]), ("请假", data["excused"]), ("列席", data["attending"])]
    for words, names in parts:
        if names:
            paragraph = _line(page, left=5 * EM, indent=-3 * EM)
            _run(paragraph, words, Face.HEI, bold=True)
            _run(paragraph, "：" + "　".join(names))


def _closing(page: Any, data: dict[str, Any]) -> None:
    if data["kind"] == "order":
        _blank(page, 2)
        for one in data["signers"]:
            paragraph = _line(page, one["post"], side="right", right=4 * EM)
            _run(paragraph, "　　" + one["name"], Face.KAI)
        _blank(page)
        _line(page, data["date"], side="right", right=4 * EM)
        return
    if data["kind"] == "minutes" or not data["date"]:
        return
    _blank(page, 2 if data["seals"] else 1)
    for organ in data["organs"]:
        _line(page, organ, side="right", right=(4 if data["seals"] else 2) * EM)
    _line(page, data["date"], side="right", right=4 * EM)
    _blank(page)


def _attachment(page: Any, one: dict[str, Any], number: int) -> None:
    paragraph = _line(page)
    paragraph.add_run().add_break(WD_BREAK.PAGE)
    _run(paragraph, f"附件{number or ''}", Face.HEI, bold=True)
    _blank(page)
    _line(page, one["title"], Face.TITLE, 22, "center", pitch=35, bold=True)
    _blank(page)
    _blocks(page, one["body"])


def _printing_lines(page: Any, data: dict[str, Any]) -> None:
    lines = [f"抄送：{'，'.join(data['copies'])}。"] if data["copies"] else []
    if data["kind"] != "letter" and (data["printed_by"] or data["printed_on"]):
        day = f"{data['printed_on']}印发" if data["printed_on"] else ""
        lines.append(f"{data['printed_by']}\t{day}")
    for index, text in enumerate(lines):
        paragraph = _line(page, text, size=14, left=14, right=14, before=12 if index == 0 else 0)
        paragraph.paragraph_format.tab_stops.add_tab_stop(
            Pt(_mm(_BODY_MM) - 14), WD_TAB_ALIGNMENT.RIGHT
        )
        if data["kind"] == "letter":
            continue
        _border(paragraph, "top", 1.0 if index == 0 else 0.7, "000000")
        if index == len(lines) - 1:
            _border(paragraph, "bottom", 1.0, "000000")


# ---- certificates and forms -----------------------------------------------------------------


def _certificate(page: Any, data: dict[str, Any]) -> None:
    """Words in frames at their places, so the sheet can go onto preprinted stock."""
    section = page.sections[0]
    section.page_width, section.page_height = Mm(data["width"]), Mm(data["height"])
    if data["width"] > data["height"]:
        section.orientation = WD_ORIENT.LANDSCAPE
    for name in ("top_margin", "bottom_margin", "left_margin", "right_margin"):
        setattr(section, name, Mm(0))
    right, down = data["offset"]
    for one in [*(one for one in data["ground"] if one["type"] == "text"), *data["values"]]:
        paragraph = _line(page, pitch=None, side=one["align"])
        face = Face(one["face"])
        bold = one.get("bold", face in (Face.TITLE, Face.HEI))
        colour = RGBColor.from_string(one["colour"].lstrip("#")) if "colour" in one else None
        run = _run(paragraph, one["text"], face, one["size"], bold=bold)
        if colour is not None:
            run.font.color.rgb = colour
        width = one["width"] or data["width"] - one["x"]
        _frame(paragraph, one["x"] + right, one["y"] + down, width)


def _frame(paragraph: Any, x: float, y: float, width: float) -> None:
    """Put a paragraph at a place of the page, in mm from its corner."""
    frame = OxmlElement("w:framePr")
    for name, length in (("x", x), ("y", y), ("w", width)):
        frame.set(qn(f"w:{name}"), str(round(length / 25.4 * 1440)))
    for name, value in (("hRule", "auto"), ("wrap", "around"), ("vAnchor", "page")):
        frame.set(qn(f"w:{name}"), value)
    frame.set(qn("w:hAnchor"), "page")
    paragraph._p.get_or_add_pPr().insert(0, frame)


def _form(page: Any, data: dict[str, Any]) -> None:
    section = page.sections[0]
    width, height = (297, 210) if data["landscape"] else (210, 297)
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    if data["landscape"]:
        section.orientation = WD_ORIENT.LANDSCAPE
    _line(page, data["title"], Face.TITLE, 20, "center", pitch=None, bold=True)
    if data["subtitle"]:
        _line(page, data["subtitle"], Face.SONG, 11, "center", pitch=None)
    facts = [f"填报单位：{data['organ']}" if data["organ"] else "", data["date"]]
    facts.append(f"编号：{data['number']}" if data["number"] else "")
    if any(facts):
        _line(page, "　　".join(one for one in facts if one), Face.SONG, 11, pitch=None, after=4)
    _form_table(page, data, width - 40)
    for note in data["notes"]:
        _line(page, note, Face.SONG, 9.5, pitch=None)


def _form_table(page: Any, data: dict[str, Any], width: float) -> None:
    total = sum(data["widths"])
    table = page.add_table(rows=len(data["rows"]), cols=len(data["widths"]))
    table.style = "Table Grid"
    table.autofit = False
    for index, share in enumerate(data["widths"]):
        for cell in table.columns[index].cells:
            cell.width = Mm(width * share / total)
    for index, row in enumerate(data["rows"]):
        table.rows[index].height = Mm(row["height"])
        table.rows[index].height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
        for given in row["cells"]:
            start = table.cell(index, given["column"])
            end = table.cell(index + given["rows"] - 1, given["column"] + given["span"] - 1)
            cell = start if start is end else start.merge(end)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.alignment = _SIDES[given["align"]]
            face = Face.HEI if given["label"] else Face.SONG
            parts = given["text"].split("\n")
            _run(paragraph, parts[0], face, 11)
            for part in parts[1:]:
                _run(cell.add_paragraph(), part, face, 11)
