"""Column checks: what they accept, how they say no, and that they agree with the parsers."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonghui.kernel import codes
from gonghui.kernel.base import identifiers, names
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.exchange import checking
from gonghui.kernel.exchange.checking import (
    Check,
    Coded,
    Day,
    MaxLength,
    MinimumAge,
    Mobile,
    Pattern,
    PersonName,
    ResidentIdNumber,
    SocialCreditCode,
    check_chunk,
    without,
)
from gonghui.kernel.exchange.profiles import SURPLUS, ImportColumn, ImportContext, ImportProfile
from gonghui.kernel.exchange.tests.samples import COLUMNS, CONTEXT, GOOD, TODAY

AGE_RULE = "《中华人民共和国劳动法》第十五条"


def applied(check: Check, cells: list[str | None], context: ImportContext = CONTEXT) -> list:
    frame = pl.DataFrame({"value": cells}, schema={"value": pl.String})
    return frame.select(check.apply(pl.col("value"), context)).to_series().to_list()


def explained(check: Check, cell: str) -> Refusal:
    assert applied(check, [cell]) == [None]
    return check.explain(cell, CONTEXT)


def by_parser(parse: Callable[[str], str], cell: str) -> str | None:
    try:
        return parse(cell)
    except Refusal:
        return None


def resident_id(cell: str) -> str:
    return identifiers.check_document(
        "resident_id", cell, on=TODAY, region_known=codes.known_region
    )


def with_check(first17: str) -> str:
    return first17 + identifiers.resident_id_check_character(first17)


_DAYS = st.dates(date(1850, 1, 1), date(2040, 1, 1)).map(lambda day: f"{day:%Y%m%d}")
_ANY_DAYS = st.tuples(st.integers(0, 2100), st.integers(0, 14), st.integers(0, 33)).map(
    lambda p: f"{p[0]:04d}{p[1]:02d}{p[2]:02d}"
)
_REGIONS = st.sampled_from(
    ["340101", "340823", "342601", "110101", "810000", "820000", "830000", "999999", "000000"]
)
_NUMBERS = st.builds(
    lambda region, day, sequence: with_check(f"{region}{day}{sequence:03d}"),
    _REGIONS,
    st.one_of(_DAYS, _ANY_DAYS),
    st.integers(0, 999),
)
_TWEAKS = st.sampled_from([str.lower, str.upper, lambda s: s[:-1], lambda s: f" {s[:6]} {s[6:]}"])


@st.composite
def damaged(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> str:
    number = draw(numbers)
    if draw(st.booleans()):
        place = draw(st.integers(0, len(number) - 1))
        number = (
            number[:place] + draw(st.sampled_from("0123456789XABCI-Ｘ９")) + number[place + 1 :]
        )
    return draw(_TWEAKS)(number) if draw(st.booleans()) else number


class TestAgreement:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(damaged(_NUMBERS), min_size=1, max_size=30))
    def test_resident_id_numbers(self, cells: list[str]) -> None:
        expected = [by_parser(resident_id, cell) for cell in cells]
        assert applied(ResidentIdNumber(), cells) == expected

    @settings(max_examples=60, deadline=None)
    @given(st.lists(_NUMBERS, min_size=1, max_size=30))
    def test_the_expression_alone_never_accepts_what_the_parser_refuses(
        self, cells: list[str]
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(checking, "_accepted", lambda parse, cell: None)
            usual = applied(ResidentIdNumber(), cells)
        for cell, value in zip(cells, usual, strict=True):
            expected = by_parser(resident_id, cell)
            assert value == expected or value is None
            if expected is not None and cell == expected:
                assert value == cell, "a usual number took the slow way"

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 2**32), st.data())
    def test_social_credit_codes(self, seed: int, data: st.DataObject) -> None:
        made = identifiers.synthetic_uscc(random.Random(seed), "340100")
        cell = data.draw(damaged(st.just(made)))
        parse = SocialCreditCode._parse
        assert applied(SocialCreditCode(), [made]) == [made]
        assert applied(SocialCreditCode(), [cell]) == [by_parser(parse, cell)]

    @settings(max_examples=40, deadline=None)
    @given(st.text("0123456789+- ()１３８x", max_size=16))
    def test_mobile_numbers(self, cell: str) -> None:
        for text in (cell, f"138{cell}", f"+86 139{cell}"):
            assert applied(Mobile(), [text]) == [by_parser(identifiers.parse_mobile, text)]

    @settings(max_examples=60, deadline=None)
    @given(st.text(st.sampled_from("王小明㛃䶮𬎆·•. aB1\u200b〇李"), max_size=8))
    def test_names(self, cell: str) -> None:
        assert applied(PersonName(), [cell]) == [by_parser(names.check_name, cell)]

    @given(st.dates(date(1, 1, 1), date(9999, 12, 31)))
    @settings(max_examples=60, deadline=None)
    def test_real_days(self, day: date) -> None:
        parts = [pl.lit(n, dtype=pl.Int32) for n in (day.year, day.month, day.day)]
        assert pl.select(checking.real_day(*parts)).item() == day

    @given(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32))
    @settings(max_examples=60, deadline=None)
    def test_impossible_days(self, year: int, month: int, day: int) -> None:
        try:
            expected = date(year, month, day)
        except ValueError:
            expected = None
        parts = [pl.lit(n, dtype=pl.Int32) for n in (year, month, day)]
        assert pl.select(checking.real_day(*parts)).item() == expected


class TestReasons:
    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("3401011990030778", "resident_id.length"),
            ("340101900307781", "resident_id.length"),
            ("34010119900307781A", "resident_id.characters"),
            ("340101199003077811", "resident_id.check"),
            (with_check("34010119900230778"), "resident_id.day"),
            (with_check("34010120991231778"), "resident_id.future"),
            (with_check("34010118500101778"), "resident_id.age"),
            (with_check("34999919900307778"), "resident_id.region"),
            (with_check("81000019900307778"), "document.kind"),
            ("3.40101E+17", "resident_id.spreadsheet"),
        ],
    )
    def test_resident_id_numbers(self, cell: str, code: str) -> None:
        assert explained(ResidentIdNumber(), cell).code == code

    def test_abolished_counties_are_accepted(self) -> None:
        cells = [
            with_check(f"{region}19800229{n:03d}")
            for region in ("340823", "342601")
            for n in (7, 8)
        ]
        assert applied(ResidentIdNumber(), cells) == cells

    def test_other_documents_of_the_same_form_where_they_are_accepted(self) -> None:
        permits = [with_check(f"{region}19900307001") for region in ("810000", "830000")]
        resident = with_check("34010419900307001")
        assert applied(ResidentIdNumber(), [*permits, resident]) == [None, None, resident]
        every = ResidentIdNumber(
            kinds=(
                identifiers.DocumentKind.RESIDENT_ID,
                identifiers.DocumentKind.HONG_KONG_MACAO_RESIDENCE,
                identifiers.DocumentKind.TAIWAN_RESIDENCE,
            )
        )
        assert applied(every, [*permits, resident]) == [*permits, resident]

    def test_under_sixteen(self) -> None:
        check = MinimumAge(lambda context: 16, AGE_RULE)
        old_enough = with_check("34010120101122001")
        a_day_late = with_check("34010120101123001")
        assert applied(check, [old_enough]) == [old_enough]
        refusal = explained(check, a_day_late)
        assert "未满 16 周岁" in refusal.message
        assert refusal.rule == AGE_RULE

    def test_age_on_the_29th_of_february(self) -> None:
        leap = ImportContext(today=date(2024, 2, 29))
        check = MinimumAge(lambda context: 17, AGE_RULE)
        assert applied(check, ["340101200702280011"], leap) == ["340101200702280011"]
        assert applied(check, ["340101200703010011"], leap) == [None]

    def test_codes_take_names_codes_and_aliases(self) -> None:
        cells = ["男性", "1", "女", None]
        assert applied(Coded("sex"), cells) == ["1", "1", "2", None]
        refusal = explained(Coded("nationality"), "汗族")
        assert "不在" in refusal.message
        assert refusal.rule == "GB/T 3304-1991"
        assert "蒙古族" in explained(Coded("nationality"), "蒙古人").remedy

    def test_pattern_and_length(self) -> None:
        assert applied(Pattern(r"^[0-9]+$", "只能是数字。"), ["12", "a"]) == ["12", None]
        assert applied(MaxLength(2), ["王明", "王小明"]) == ["王明", None]
        assert "现有 3 个字" in explained(MaxLength(2), "王小明").message


class TestDays:
    @pytest.mark.parametrize(
        "cell",
        ["2026-03-02", "2026/3/2", "2026.3.2", "2026年3月2日", "2026年 3 月 2 日", "20260302",
         "46083", "46083.5", "2026-03-02 00:00:00", "2026/3/2 8:30", "2026-03-02T08:30:00"],
    )  # fmt: skip
    def test_forms(self, cell: str) -> None:
        assert applied(Day(), [cell]) == [date(2026, 3, 2)]

    @pytest.mark.parametrize(
        "cell", ["2026-02-29", "2026-13-01", "26-3-2", "03/02/2026", "三月二日", "2026-3", "1", "-"]
    )
    def test_no_dates(self, cell: str) -> None:
        assert "不是有效的日期" in explained(Day(), cell).message

    def test_limits(self) -> None:
        assert "晚于今天" in explained(Day(), "2026-11-23").message
        assert applied(Day(), ["2026-11-22"]) == [TODAY]
        assert applied(Day(past=False), ["2027-01-01"]) == [date(2027, 1, 1)]
        assert "早于 1949-10-01" in explained(Day(earliest=date(1949, 10, 1)), "1949-09-30").message


def raw(*rows: list[str | None], surplus: str | None = None) -> pl.DataFrame:
    schema = {"row": pl.Int32} | {str(place): pl.String for place in range(5)}
    schema[SURPLUS] = pl.String
    data = [[number, *row, surplus] for number, row in enumerate(rows, start=2)]
    return pl.DataFrame(data, schema=schema, orient="row")


PROFILE = ImportProfile(
    code="sample",
    title="样例",
    columns=COLUMNS,
    staging=(),
    prepare=lambda frame, context: frame,
    merge=lambda cursor, staging, context: None,
)
MAPPING = {column.key: place for place, column in enumerate(COLUMNS)}


class TestChunks:
    def test_good_rows_come_out_typed(self) -> None:
        values, problems = check_chunk(raw(GOOD), PROFILE, MAPPING, CONTEXT)
        assert problems == []
        assert values.rows() == [(2, *GOOD[:3], "1", date(2020, 1, 1))]

    def test_each_bad_cell_has_one_reason_(self) -> None:
        bad = [None, "34010119900307781", "138", "男", "明天"]
        values, problems = check_chunk(raw(GOOD, bad, GOOD), PROFILE, MAPPING, CONTEXT)
        assert without(values, {3})["row"].to_list() == [2, 4]
        assert without(values, set()).height == 3
        assert [(p.row, p.column) for p in problems] == [
            (3, "name"), (3, "number"), (3, "mobile"), (3, "joined_on"),
        ]  # fmt: skip
        assert problems[0].reason == "“姓名”必须填写。"
        assert "GB 11643" in problems[1].rule

    def test_columns_the_file_does_not_have_are_null(self) -> None:
        mapping = {"name": 0, "number": 1}
        values, problems = check_chunk(raw(GOOD), PROFILE, mapping, CONTEXT)
        assert problems == []
        assert values.columns == ["row", *(column.key for column in COLUMNS)]
        assert values["mobile"].to_list() == [None]

    def test_shifted_cells(self) -> None:
        _, problems = check_chunk(raw(GOOD, surplus="多余"), PROFILE, MAPPING, CONTEXT)
        assert [(p.row, p.column) for p in problems] == [(2, "")]
        assert "错位" in problems[0].reason

    def test_later_checks_do_not_see_refused_cells(self) -> None:
        column = ImportColumn(
            "number",
            "身份证号",
            checks=(ResidentIdNumber(), MinimumAge(lambda context: 16, AGE_RULE)),
        )
        profile = ImportProfile("x", "x", (column,), (), PROFILE.prepare, PROFILE.merge)
        frame = pl.DataFrame({"row": [2], "0": ["1"]}, schema={"row": pl.Int32, "0": pl.String})
        _, problems = check_chunk(frame, profile, {"number": 0}, CONTEXT)
        assert len(problems) == 1
