from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta

import pytest
import stdnum.cn.ric
import stdnum.cn.uscc
import stdnum.exceptions
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base import identifiers as ids
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.identifiers import DocumentKind, Sex

TODAY = date(2026, 11, 22)
REGIONS = ["340103", "340823", "342601", "110101", "810000", "820000", "830000"]
births = st.dates(date(1897, 1, 1), TODAY)
rngs = st.randoms(use_true_random=False)
resident_ids = st.builds(
    ids.synthetic_resident_id, rngs, st.sampled_from(REGIONS), births, st.sampled_from(Sex)
)
usccs = st.builds(
    ids.synthetic_uscc,
    rngs,
    st.sampled_from(REGIONS),
    department=st.sampled_from("1589"),
    kind=st.sampled_from("129"),
)


def code_of(call, *args, **kwargs):
    with pytest.raises(Refusal) as caught:
        call(*args, **kwargs)
    refusal = caught.value
    assert refusal.rule
    assert refusal.remedy
    assert refusal.field
    return refusal.code


def parse(text, **kwargs):
    return ids.parse_resident_id(text, on=TODAY, **kwargs)


def numbered(first17):
    return first17 + ids.resident_id_check_character(first17)


def test_number_printed_in_the_standard():
    """GB 11643-1999, examples of its annex."""
    female = parse("11010519491231002X")
    assert female == ids.ResidentId("11010519491231002X", "110105", date(1949, 12, 31), Sex.FEMALE)
    assert numbered("44052418800101001") == "440524188001010014"


@given(rngs, st.sampled_from(REGIONS), births, st.sampled_from(Sex))
def test_parse_reads_back_what_made_the_number(rng, region, birth, sex):
    parsed = parse(ids.synthetic_resident_id(rng, region, birth, sex))
    assert (parsed.region, parsed.birth, parsed.sex) == (region, birth, sex)


@given(resident_ids)
def test_stdnum_accepts_the_same_numbers(number):
    # Its region table may object, holding births against the years of a county.
    with suppress(stdnum.exceptions.InvalidComponent):
        stdnum.cn.ric.validate(number)
    assert stdnum.cn.ric.calc_check_digit(number) == number[17]


@given(resident_ids, st.data())
def test_stdnum_and_we_refuse_the_same_slips(number, data):
    position = data.draw(st.integers(0, 17))
    wrong = data.draw(st.sampled_from("0123456789X").filter(lambda c: c != number[position]))
    slipped = number[:position] + wrong + number[position + 1 :]
    assert code_of(parse, slipped).startswith("resident_id.")
    with pytest.raises(stdnum.exceptions.ValidationError):
        stdnum.cn.ric.validate(slipped)


@given(resident_ids, st.data())
def test_swapped_neighbours_are_found(number, data):
    i = data.draw(st.integers(0, 15))
    swapped = number[:i] + number[i + 1] + number[i] + number[i + 2 :]
    if swapped != number:
        code_of(parse, swapped)


@given(resident_ids)
def test_spellings(number):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    for typed in (number.lower(), f" {number[:6]} {number[6:14]}\u3000{number[14:]}\n", wide,
                  f"\u200b{number}\u202c"):  # fmt: skip
        assert parse(typed).number == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "length"),
        ("1101051949123100", "length"),
        ("110105491231002", "length"),
        ("11010519491231002XX", "length"),
        ("3.40103E+17", "spreadsheet"),
        ("1101051949123100X2", "characters"),
        ("11010519491231002Y", "characters"),
        ("1101O519491231002X", "characters"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢٠", "characters"),
        (numbered("11010520230229001"), "day"),
        (numbered("11010520231301001"), "day"),
        (numbered("11010500000101001"), "day"),
        (numbered("11010520261123001"), "future"),
        (numbered("11010518951121001"), "age"),
        ("110105194912310021", "check"),
    ],
)
def test_each_reason_is_told_apart(text, code):
    assert code_of(parse, text) == f"resident_id.{code}"


def test_limits_of_age_are_inclusive():
    assert parse(numbered("11010520261122001")).age(TODAY) == 0
    assert parse(numbered("11010518961122001")).age(TODAY) == 130
    assert parse(numbered("11010518951123001")).age(TODAY) == 130


def test_region_is_asked_for_resident_ids_only():
    def unknown(code):
        return False

    assert code_of(parse, "11010519491231002X", region_known=unknown) == "resident_id.region"
    assert parse(numbered("81000019900101001"), region_known=unknown)
    assert parse(numbered("93440819900101001"), region_known=unknown)
    assert parse("11010519491231002X", region_known=lambda code: code == "110105")


def test_no_message_repeats_the_number():
    for text in ("110105194912310021", numbered("11010520230229001")):
        with pytest.raises(Refusal) as caught:
            parse(text)
        assert text not in str(caught.value)
    assert "11010519491231002X" not in repr(parse("11010519491231002X"))


def test_old_numbers_are_upgraded_for_matching_only():
    assert ids.upgrade_15_digits("110105 491231 002") == "11010519491231002X"
    assert ids.upgrade_15_digits("11010519491231002X") is None
    assert ids.upgrade_15_digits("11010549123100X") is None


@given(births, births)
def test_full_years(birth, on):
    if birth <= on:
        years = ids.full_years(birth, on)
        assert years >= 0
        assert years * 365 <= (on - birth).days
        assert (on - birth).days <= (years + 1) * 366


def test_full_years_of_a_leap_day():
    assert ids.full_years(date(2004, 2, 29), date(2022, 2, 28)) == 17
    assert ids.full_years(date(2004, 2, 29), date(2022, 3, 1)) == 18


@pytest.mark.parametrize(
    ("kind", "text", "normal"),
    [
        (DocumentKind.RESIDENT_ID, "11010519491231002x", "11010519491231002X"),
        (DocumentKind.HONG_KONG_MACAO_RESIDENCE, numbered("82000019900101001"), None),
        (DocumentKind.TAIWAN_RESIDENCE, numbered("83000019900101001"), None),
        (DocumentKind.FOREIGN_PERMANENT_RESIDENCE, numbered("93440819900101001"), None),
        (DocumentKind.FOREIGN_PERMANENT_RESIDENCE, "usa340100010101", "USA340100010101"),
        (DocumentKind.PASSPORT, "ej1234567", "EJ1234567"),
        (DocumentKind.PASSPORT, " Ｇ１２３４５６７８", "G12345678"),
        (DocumentKind.HONG_KONG_MACAO_PERMIT, "h1234567801", "H12345678"),
        (DocumentKind.HONG_KONG_MACAO_PERMIT, "M12345678", "M12345678"),
        (DocumentKind.TAIWAN_PERMIT, "12345678", "12345678"),
        (DocumentKind.TAIWAN_PERMIT, "1234567890（B）", "1234567890"),
        (DocumentKind.MILITARY_OFFICER, "军字第 1234567", "军字第1234567号"),
        (DocumentKind.MILITARY_OFFICER, "军字第1234567号", "军字第1234567号"),
    ],
)
def test_documents(kind, text, normal):
    assert ids.check_document(kind, text, on=TODAY) == (normal or text)
    assert ids.check_document(kind.value, normal or text, on=TODAY) == (normal or text)


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (DocumentKind.RESIDENT_ID, "110105194912310021", "resident_id.check"),
        (DocumentKind.RESIDENT_ID, numbered("81000019900101001"), "document.kind"),
        (DocumentKind.RESIDENT_ID, numbered("93440819900101001"), "document.kind"),
        (DocumentKind.TAIWAN_RESIDENCE, numbered("81000019900101001"), "document.kind"),
        (DocumentKind.HONG_KONG_MACAO_RESIDENCE, "11010519491231002X", "document.kind"),
        (DocumentKind.FOREIGN_PERMANENT_RESIDENCE, "US340100010101", "document.pattern"),
        (DocumentKind.FOREIGN_PERMANENT_RESIDENCE, "934408199001010011", "resident_id.check"),
        (DocumentKind.PASSPORT, "ABCDEFG", "document.pattern"),
        (DocumentKind.PASSPORT, "E123", "document.pattern"),
        (DocumentKind.HONG_KONG_MACAO_PERMIT, "H1234567", "document.pattern"),
        (DocumentKind.TAIWAN_PERMIT, "123456789", "document.pattern"),
        (DocumentKind.MILITARY_OFFICER, "1234567", "document.pattern"),
    ],
)
def test_documents_refused(kind, text, code):
    assert code_of(ids.check_document, kind, text, on=TODAY) == code


def test_document_kinds_have_chinese_names():
    assert dict(DocumentKind.choices())["military_officer"] == "军官证"
    assert len(DocumentKind.choices()) == len(DocumentKind)


PUBLISHED_USCCS = ["91110000600037341L", "91440300708461136T", "914403001922038216"]


@pytest.mark.parametrize("number", PUBLISHED_USCCS)
def test_published_codes(number):
    parsed = ids.parse_uscc(f" {number[:8].lower()} {number[8:]}")
    assert parsed.number == number
    assert parsed.department == "9"
    assert not parsed.is_union


@given(usccs)
def test_stdnum_accepts_the_same_codes(number):
    assert stdnum.cn.uscc.validate(number) == ids.parse_uscc(number).number


@given(usccs, st.data())
def test_single_slips_in_codes_are_found(number, data):
    position = data.draw(st.integers(0, 17))
    others = st.sampled_from(ids.USCC_CHARACTERS).filter(lambda c: c != number[position])
    slipped = number[:position] + data.draw(others) + number[position + 1 :]
    assert code_of(ids.parse_uscc, slipped).startswith("uscc.")
    assert not stdnum.cn.uscc.is_valid(slipped)


def test_union_code():
    number = ids.synthetic_uscc(random.Random(1), "340100")
    parsed = ids.parse_uscc(number)
    assert (parsed.department, parsed.kind, parsed.region) == ("8", "1", "340100")
    assert parsed.is_union


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("9111000060003734", "length"),
        ("91110000600O37341L", "characters"),
        ("91A10000600037341L", "characters"),
        ("91110000600037341M", "check"),
        (
            "91110000600037342" + ids.uscc_check_character("91110000600037342"),
            "organisation_check",
        ),
    ],
)
def test_codes_refused(number, code):
    assert code_of(ids.parse_uscc, number) == f"uscc.{code}"


def test_code_of_an_unknown_region():
    number = PUBLISHED_USCCS[0]
    assert code_of(ids.parse_uscc, number, region_known=lambda code: False) == "uscc.region"
    assert ids.parse_uscc(number, region_known=lambda code: code == "110000")


@given(rngs)
def test_mobile_spellings(rng):
    number = ids.synthetic_mobile(rng)
    spaced = f"{number[:3]} {number[3:7]} {number[7:]}"
    for typed in (number, f"+86 {number}", f"86{number}", f"0086-{number}", spaced):
        assert ids.parse_mobile(typed) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1380013800", "length"),
        ("138001380000", "length"),
        ("1380013800a", "characters"),
        ("12800138000", "segment"),
        ("05511234567", "segment"),
        ("", "length"),
    ],
)
def test_mobiles_refused(text, code):
    assert code_of(ids.parse_mobile, text) == f"mobile.{code}"


def test_the_day_is_an_argument():
    number = numbered("11010520261123001")
    assert ids.parse_resident_id(number, on=TODAY + timedelta(days=1)).birth == date(2026, 11, 23)
