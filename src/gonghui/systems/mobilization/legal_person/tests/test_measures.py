"""The certificates' sheets on pictures of them: places in mm, stock and offset, nothing cut off."""

from __future__ import annotations

import pytest

from gonghui.kernel.documents.content import Certificate, Check, Seal
from gonghui.kernel.documents.tests.measuring import Sheet, sheets
from gonghui.systems.mobilization.legal_person.models import Copy
from gonghui.systems.mobilization.legal_person.views.layouts import TEMPLATES

SIZES = {Copy.ORIGINAL: (297, 210), Copy.DUPLICATE: (210, 148.5)}
FIELDS = {
    "number": "皖工法证字第00001号",
    "uscc": "81340100MC00000012",
    "name": "合肥高新技术产业开发区某某智能装备制造股份有限公司工会委员会",
    "residence": "安徽省合肥市高新技术产业开发区某某路100号创新产业园一期A座1801室",
    "representative": "张三",
    "valid": "2026年3月2日至2031年3月1日",
    "registrar": "合肥市总工会",
    "issued": "2026年3月2日",
}


def made(copy: Copy, **changes: object) -> Sheet:
    facts: dict = {
        "template": TEMPLATES[copy],
        "fields": FIELDS,
        "seal": Seal(FIELDS["registrar"], diameter_mm=TEMPLATES[copy].seal.size, note="样张"),
        "check": Check("7KQ2-M8TD-4XWA-PZZZ", "https://example.cn/check/7KQ2M8TD4XWAPZZZ/"),
    }
    (page,) = sheets(Certificate(**(facts | changes)))
    return page


@pytest.mark.parametrize("copy", SIZES)
def test_ground_seal_and_code_lie_at_their_places(copy: Copy) -> None:
    page, template = made(copy), TEMPLATES[copy]
    assert page.size == pytest.approx(SIZES[copy], abs=0.2)
    frame = page.box("red")
    edge = template.ground[0].x - template.ground[0].width / 2
    width, height = SIZES[copy]
    assert frame == pytest.approx((edge, edge, width - edge, height - edge), abs=0.3)
    spot = template.seal
    half = spot.size / 2
    around = (spot.x - half - 1, spot.y - half - 1, spot.x + half + 1, spot.y + half + 1)
    seal = page.box("red", around)
    assert ((seal[0] + seal[2]) / 2, (seal[1] + seal[3]) / 2) == pytest.approx(
        (spot.x, spot.y), abs=0.3
    )
    assert seal[2] - seal[0] == pytest.approx(spot.size, abs=0.4)
    code = template.qr
    box = page.box("dark", (code.x - 3, code.y - 3, code.x + code.size + 3, code.y + code.size))
    assert box[:3] == pytest.approx((code.x, code.y, code.x + code.size), abs=0.3)


@pytest.mark.parametrize("copy", SIZES)
def test_values_stand_in_their_places_and_move_with_the_offset(copy: Copy) -> None:
    stock = made(copy, stock=True, seal=None, check=None)
    assert stock.box("red") is None
    moved = made(copy, stock=True, seal=None, check=None, offset_mm=(2.0, -1.5))
    for place in TEMPLATES[copy].places:
        room = (place.x, place.y, place.x + place.width, place.y + place.height)
        words = stock.box("dark", (room[0] - 1, room[1], room[2] + 1, room[3]))
        assert words is not None, place.field
        # A character's ink keeps clear of its box; nothing runs over the place's right edge.
        assert room[0] - 0.1 <= words[0] and words[2] <= room[2] + 0.1, place.field
    before, after = stock.box("dark"), moved.box("dark")
    assert after[0] - before[0] == pytest.approx(2.0, abs=0.15)
    assert after[1] - before[1] == pytest.approx(-1.5, abs=0.15)
