"""Report tables (报表): from rows and a plain declaration to merged heads, groups and totals.

The result is a grid of cells with spans, the same for the page, paper and the workbook. A ratio
is computed anew at every level from the sums of its parts; it is never summed or averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from itertools import groupby
from typing import Any

Value = int | float | Decimal
Row = Mapping[str, Any]
TOTAL, SUBTOTAL, LINE = "total", "subtotal", "line"
NONE = "—"


@dataclass(frozen=True)
class Group:
    """A column by whose values the lines are grouped; equal neighbours are merged.

    subtotal: a line of sums below each of its values. link: row -> address of the value.
    """

    source: str
    title: str
    subtotal: bool = False
    link: Callable[[Row], str] | None = None


@dataclass(frozen=True)
class Measure:
    """A column of figures. how: sum, count (of rows), mean, max or min of the source's values."""

    source: str
    title: str
    how: str = "sum"
    places: int = 0

    def of(self, rows: Sequence[Row]) -> Value | None:
        if self.how == "count":
            return len(rows)
        found = [exact(row.get(self.source)) for row in rows]
        values = [value for value in found if value is not None]
        if not values:
            return None
        if self.how == "mean":
            return sum(values, Decimal(0)) / len(values)
        if self.how in {"max", "min"}:
            return max(values) if self.how == "max" else min(values)
        return sum(values, Decimal(0))


@dataclass(frozen=True)
class Ratio:
    """A column of quotients: the sum of `part` by the sum of `whole`, both fields of the rows.

    percent: shown in hundredths; else as it is, for means such as days a case.
    """

    part: str
    whole: str
    title: str
    places: int = 1
    percent: bool = True

    def of(self, rows: Sequence[Row]) -> Value | None:
        part, whole = Measure(self.part, "").of(rows), Measure(self.whole, "").of(rows)
        if part is None or not whole:
            return None
        return (100 if self.percent else 1) * Decimal(part) / Decimal(whole)


@dataclass(frozen=True)
class Word:
    """A column of words: what the field of a line's one row says, nothing for several rows."""

    source: str
    title: str

    def of(self, rows: Sequence[Row]) -> str:
        value = rows[0].get(self.source) if len(rows) == 1 else None
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Heading:
    """A merged heading over columns."""

    title: str
    columns: tuple[Measure | Ratio | Word | Heading, ...]


@dataclass(frozen=True)
class Across:
    """Columns for each value of a field (交叉表): under each value, all of `columns`.

    values: (value, title) in their order; a row with another value counts in none of them.
    """

    source: str
    values: tuple[tuple[Any, str], ...]
    columns: tuple[Measure | Ratio, ...]


Head = Measure | Ratio | Word | Heading | Across
HOWS = frozenset({"sum", "count", "mean", "max", "min"})


@dataclass(frozen=True)
class Report:
    """What a report is: its groups from left to right and its columns of figures.

    total: title of the last line, "" for none. unit: said over the table. note: below it, how
    the figures are counted. Raises ValueError where nothing groups or nothing is measured.
    """

    title: str
    groups: tuple[Group, ...]
    columns: tuple[Head, ...]
    total: str = "合计"
    unit: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.groups or not self.columns:
            raise ValueError("a report needs a group and a column")
        unknown = {
            leaf.column.how for leaf in self.leaves() if isinstance(leaf.column, Measure)
        } - HOWS
        if unknown:
            raise ValueError(f"unknown ways to add up: {sorted(unknown)}")

    def leaves(self) -> list[Leaf]:
        return [leaf for column in self.columns for leaf in _leaves(column)]


@dataclass(frozen=True)
class Leaf:
    """A column as it is filled: the headings over it, and which rows count in it."""

    column: Measure | Ratio | Word
    above: tuple[str, ...]
    source: str = ""
    value: Any = None

    @property
    def title(self) -> str:
        return self.column.title

    @property
    def spoken(self) -> str:
        """The column with its headings, for a phone and for reading aloud."""
        return "·".join((*self.above, self.title))

    def rows(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows that count in this column."""
        if self.source:
            return [row for row in rows if row.get(self.source) == self.value]
        return rows


@dataclass(frozen=True)
class Cell:
    """A cell of the grid. value: the exact figure or the text; text: as shown.

    kind: head, group, figure or word. spoken: what a phone and a screen reader say beside a
    figure or a word.
    """

    text: str
    value: Any = None
    kind: str = "figure"
    across: int = 1
    down: int = 1
    url: str = ""
    spoken: str = ""
    places: int = 0
    percent: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the grid. kind: line, subtotal or total. name: its groups in words."""

    kind: str
    cells: tuple[Cell, ...]
    name: str = ""

    @property
    def figures(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.kind == "figure")


@dataclass
class Sheet:
    """A computed report. head and body hold only drawn cells; spans say what they cover."""

    title: str
    unit: str
    note: str
    groups: int
    head: list[tuple[Cell, ...]]
    body: list[Line]
    columns: int
    as_of: datetime | None = None
    facts: Sequence[str] = field(default_factory=tuple)

    @property
    def empty(self) -> bool:
        return not self.body

    @property
    def wide(self) -> bool:
        """Whether it needs paper laid across."""
        return self.columns > 7


def build(
    report: Report,
    rows: Iterable[Row],
    *,
    as_of: datetime | None = None,
    facts: Sequence[str] = (),
) -> Sheet:
    """Compute a report from rows (mappings by field), kept in the order they come.

    Rows of one group need not be neighbours: groups stand in the order first met. facts: short
    texts said above the table (unit, day, who made it).
    """
    leaves = report.leaves()
    found = list(rows)
    body = list(_lines(report, leaves, found)) if found else []
    return Sheet(
        report.title,
        report.unit,
        report.note,
        len(report.groups),
        _head(report, leaves),
        body,
        len(report.groups) + len(leaves),
        as_of,
        facts,
    )


def _leaves(column: Head, above: tuple[str, ...] = ()) -> Iterator[Leaf]:
    match column:
        case Heading(title=title, columns=columns):
            for inner in columns:
                yield from _leaves(inner, (*above, title))
        case Across(source=source, values=values, columns=columns):
            for value, title in values:
                for inner in columns:
                    yield Leaf(inner, (*above, title), source, value)
        case _:
            yield Leaf(column, above)


def _head(report: Report, leaves: Sequence[Leaf]) -> list[tuple[Cell, ...]]:
    depth = max(len(leaf.above) for leaf in leaves) + 1
    rows: list[tuple[Cell, ...]] = []
    for level in range(depth):
        cells = [
            Cell(group.title, group.title, "head", down=depth)
            for group in report.groups
            if level == 0
        ]
        for key, group in groupby(enumerate(leaves), partial(_heading, level)):
            members = list(group)
            if key is None:
                continue
            leaf = members[0][1]
            last = level == len(leaf.above)
            cells.append(
                Cell(
                    leaf.title if last else leaf.above[level],
                    kind="head",
                    across=len(members),
                    down=depth - level if last else 1,
                )
            )
        rows.append(tuple(cells))
    return rows


def _heading(level: int, item: tuple[int, Leaf]) -> Any:
    """What tells the headings of one level apart; None where one from above reaches down."""
    place, leaf = item
    if level > len(leaf.above):
        return None
    return (place,) if level == len(leaf.above) else leaf.above[: level + 1]


def _lines(report: Report, leaves: Sequence[Leaf], rows: Sequence[Row]) -> Iterator[Line]:
    yield from _grouped(report, leaves, rows, 0, ())
    if report.total:
        head = Cell(report.total, report.total, "group", across=len(report.groups))
        yield Line(TOTAL, (head, *_figures(leaves, rows)), report.total)


def _grouped(
    report: Report,
    leaves: Sequence[Leaf],
    rows: Sequence[Row],
    level: int,
    names: tuple[str, ...],
) -> Iterator[Line]:
    """The lines of rows that share their groups left of `level`, whose values are `names`."""
    group = report.groups[level]
    last = level == len(report.groups) - 1
    for inside in _parted(rows, group.source):
        label = shown_text(inside[0].get(group.source))
        url = group.link(inside[0]) if group.link else ""
        path = (*names, label)
        if last:
            cell = Cell(label, label, "group", url=url)
            yield Line(LINE, (cell, *_figures(leaves, inside)), " / ".join(path))
        else:
            lines = list(_grouped(report, leaves, inside, level + 1, path))
            if group.subtotal and len(lines) > 1:
                head = Cell("小计", "小计", "group", across=len(report.groups) - level - 1)
                figures = _figures(leaves, inside)
                lines.append(Line(SUBTOTAL, (head, *figures), f"{' / '.join(path)} / 小计"))
            cell = Cell(label, label, "group", down=len(lines), url=url)
            first = lines[0]
            yield Line(first.kind, (cell, *first.cells), first.name)
            yield from lines[1:]


def _parted(rows: Sequence[Row], source: str) -> list[list[Row]]:
    parts: dict[Any, list[Row]] = {}
    for row in rows:
        parts.setdefault(row.get(source), []).append(row)
    return list(parts.values())


def _figures(leaves: Sequence[Leaf], rows: Sequence[Row]) -> list[Cell]:
    found = []
    for leaf in leaves:
        column = leaf.column
        if isinstance(column, Word):
            found.append(Cell(column.of(leaf.rows(rows)), kind="word", spoken=leaf.spoken))
            continue
        value = column.of(leaf.rows(rows))
        places = column.places
        percent = isinstance(column, Ratio) and column.percent
        rounded = None if value is None else round_half_up(value, places)
        text = NONE if rounded is None else f"{rounded:,}" + ("%" if percent else "")
        found.append(Cell(text, rounded, spoken=leaf.spoken, places=places, percent=percent))
    return found


def exact(value: Any) -> Decimal | None:
    """A figure of a row as a decimal; None for what is none."""
    if value is None or value == "":
        return None
    return value if isinstance(value, Decimal) else Decimal(str(value))


def round_half_up(value: Value, places: int) -> Decimal:
    """A figure with `places` decimals, half away from zero."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def shown_text(value: Any) -> str:
    return "未填" if value is None or value == "" else str(value)
