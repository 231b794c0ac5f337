"""Official documents against the measures of GB/T 9704-2012, on pictures of their pages."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from gonghui.kernel.documents.content import Attachment, Kind, Seal, Signer
from gonghui.kernel.documents.tests import samples
from gonghui.kernel.documents.tests.measuring import Sheet, sheets

LEFT, TOP, RIGHT, BOTTOM = 28, 37, 184, 262
TEXT = (LEFT - 1, TOP - 1, RIGHT + 1, BOTTOM + 0.6)
# A full-width character's ink keeps clear of its em box's edges by up to so much.
BEARING = 0.9
EM = 15.75 / 72 * 25.4
PITCH = (225 - EM) / 21


@pytest.fixture(scope="module")
def notice() -> list[Sheet]:
    return sheets(samples.official())


@pytest.fixture(scope="module")
def long() -> list[Sheet]:
    """Unbroken text of one character, so lines and characters can be counted."""
    return sheets(samples.official(body=("国" * (28 * 60),), attachments=(), check=None))


def test_page_is_a4(notice):
    assert notice[0].size == pytest.approx((210, 297), abs=0.2)


def test_text_fills_156_by_225_mm(long):
    left, top, right, bottom = long[1].box("dark", (0, 0, 210, BOTTOM + 2))
    assert left == pytest.approx(LEFT, abs=BEARING)
    assert right == pytest.approx(RIGHT, abs=BEARING)
    assert top == pytest.approx(TOP, abs=BEARING)
    assert bottom == pytest.approx(BOTTOM, abs=BEARING)


def test_22_lines_of_28_characters(long):
    lines = long[1].bands("dark", TEXT)
    assert len(lines) == 22
    for top, bottom in lines:
        across = long[1].bands("dark", (LEFT - 1, top - 0.3, RIGHT + 1, bottom + 0.3), down=False)
        assert len(across) == 28
    pitches = [after[0] - before[0] for before, after in pairwise(lines)]
    assert all(pitch == pytest.approx(PITCH, abs=0.15) for pitch in pitches)


def test_red_head(notice):
    page = notice[0]
    mark = page.box("red", (0, 0, 210, 100))
    assert mark[1] == pytest.approx(TOP + 35, abs=0.6)
    # In the middle of the text, not of the sheet.
    assert (mark[0] + mark[2]) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=1)
    rule = page.box("red", (0, 100, 210, 200))
    assert (rule[0], rule[2]) == pytest.approx((LEFT, RIGHT), abs=0.3)
    number = page.bands("dark", (LEFT, mark[3], RIGHT, rule[1]))[-1]
    assert rule[1] - number[1] == pytest.approx(4, abs=BEARING)
    # Two lines between the mark and the number, two between the rule and the title.
    assert number[0] - mark[3] == pytest.approx(3 * PITCH - EM, abs=BEARING)
    title = page.bands("dark", (LEFT, rule[3], RIGHT, BOTTOM))[0]
    assert title[0] - rule[3] == pytest.approx(3 * PITCH - EM, abs=1.2)


def test_corner_holds_serial_secrecy_and_urgency(notice):
    lines = notice[0].bands("dark", (LEFT - 1, TOP - 1, 80, 68))
    assert len(lines) == 3
    assert notice[0].box("dark", (0, TOP, 80, 45))[0] == pytest.approx(LEFT, abs=BEARING)


def test_seal_is_over_the_date_and_within_a_line_of_the_text(notice):
    page = notice[-1]
    seal = page.box("red")
    assert seal[2] - seal[0] == pytest.approx(42, abs=0.4)
    assert seal[3] - seal[1] == pytest.approx(42, abs=0.4)
    inside = page.bands("dark", seal)
    name, day = inside[-2:]
    middle = (seal[1] + seal[3]) / 2
    # The name and the date lie a little below the middle.
    assert name[0] < middle + 2 < day[0] + 12 and seal[1] < name[0] and day[1] < seal[3]
    above = [line for line in page.bands("dark", (LEFT, TOP, 120, seal[1])) if line[1] < seal[1]]
    assert seal[1] - above[-1][1] <= PITCH
    # The date ends four characters from the right edge.
    band = page.box("dark", (90, day[0], 210, day[1]))
    assert RIGHT - band[2] == pytest.approx(4 * EM, abs=BEARING)


def test_date_without_a_seal():
    page = sheets(
        samples.official(
            seals=(),
            attachments=(),
            copies=(),
            printed_by="",
            printed_on=None,
            note="",
            check=None,
            organs=("安徽省总工会办公室",),
            body=("短。",),
        )
    )[0]
    lines = page.bands("dark", TEXT)
    name = page.box("dark", (90, lines[-2][0], 210, lines[-2][1]))
    day = page.box("dark", (90, lines[-1][0], 210, lines[-1][1]))
    assert RIGHT - name[2] == pytest.approx(2 * EM, abs=BEARING)
    assert day[0] - name[0] == pytest.approx(2 * EM, abs=BEARING)


def test_printing_lines_end_with_the_text(notice):
    page = notice[-1]
    bands = page.bands("dark", (LEFT, 230, LEFT + 4, BOTTOM + 1))
    # Three rules at the left edge, where no words are: thick, thin, thick.
    assert len(bands) == 3
    assert bands[-1][1] == pytest.approx(BOTTOM, abs=0.4)
    thick, thin, last = (bottom - top for top, bottom in bands)
    assert thick == pytest.approx(0.35, abs=0.12) == last
    assert thin == pytest.approx(0.25, abs=0.12)
    rule = page.box("dark", (0, bands[0][0], 210, bands[0][1]))
    assert (rule[0], rule[2]) == pytest.approx((LEFT, RIGHT), abs=0.3)


def test_page_numbers_stand_at_the_outer_side(long):
    for index, page in enumerate(long[:3], 1):
        shown = page.box("dark", (0, BOTTOM + 2, 210, 290))
        if index % 2:
            assert RIGHT - shown[2] == pytest.approx(EM, abs=BEARING)
        else:
            assert shown[0] - LEFT == pytest.approx(EM, abs=BEARING)
        # The dashes lie 7 mm below the text; the digits reach above and below them.
        dash = page.box("dark", (shown[0], shown[1], shown[0] + 3, shown[3]))
        assert dash[1] == pytest.approx(BOTTOM + 7, abs=0.3)


def test_a_page_of_printing_lines_alone_has_no_number():
    # So much text that the printing lines find no room on the last page of text.
    for lines in range(40, 48):
        text = "国" * (28 * lines)
        pages = sheets(samples.official(body=(text,), attachments=(), check=None, note=""), 60)
        if pages[-1].bands("dark", TEXT)[0][0] > 200:
            assert pages[-2].box("dark", (0, BOTTOM + 1, 210, 290)) is not None
            assert pages[-1].box("dark", (0, BOTTOM + 1, 210, 290)) is None
            return
    pytest.fail("no length of text leaves the printing lines alone")


def test_attachments_begin_on_a_page_of_their_own():
    pages = sheets(samples.official(attachments=(Attachment("任务分解表", ("一、任务",)),)))
    alone = pages[-1].bands("dark", (LEFT, TOP - 1, RIGHT, 230))
    # 附件 at the first line, the title at the third, the text after one more.
    assert alone[0][0] == pytest.approx(TOP, abs=BEARING)
    assert alone[1][0] == pytest.approx(TOP + 2 * PITCH, abs=1.5)
    assert pages[-1].box("red") is None


def test_a_petition_upward_names_its_signers():
    signers = (Signer("张三"), Signer("李四"))
    page = sheets(samples.official(upward=True, signers=signers))[0]
    mark = page.box("red", (0, 0, 210, 100))
    rule = page.box("red", (0, mark[3] + 5, 210, 200))
    row = page.bands("dark", (LEFT, mark[3], RIGHT, rule[1]))[-1]
    words = page.box("dark", (0, row[0], 210, row[1]))
    # The colon has the room of a character: three of 签发人, it, and the names.
    names = page.bands("dark", (110, *_row(row)), down=False)
    assert names[4][0] - names[0][0] == pytest.approx(4 * EM, abs=BEARING)
    # One character in at either side.
    assert words[0] - LEFT == pytest.approx(EM, abs=BEARING)
    assert RIGHT - words[2] == pytest.approx(EM, abs=BEARING)


def _row(band: tuple[float, float]) -> tuple[float, float, float]:
    return band[0], 210, band[1]


def test_letter_lines_are_170_mm():
    page = sheets(samples.official(kind=Kind.LETTER, attachments=(), seals=(), body=("函。",)))[0]
    mark = page.box("red", (0, 0, 210, 47.5))
    assert mark[1] == pytest.approx(30, abs=0.6)
    lines = page.bands("red", (20, 40, 27, 290))
    assert len(lines) == 4
    whole = page.box("red", (0, lines[0][0], 210, lines[1][1]))
    assert whole[2] - whole[0] == pytest.approx(170, abs=0.5)
    assert (whole[0] + whole[2]) / 2 == pytest.approx(106, abs=0.5)
    # The name's box is that of its outlines' control points, up to 1 mm more than the ink.
    assert lines[0][0] - mark[3] == pytest.approx(4, abs=1)
    # Thick over thin above, thin over thick below, 20 mm from the sheet's end.
    assert lines[0][1] - lines[0][0] > lines[1][1] - lines[1][0]
    assert lines[2][1] - lines[2][0] < lines[3][1] - lines[3][0]
    assert 297 - lines[3][1] == pytest.approx(20, abs=0.6)
    # The first page of a letter has no number.
    assert page.box("dark", (100, BOTTOM + 2, 210, 270)) is None


def test_order_is_signed_by_hand():
    page = sheets(
        samples.official(
            kind=Kind.ORDER,
            number="第3号",
            seals=(),
            attachments=(),
            signers=(Signer("张三", "主席"),),
            check=None,
        )
    )[0]
    assert page.box("red")[1] == pytest.approx(TOP + 20, abs=0.6)
    # No rule below the number.
    assert page.box("red")[3] < 90


def test_minutes_name_who_was_there():
    page = sheets(
        samples.official(
            kind=Kind.MINUTES,
            present=("张三", "李四"),
            excused=("王五",),
            attending=("赵六",),
            attachments=(),
            to=(),
            seals=(),
            body=("会议。",),
            note="",
        )
    )[0]
    assert page.box("red", (0, 0, 210, 100))[1] == pytest.approx(TOP + 35, abs=0.6)
    lines = page.bands("dark", (LEFT - 1, 150, RIGHT + 1, 240))[-3:]
    for top, bottom in lines:
        # Two characters in, the names level with one another.
        row = page.box("dark", (0, top, 210, bottom))
        assert row[0] - LEFT == pytest.approx(2 * EM, abs=BEARING)
        names = page.box("dark", (LEFT + 4.9 * EM, top, 210, bottom))
        assert names[0] - LEFT == pytest.approx(5 * EM, abs=BEARING)


def test_joint_document_has_a_seal_for_each_organ():
    organs = ("安徽省总工会", "安徽省工商业联合会", "安徽省企业联合会", "安徽省妇女联合会")
    pages = sheets(
        samples.official(
            organs=organs,
            attachments=(),
            body=("短。" * 20,),
            seals=tuple(Seal(one, note="") for one in organs),
        )
    )
    seals = pages[-1].box("red")
    assert seals[0] >= LEFT - 0.2 and seals[2] <= RIGHT + 0.2
    # Three in the first row, the fourth below the last of them; none touches another.
    columns = pages[-1].bands("red", seals, down=False)
    assert [right - left for left, right in columns] == pytest.approx([42] * 3, abs=0.5)
    assert seals[3] - seals[1] > 2 * 42
    # The names stand level with one another, though the date is below the last alone.
    three = sheets(
        samples.official(
            organs=organs[:3],
            attachments=(),
            body=("短。" * 20,),
            seals=tuple(Seal(one, note="") for one in organs[:3]),
        )
    )[-1]
    first = three.box("red")
    tops = [three.bands("dark", (a, first[1], b, first[3]))[0][0] for a, b in columns]
    assert max(tops) - min(tops) < 0.4
    fourth = pages[-1].box("red", (0, seals[1] + 43, 210, seals[3]))
    assert fourth[0] == pytest.approx(columns[2][0], abs=0.5)


def test_draft_says_so_and_bears_no_seal():
    drawn, draft = (sheets(samples.official(draft=one, check=None)) for one in (False, True))
    assert drawn[-1].box("red") is not None
    assert draft[-1].box("red") is None
    # The words are paler than print, and there is none of their grey without them.
    pale = [page.picture.convert("L").histogram()[190:240] for page in (draft[0], drawn[0])]
    assert sum(pale[0]) > 3 * sum(pale[1])


def test_dates_have_no_leading_zeros():
    from gonghui.kernel.documents.content import chinese_day

    assert chinese_day(date(2026, 3, 2)) == "2026年3月2日"
