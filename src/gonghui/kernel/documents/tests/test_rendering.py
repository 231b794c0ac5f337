"""Certificates, forms and whatever text people write: printed as written, or refused in time."""

from __future__ import annotations

import io
import time
import zipfile
from xml.etree import ElementTree

import pytest
from docx import Document as open_docx

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.documents import rendering
from gonghui.kernel.documents.content import (
    Attachment,
    Cell,
    Form,
    Official,
    Paragraph,
    Row,
    Seal,
    Table,
    clean,
    label,
    level_of,
)
from gonghui.kernel.documents.describing import described
from gonghui.kernel.documents.rendering import preview, render, seal_image
from gonghui.kernel.documents.tests import samples
from gonghui.kernel.documents.tests.measuring import Sheet, sheets
from gonghui.kernel.documents.word import to_docx

# Each means something to the layout language, were it read as its code.
CODE = (
    '#read("/etc/passwd")',
    '#image("/etc/passwd")',
    '#import "parts.typ": *',
    '#include "/etc/hosts"',
    "#while true {}",
    '#panic("out")',
    "#json(bytes(sys.inputs.data))",
    '#eval("1+1")',
    "$ sum $ *粗* _斜_ = 标题 <label> @label // 注 /* 注 */ `码` \\ ~ -- ...",
    '"] #text(fill: red)[红',
    "#set page(width: 1mm)",
    "{{ 7*7 }} </script><b>",
)


def one(document) -> Sheet:
    return sheets(document)[0]


def body(text: str) -> Official:
    return Official((samples.ORGAN,), "标题", (Paragraph(text, indent=False),))


def test_text_is_never_code():
    """In every part of a document such text is drawn, and nothing of it takes effect."""
    document = samples.official(
        body=(*CODE, Table(CODE, (CODE,), caption=CODE[0])),
        title="\n".join(CODE),
        to=CODE,
        note=CODE[0],
        number=CODE[1],
        copies=CODE,
        printed_by=CODE[2],
        attachments=(Attachment(CODE[3], CODE),),
        check=None,
    )
    pages = sheets(document, 40)
    assert len(pages) > 2
    assert {page.picture.size for page in pages} == {(331, 468)}
    # No red but the head's: no fill of the text's own wish.
    assert one(body("\n".join(CODE))).box("red", (0, 135, 210, 297)) is None


def test_a_file_of_the_machine_is_never_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("国" * 400)
    # The title and the path itself on two lines, not fifteen lines of what is in the file.
    read = one(body(f'#read("{secret}")'))
    assert len(read.bands("dark", (28, 130, 184, 262))) <= 3


def test_layouts_hold_no_way_from_text_to_code():
    for path in (rendering.PROGRAM.parent / "layouts").glob("*.typ"):
        text = path.read_text("utf-8")
        for word in ("eval(", "read(", "plugin(", "include ", "@preview", "@local"):
            assert word not in text, (path.name, word)


def test_form_values_and_certificates_are_text_too():
    rows = tuple(Row((label(text), Cell(text))) for text in CODE)
    assert preview(Form(CODE[0], rows, (1, 3), organ=CODE[1], notes=CODE), 40)
    name = '#read("/etc/passwd")'
    assert preview(samples.certificate(fields={"name": name, "code": "$x$"}), 40)


def test_unprintable_characters_are_dropped():
    assert clean("a\x00b\u202ec\ud800\r\nd\x1b[31m") == "abc\nd[31m"
    assert render(body("甲\x00\u202e乙"))


def test_pdf_is_archival_and_holds_its_faces():
    pdf = render(samples.official())
    assert pdf.startswith(b"%PDF-1.7")
    assert b"pdfaid:part>2<" in pdf.replace(b" ", b"") or b"pdfaid" in pdf
    assert b"/OutputIntent" in pdf


def test_too_long_is_refused_before_anything_is_set():
    with pytest.raises(Refusal, match="20000 字"):
        render(body("国" * 20_001))
    with pytest.raises(Refusal, match="400000 字"):
        render(Official((samples.ORGAN,), "标题", ("国" * 20_000,) * 21))


def test_a_document_that_takes_too_long_is_cut_off(monkeypatch):
    monkeypatch.setattr(rendering, "SECONDS", 1)
    many = Table(("列",) * 12, ((("国" * 40),) * 12,) * 700)
    began = time.monotonic()
    with pytest.raises(Refusal, match="规定时间"):
        render(Official((samples.ORGAN,), "标题", (many,)))
    assert time.monotonic() - began < 30


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(rendering, "MEGABYTES", 150)
    with pytest.raises((Refusal, RuntimeError)):
        render(Official((samples.ORGAN,), "标题", ("国" * 20_000,) * 15))


def test_a_letter_no_face_has_is_named():
    with pytest.raises(Refusal, match="没有这个字"):
        render(body("甲\U000323af乙"))


def test_without_faces_it_says_what_to_do(monkeypatch):
    rendering._families.cache_clear()
    monkeypatch.setattr(rendering.fonts, "folders", lambda: [])
    with pytest.raises(rendering.NoFaces, match="没有中文字体"):
        render(body("甲"))
    rendering._families.cache_clear()


def test_seals_answer_for_organs():
    with pytest.raises(Refusal, match="2 个发文机关"):
        render(samples.official(organs=("甲", "乙")))
    with pytest.raises(Refusal, match="没有成文日期"):
        render(samples.official(date=None))
    with pytest.raises(Refusal, match="没有发文机关"):
        render(samples.official(organs=()))


def test_pictures_are_png_of_bounded_size():
    with pytest.raises(Refusal, match="PNG"):
        render(samples.official(seals=(Seal("甲", picture=b"<svg/>"),)))


def test_numbering_tells_the_level():
    found = [
        level_of(text) for text in ("一、甲", "（二）乙", "3. 丙", "（4）丁", "2026年", "1.5倍")
    ]
    assert found == [1, 2, 3, 4, 0, 0]


def test_certificate_prints_where_the_template_says():
    page = one(samples.certificate(seal=None, check=None))
    assert page.size == pytest.approx((297, 210), abs=0.2)
    name = page.box("dark", (30, 76, 290, 91))
    assert name[0] == pytest.approx(60, abs=0.8)
    assert (name[1] + name[3]) / 2 == pytest.approx(85, abs=0.8)


def test_stock_gets_values_only_and_the_offset_moves_them():
    whole = one(samples.certificate(check=None))
    stock = one(samples.certificate(stock=True, check=None))
    moved = one(samples.certificate(stock=True, check=None, offset_mm=(2.5, -1.5)))
    assert whole.box("red") is not None and stock.box("red") is None
    before, after = stock.box("dark"), moved.box("dark")
    assert after[0] - before[0] == pytest.approx(2.5, abs=0.15)
    assert after[1] - before[1] == pytest.approx(-1.5, abs=0.15)


def test_seal_and_code_of_a_certificate_lie_at_their_spots():
    page = one(samples.certificate())
    seal = page.box("red", (205, 120, 255, 180))
    assert ((seal[0] + seal[2]) / 2, (seal[1] + seal[3]) / 2) == pytest.approx((230, 150), abs=0.3)
    code = page.box("dark", (20, 145, 55, 175.4))
    assert (code[0], code[1], code[2]) == pytest.approx((25, 150, 50), abs=0.2)


def test_a_value_shrinks_to_its_place_and_is_refused_when_it_cannot():
    long = one(samples.certificate(fields={"name": "工会" * 20}, seal=None, check=None))
    name = long.box("dark", (30, 76, 290, 91.5))
    assert name[2] < 211
    with pytest.raises(Refusal, match="放不下") as refused:
        render(samples.certificate(fields={"name": "工会" * 400}))
    assert refused.value.field == "name"
    with pytest.raises(ValueError, match="no place"):
        render(samples.certificate(fields={"nmae": "甲"}))


def _form(text: str) -> Form:
    return Form(
        "登记表",
        (
            Row((label("名称"), Cell("甲")), 12),
            Row((label("事由"), Cell(text)), 30),
            Row((label("意见"), Cell("", lines=True)), 30),
        ),
        (1, 4),
    )


def test_lines_of_a_form_do_not_move_with_its_text():
    pages = [sheets(_form(text)) for text in ("短", "国" * 900)]
    rules = [page[0].bands("dark", (19.5, 30, 21, 130)) for page in pages]
    assert rules[0] == rules[1]
    # What did not fit is on a sheet behind.
    assert [len(page) for page in pages] == [1, 2]


def test_rows_must_be_full():
    with pytest.raises(ValueError, match="not full"):
        render(Form("表", (Row((Cell("甲"),)),), (1, 1)))
    with pytest.raises(ValueError, match="too full"):
        render(Form("表", (Row((Cell("甲", span=3),)),), (1, 1)))


def test_seal_image_is_a_picture_on_nothing():
    from PIL import Image

    found = Image.open(io.BytesIO(seal_image(samples.SEAL)))
    assert found.mode == "RGBA" and found.getpixel((0, 0))[3] == 0
    assert found.width == found.height == pytest.approx(42 / 25.4 * 300, abs=2)


def test_seals_say_demonstration_until_the_setting_is_emptied():
    _layout, data = described(samples.official(seals=(Seal(samples.ORGAN),)))
    assert data["seals"][0]["note"] == "演示"


def test_docx_holds_the_text_as_written():
    whole = to_docx(samples.official(body=CODE, title=CODE[0]))
    found = [paragraph.text for paragraph in open_docx(io.BytesIO(whole)).paragraphs]
    assert set(CODE) <= set(found)


def test_docx_is_a4_with_the_standard_s_margins():
    whole = to_docx(samples.official())
    page = open_docx(io.BytesIO(whole)).sections[0]
    found = [
        round(one.mm)
        for one in (
            page.page_width,
            page.page_height,
            page.top_margin,
            page.left_margin,
            page.right_margin,
            page.bottom_margin,
        )
    ]
    assert found == [210, 297, 37, 28, 26, 35]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                ElementTree.fromstring(archive.read(name))
        assert "方正小标宋简体" in archive.read("word/document.xml").decode()


def test_docx_of_every_kind():
    form = to_docx(_form("甲"))
    assert [cell.text for cell in open_docx(io.BytesIO(form)).tables[0].rows[0].cells] == [
        "名称",
        "甲",
    ]
    certificate = open_docx(io.BytesIO(to_docx(samples.certificate())))
    assert "合肥某某科技有限公司工会委员会" in [one.text for one in certificate.paragraphs]
