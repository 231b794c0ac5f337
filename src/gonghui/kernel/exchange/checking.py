"""Column checks over whole chunks: which cells are wrong, and what the right ones mean.

A check turns a column of tidy text (null where empty) into the values it means, by a Polars
expression. Names and numbers of the usual shape are settled by the expression alone; about all
others the parsers of `gonghui.kernel.base` are asked one by one, and they also word every
refusal, so a file and a form say the same about the same number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, reduce
from typing import Protocol

import polars as pl

from gonghui.kernel import codes
from gonghui.kernel.base import identifiers, names
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.codes.memory import table
from gonghui.kernel.exchange.profiles import (
    ROW,
    SURPLUS,
    ImportColumn,
    ImportContext,
    ImportProfile,
)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell; column is a key, "" for the whole row."""

    row: int
    column: str
    reason: str
    rule: str = ""


class Check(Protocol):
    """One check of a column."""

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        """Return the values the cells mean: null for a cell that is empty or refused."""
        ...

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        """Say why a cell for which `apply` gave null is refused."""
        ...


@dataclass(frozen=True)
class MaxLength:
    """At most so many characters."""

    limit: int

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        return pl.when(cells.str.len_chars() <= self.limit).then(cells)

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        return Refusal(f"超过 {self.limit} 个字，现有 {len(cell)} 个字。")


@dataclass(frozen=True)
class Pattern:
    """A text of a given form, tested by a regular expression."""

    expression: str
    message: str
    rule: str = ""

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        return pl.when(cells.str.contains(self.expression)).then(cells)

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        return Refusal(self.message, rule=self.rule)


@dataclass(frozen=True)
class Coded:
    """Text or code of a code table of `gonghui.kernel.codes`, turned into the code."""

    table: str

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        return cells.map_batches(self._codes_of, return_dtype=pl.String)

    def _codes_of(self, cells: pl.Series) -> pl.Series:
        texts = cells.drop_nulls().unique()
        meant = [codes.resolve(self.table, text) for text in texts]
        return cells.replace_strict(texts, meant, default=None, return_dtype=pl.String)

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        known = table(self.table)
        near = [name for _, name in codes.choices(self.table) if cell[:2] in name][:3]
        remedy = f"是否应为：{'、'.join(near)}？" if near else "请从模板的下拉列表中选择。"
        return Refusal(f"“{cell[:20]}”不在“{known.title}”中。", rule=known.standard, remedy=remedy)


@dataclass(frozen=True)
class PersonName:
    """A person's name in normal form, by `names.check_name`."""

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        # Every character of these two blocks is its own normal form.
        usual = cells.str.contains(r"^[\x{4E00}-\x{9FFF}\x{3400}-\x{4DBF}]{2,50}$")
        return _parsed(cells, usual, names.check_name)

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        return _refusal_of(names.check_name, cell)


@dataclass(frozen=True)
class ResidentIdNumber:
    """A number by GB 11643-1999 in normal form, by `identifiers.parse_resident_id`.

    region_known: tells whether six digits were ever a region of GB/T 2260; None leaves the
    region unchecked. kinds: which of the documents that share this form of number may carry it.
    """

    region_known: identifiers.RegionKnown | None = codes.known_region
    kinds: tuple[identifiers.DocumentKind, ...] = (identifiers.DocumentKind.RESIDENT_ID,)

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        shaped = cells.str.contains(r"^[1-8][0-9]{16}[0-9X]$")
        numbers = pl.when(shaped).then(cells)
        right = cells.str.slice(17, 1) == _resident_check_character(numbers)
        birth = resident_birth(cells)
        oldest = _years_before(context.today, identifiers.MAXIMUM_AGE + 1)
        alive = (birth <= context.today) & (birth > oldest)
        region = cells.str.slice(0, 6)
        resident = ~region.is_in(_PERMIT_REGIONS)
        resident &= identifiers.DocumentKind.RESIDENT_ID in self.kinds
        if self.region_known is not None:
            resident &= region.map_batches(self._known, return_dtype=pl.Boolean)
        return _parsed(cells, shaped & right & alive & resident, self._parse(context))

    def _known(self, regions: pl.Series) -> pl.Series:
        known = [code for code in regions.drop_nulls().unique() if self.region_known(code)]
        return regions.is_in(pl.Series(known, dtype=pl.String).implode())

    def _parse(self, context: ImportContext) -> Callable[[str], str]:
        def parse(cell: str) -> str:
            found = identifiers.parse_resident_id(
                cell, on=context.today, region_known=self.region_known
            )
            kind = found.kind if found.kind in self.kinds else self.kinds[0]
            return identifiers.check_document(kind, cell, on=context.today)

        return parse

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        return _refusal_of(self._parse(context), cell)


@dataclass(frozen=True)
class MinimumAge:
    """The holder of a valid 18-character number is of an age on the day of import.

    years: full years, as of that day. rule: the law that says so.
    """

    years: Callable[[ImportContext], int]
    rule: str

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        youngest = _years_before(context.today, self.years(context))
        return pl.when(resident_birth(cells) <= youngest).then(cells)

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        years = self.years(context)
        return Refusal(f"按证件号码中的出生日期未满 {years} 周岁。", rule=self.rule)


@dataclass(frozen=True)
class Mobile:
    """A mainland mobile number in normal form, by `identifiers.parse_mobile`."""

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        return _parsed(cells, cells.str.contains(r"^1[3-9][0-9]{9}$"), identifiers.parse_mobile)

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        return _refusal_of(identifiers.parse_mobile, cell)


@dataclass(frozen=True)
class SocialCreditCode:
    """A code by GB 32100-2015 in normal form, by `identifiers.parse_uscc`."""

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        alphabet = identifiers.USCC_CHARACTERS
        shaped = cells.str.contains(f"^[{alphabet}]{{2}}[0-9]{{6}}[{alphabet}]{{10}}$")
        values = [_character_value(cells, place, alphabet) for place in range(18)]
        total = _weighted(values[:17], identifiers.USCC_WEIGHTS)
        right = values[17] == (31 - total % 31) % 31
        letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        subject = [_character_value(cells, place, letters) for place in range(8, 16)]
        inner = (11 - _weighted(subject, identifiers.ORGANISATION_CODE_WEIGHTS) % 11) % 11
        right &= cells.str.slice(16, 1) == _picked("0123456789X", inner)
        return _parsed(cells, shaped & right, self._parse)

    @staticmethod
    def _parse(cell: str) -> str:
        return identifiers.parse_uscc(cell).number

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        return _refusal_of(self._parse, cell)


@dataclass(frozen=True)
class Day:
    """A date in any of the forms cadres write, passed on as a date.

    2026-03-02, 2026/3/2, 2026.3.2, 2026年3月2日, 20260302, an Excel serial number, and any of
    them with a time of day, which is dropped. past: no day after today. earliest: first day
    accepted.
    """

    past: bool = True
    earliest: date = date(1900, 1, 1)

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        value = written_day(cells)
        good = value >= self.earliest
        if self.past:
            good &= value <= context.today
        return pl.when(good).then(value)

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        value = pl.select(written_day(pl.lit(cell))).item()
        if value is None:
            return Refusal(f"“{cell[:20]}”不是有效的日期。", remedy="请写成 2026-03-02 的样子。")
        if value < self.earliest:
            return Refusal(f"日期早于 {self.earliest:%Y-%m-%d}。", remedy="请核对年份。")
        return Refusal("日期晚于今天。", remedy="请核对年份。")


def written_day(cells: pl.Expr) -> pl.Expr:
    """The dates texts mean, null where they mean none; the forms are those of `Day`."""
    return cells.map_batches(_written_day, return_dtype=pl.Date)


def _written_day(cells: pl.Series) -> pl.Series:
    # Most files hold one form throughout; the patterns for the others cost forty times as much.
    frame = pl.DataFrame({"cell": cells})
    ten = pl.when(pl.col("cell").str.len_bytes() == 10).then("cell")
    frame = frame.with_columns(day=ten.str.to_date("%Y-%m-%d", strict=False))
    others = frame.filter(pl.col("day").is_null())["cell"].drop_nulls().unique()
    if not others.len():
        return frame["day"]
    meant = pl.DataFrame({"cell": others}).select(_other_forms(pl.col("cell"))).to_series()
    found = pl.col("cell").replace_strict(others, meant, default=None, return_dtype=pl.Date)
    return frame.select(pl.coalesce("day", found)).to_series()


def _other_forms(cells: pl.Expr) -> pl.Expr:
    plain = cells.str.replace(_TIME_OF_DAY, "")
    parts = plain.str.extract_groups(_DAY_PARTS)
    solid = plain.str.extract_groups(r"^([0-9]{4})([0-9]{2})([0-9]{2})$")
    serial = plain.str.extract(r"^([0-9]{5})(?:\.[0-9]+)?$", 1).cast(pl.Int32, strict=False)
    counted = (serial - _EXCEL_EPOCH_DAYS).cast(pl.Date)
    return pl.coalesce(_composed(parts), _composed(solid), counted)


def resident_birth(number: pl.Expr) -> pl.Expr:
    """The birth date in 18-character numbers; null when there is no such day."""
    year, month, day = (
        number.str.slice(start, length).cast(pl.Int32, strict=False)
        for start, length in ((6, 4), (10, 2), (12, 2))
    )
    return real_day(year, month, day)


def resident_sex(number: pl.Expr) -> pl.Expr:
    """The sex in valid 18-character numbers, by GB/T 2261.1: "1" male, "2" female."""
    odd = number.str.slice(16, 1).cast(pl.Int8, strict=False) % 2 == 1
    return pl.when(odd).then(pl.lit("1")).otherwise(pl.lit("2"))


def real_day(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """The date of three numbers; null when the calendar has no such day."""
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    february = pl.when(leap).then(29).otherwise(28)
    length = pl.when(month == 2).then(february).otherwise(30 + (month + month // 8) % 2)
    real = (year >= 1) & month.is_between(1, 12) & (day >= 1) & (day <= length)
    # Days since 1970-01-01 by arithmetic: building dates from parts row by row is slower and
    # raises on impossible ones.
    shifted = year - (month <= 2).cast(pl.Int32)
    era = shifted // 400
    year_of_era = shifted - era * 400
    month_from_march = (month + 9) % 12
    day_of_year = (153 * month_from_march + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return pl.when(real).then(era * 146_097 + day_of_era - 719_468).cast(pl.Date)


def check_chunk(
    raw: pl.DataFrame,
    profile: ImportProfile,
    mapping: Mapping[str, int],
    context: ImportContext,
) -> tuple[pl.DataFrame, list[Problem]]:
    """Check a chunk of tidy rows against a profile.

    raw: column `row` and file columns by position, as `Table.chunks` gives them. Returns the
    values (column `row` and one per key, null where the file has no such column or the cell is
    refused) and the problems, at most one per cell.
    """
    frame = raw.select(
        ROW,
        *(
            pl.col(str(mapping[column.key])).alias(column.key)
            if column.key in mapping
            else pl.lit(None, pl.String).alias(column.key)
            for column in profile.columns
        ),
    )
    problems: list[Problem] = _surplus_cells(raw)
    values = frame.select(ROW)
    for column in profile.columns:
        value, found = _check_column(frame, column, context)
        values = values.with_columns(value)
        problems += found
    return values, problems


def without(values: pl.DataFrame, rows: set[int]) -> pl.DataFrame:
    """Return the frame without the rows of these numbers."""
    if not rows:
        return values
    return values.filter(~pl.col(ROW).is_in(pl.Series(list(rows), dtype=pl.Int32).implode()))


def _check_column(
    frame: pl.DataFrame, column: ImportColumn, context: ImportContext
) -> tuple[pl.Series, list[Problem]]:
    cells = frame.select(ROW, value=column.key)
    problems: list[Problem] = []
    if column.required:
        empty = cells.filter(pl.col("value").is_null())[ROW]
        problems += [Problem(row, column.key, f"“{column.title}”必须填写。") for row in empty]
    for check in column.checks:
        checked = cells.with_columns(_next=check.apply(pl.col("value"), context))
        refused = checked.filter(pl.col("value").is_not_null() & pl.col("_next").is_null())
        reasons: dict[str, Refusal] = {}
        for row, cell in refused.select(ROW, pl.col("value").cast(pl.String)).iter_rows():
            if cell not in reasons:
                reasons[cell] = check.explain(cell, context)
            reason = reasons[cell]
            problems.append(
                Problem(row, column.key, f"{reason.message}{reason.remedy}", reason.rule)
            )
        # A refused cell is null from here on, so no later check gives it a second reason.
        cells = checked.select(ROW, value="_next")
    return cells["value"].alias(column.key), problems


def _surplus_cells(raw: pl.DataFrame) -> list[Problem]:
    if SURPLUS not in raw.columns or raw[SURPLUS].null_count() == raw.height:
        return []
    rows = raw.filter(pl.col(SURPLUS).is_not_null())[ROW]
    return [Problem(row, "", "这一行的单元格比表头多，可能错位。") for row in rows]


def _parsed(cells: pl.Expr, usual: pl.Expr, parse: Callable[[str], str]) -> pl.Expr:
    """Pass on the usual cells as they are, and ask the parser about each of the others.

    usual: must be true only where the parser would return the cell itself. Where almost all
    cells are usual the column costs what the expression costs.
    """

    def settle(both: pl.Series) -> pl.Series:
        frame = both.struct.unnest()
        doubtful = frame.filter(~pl.col("usual"))["cell"].drop_nulls().unique()
        if not doubtful.len():
            return frame["cell"]
        meant = [_accepted(parse, cell) for cell in doubtful]
        others = pl.col("cell").replace_strict(
            doubtful, meant, default=None, return_dtype=pl.String
        )
        return frame.select(pl.when("usual").then("cell").otherwise(others)).to_series()

    both = pl.struct(cell=cells, usual=usual.fill_null(False))
    return both.map_batches(settle, return_dtype=pl.String)


def _accepted(parse: Callable[[str], str], cell: str) -> str | None:
    try:
        return parse(cell)
    except Refusal:
        return None


def _refusal_of(parse: Callable[[str], str], cell: str) -> Refusal:
    try:
        parse(cell)
    except Refusal as refusal:
        return refusal
    raise AssertionError("the parser accepts a cell it refused before")


def _resident_check_character(numbers: pl.Expr) -> pl.Expr:
    """The check character that belongs to numbers whose first 17 characters are digits."""
    total = reduce(
        lambda one, other: one + other,
        (
            pl.lit(_weighed(start, length)).gather(
                numbers.str.slice(start, length).cast(pl.UInt32, strict=False)
            )
            for start, length in _GROUPS
        ),
    )
    return _picked(identifiers.RESIDENT_ID_CHECK_CHARACTERS, total % 11)


# Looking a few digits up together is several times faster than dividing digit by digit.
_GROUPS = ((0, 5), (5, 4), (9, 4), (13, 4))


@lru_cache
def _weighed(start: int, length: int) -> pl.Series:
    """For each number of `length` digits, the weighted sum of its digits at place `start`."""
    sums = [0]
    for weight in identifiers.RESIDENT_ID_WEIGHTS[start : start + length]:
        sums = [total + weight * digit for total in sums for digit in range(10)]
    return pl.Series(sums, dtype=pl.Int32)


def _weighted(values: Sequence[pl.Expr], weights: Sequence[int]) -> pl.Expr:
    products = [value * weight for value, weight in zip(values, weights, strict=True)]
    return reduce(lambda one, other: one + other, products)


def _character_value(cells: pl.Expr, place: int, alphabet: str) -> pl.Expr:
    return cells.str.slice(place, 1).replace_strict(
        list(alphabet), list(range(len(alphabet))), default=None, return_dtype=pl.Int32
    )


def _picked(alphabet: str, index: pl.Expr) -> pl.Expr:
    return index.replace_strict(
        list(range(len(alphabet))), list(alphabet), default=None, return_dtype=pl.String
    )


def _years_before(day: date, years: int) -> date:
    """The latest birth date that makes somebody so many full years old on a day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        # 29 February: born on 1 March of a common year, the year is not yet full.
        return date(day.year - years, 2, 28)


_PERMIT_REGIONS = [identifiers.HONG_KONG, identifiers.MACAO, identifiers.TAIWAN]
_EXCEL_EPOCH_DAYS = (date(1970, 1, 1) - date(1899, 12, 30)) // timedelta(days=1)
_TIME_OF_DAY = r"[ T]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$"
_DAY_PARTS = r"^([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?$"


def _composed(groups: pl.Expr) -> pl.Expr:
    year, month, day = (
        groups.struct.field(name).cast(pl.Int32, strict=False) for name in ("1", "2", "3")
    )
    return real_day(year, month, day)
