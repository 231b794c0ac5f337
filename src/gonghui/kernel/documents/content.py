"""What can be printed: official documents, certificates and forms, as data.

Texts are data and nothing else: they are handed to the layouts as JSON strings and never read as
code of the layout language. Lengths are in mm, type sizes in pt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Day
from enum import StrEnum

LONGEST_TEXT = 20_000
"""Characters of one paragraph or cell."""
LONGEST_DOCUMENT = 400_000
"""Characters of a whole document, about 650 pages."""
LARGEST_PICTURE = 2_000_000
"""Bytes of one picture."""
SEAL_MM = 42.0
"""Diameter of a union's seal where its own is not given."""


class Kind(StrEnum):
    """The layouts of GB/T 9704-2012: chapter 7 and the special ones of chapter 10."""

    DOCUMENT = "document"
    LETTER = "letter"
    ORDER = "order"
    MINUTES = "minutes"


@dataclass(frozen=True)
class Seal:
    """A round red seal (印章): the organ's name around a star; note: words across it (演示).

    picture: PNG of a real seal, drawn instead. note None: as the setting says.
    """

    organ: str
    caption: str = ""
    diameter_mm: float = SEAL_MM
    note: str | None = None
    picture: bytes = b""


@dataclass(frozen=True)
class Signer:
    """Who signed: name, post (职务), and a PNG of the handwriting where there is one."""

    name: str
    post: str = ""
    picture: bytes = b""


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; level 1 to 4 are headings 一、（一）1.（1）, 0 is plain text.

    A str stands for a paragraph whose level its own numbering tells.
    """

    text: str
    level: int = 0
    align: str = "left"
    indent: bool = True


@dataclass(frozen=True)
class Table:
    """A ruled table in the body; widths: shares of the line, equal where not given."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    caption: str = ""


Block = str | Paragraph | Table


@dataclass(frozen=True)
class Attachment:
    """An attachment (附件): its title, and its text where it is printed with the document."""

    title: str
    body: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Check:
    """What the QR code leads to: the code and the whole address of its check page."""

    code: str
    url: str


@dataclass(frozen=True)
class Official:
    """An official document (公文).

    organs: who issues; the first is the main one. mark: the red words where they are not
    “organ + 文件”. number: “皖工发〔2026〕3号”. upward: a 报告 or 请示, which names its signers
    beside the number. to: main recipients. body: paragraphs and tables. seals: one for each
    organ, or none. copies: copy-to (抄送). present, excused, attending: of minutes. draft: the
    words 草稿 across each page, and no seal.
    """

    organs: tuple[str, ...]
    title: str
    body: tuple[Block, ...]
    kind: Kind = Kind.DOCUMENT
    mark: str = ""
    number: str = ""
    upward: bool = False
    signers: tuple[Signer, ...] = ()
    serial: str = ""
    secrecy: str = ""
    urgency: str = ""
    to: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    date: Day | None = None
    seals: tuple[Seal, ...] = ()
    note: str = ""
    copies: tuple[str, ...] = ()
    printed_by: str = ""
    printed_on: Day | None = None
    present: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    attending: tuple[str, ...] = ()
    check: Check | None = None
    draft: bool = False


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Face(StrEnum):
    """Typefaces by their use; `fonts.FACES` says which families stand for them."""

    FANGSONG = "fangsong"
    TITLE = "title"
    HEI = "hei"
    KAI = "kai"
    SONG = "song"


@dataclass(frozen=True)
class Text:
    """Fixed words of a certificate's ground, at (x, y) of their box's upper left corner.

    width None: as wide as the words, so the align is without effect.
    """

    text: str
    x: float
    y: float
    width: float | None = None
    size: float = 14.0
    face: Face = Face.SONG
    align: Align = Align.LEFT
    colour: str = "#000000"
    spacing: float = 0.0


@dataclass(frozen=True)
class Line:
    """A line of the ground from (x, y) to (x2, y2); width in mm."""

    x: float
    y: float
    x2: float
    y2: float
    width: float = 0.25
    colour: str = "#000000"


@dataclass(frozen=True)
class Frame:
    """A frame of the ground; width in mm; inner: a second, thin one so many mm inside."""

    x: float
    y: float
    width_mm: float
    height_mm: float
    width: float = 0.8
    inner: float = 0.0
    colour: str = "#B3202C"


@dataclass(frozen=True)
class Place:
    """Where a field's value is printed; height: the words shrink to fit it, down to `smallest`."""

    field: str
    x: float
    y: float
    width: float
    height: float = 8.0
    size: float = 14.0
    smallest: float = 7.0
    face: Face = Face.FANGSONG
    align: Align = Align.LEFT
    bold: bool = False


@dataclass(frozen=True)
class Spot:
    """Where the seal's centre, or the upper left corner of the QR code, lies; size in mm."""

    x: float
    y: float
    size: float


@dataclass(frozen=True)
class CertificateTemplate:
    """A certificate's paper: size, what is preprinted (ground), where values go (places).

    code and title name it; part: 正本 or 副本. Positions are measured from the upper left corner.
    """

    code: str
    title: str
    width_mm: float
    height_mm: float
    places: tuple[Place, ...]
    ground: tuple[Text | Line | Frame, ...] = ()
    part: str = ""
    seal: Spot | None = None
    qr: Spot | None = None


@dataclass(frozen=True)
class Certificate:
    """A certificate (证书): a template filled in.

    offset_mm: moves everything right and down, to meet preprinted stock on a given printer.
    stock: onto preprinted stock, so without the ground and the seal's own drawing.
    specimen: words across the page (样张, 作废); "" for none.
    """

    template: CertificateTemplate
    fields: Mapping[str, str]
    offset_mm: tuple[float, float] = (0.0, 0.0)
    stock: bool = False
    seal: Seal | None = None
    check: Check | None = None
    specimen: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of a form: a label (grey ground), or a value; span: of the form's columns.

    lines: faint lines to write on where there is no value.
    """

    text: str = ""
    label: bool = False
    span: int = 1
    rows: int = 1
    align: Align = Align.LEFT
    upright: bool = False
    lines: bool = False


def label(text: str, span: int = 1, rows: int = 1, upright: bool = False) -> Cell:
    """A cell that names the ones beside it."""
    return Cell(text, True, span, rows, Align.CENTER, upright)


@dataclass(frozen=True)
class Row:
    """A row of fixed height; text that does not fit even when small goes to a sheet behind."""

    cells: tuple[Cell, ...]
    height_mm: float = 10.0


@dataclass(frozen=True)
class Form:
    """A form (表单) with fixed lines.

    widths: shares of the columns. number: 编号 above the table at the right; organ: 填报单位 at the
    left. notes: below the table. Rows break over pages, the head is repeated.
    """

    title: str
    rows: tuple[Row, ...]
    widths: tuple[float, ...]
    subtitle: str = ""
    organ: str = ""
    number: str = ""
    date: Day | None = None
    notes: tuple[str, ...] = ()
    landscape: bool = False
    seal: Seal | None = None
    check: Check | None = None
    draft: bool = False


Document = Official | Certificate | Form

# Characters no text of a document has a use for: control characters, and marks that turn the
# direction of writing, which can make a text read otherwise than it is.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ud800-\udfff]"
)
_LEVELS = (
    (1, re.compile(r"[一二三四五六七八九十百]+、")),
    (2, re.compile(r"（[一二三四五六七八九十百]+）")),
    (3, re.compile(r"\d{1,3}[.．]\s*(?=\D)")),
    (4, re.compile(r"（\d{1,3}）")),
)
LONGEST_HEADING = 40
"""A numbered paragraph longer than this is text with a number, not a heading."""


def clean(text: str) -> str:
    """A text without characters that cannot be printed; line ends are \\n."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def chinese_day(day: Day) -> str:
    """2026年3月2日, without leading zeros (GB/T 9704-2012 7.3.5.1)."""
    return f"{day.year}年{day.month}月{day.day}日"


def level_of(text: str) -> int:
    """The level of a paragraph by its own numbering: 1 to 4, or 0."""
    for level, numbering in _LEVELS:
        if numbering.match(text):
            return level
    return 0
