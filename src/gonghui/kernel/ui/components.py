"""Contexts of the page components: plain values a view builds and a tag draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

PILLS = frozenset({"good", "wait", "stop", "idle", "info", "honour"})
UNLABELLED = frozenset({"title", "state", "minor"})
COLUMN_KINDS = frozenset({"", "title", "state", "number", "code", "minor"})


@dataclass
class Action:
    """Something a person can do: a verb with its object.

    how: `link` follows url, `post` posts to it, `dialog` opens the dialog whose id is `dialog`.
    need: name a row must list in `Row.can` for the action to show in its menu. grave: cannot be
    undone. go: the letter that triggers it after `g`.
    """

    title: str
    url: str = ""
    icon: str = ""
    how: str = "link"
    dialog: str = ""
    need: str = ""
    grave: bool = False
    go: str = ""


@dataclass
class Option:
    """One choice of a filter, a sort or a view."""

    label: str
    url: str
    active: bool = False
    count: int | None = None


@dataclass
class Filter:
    """One chip of the filter sentence: `lead` chip `tail`.

    text: what is chosen, in words; empty means not narrowed and shows `label`. clear_url: the
    same list without this filter. name: parameter of a typed value, drawn as a small form with
    `inputs` (bound fields) instead of `options`. hidden: parameters that form keeps.
    """

    label: str
    text: str = ""
    lead: str = ""
    tail: str = ""
    options: Sequence[Option] = ()
    clear_url: str = ""
    inputs: Sequence[Any] = ()
    hidden: Sequence[tuple[str, str]] = ()


@dataclass
class Column:
    """A column of a table.

    kind: `title` heads the card on a phone, `state` sits at its corner, `number` is right-aligned,
    `code` (numbers, dates) is not broken, `minor` is left out on a phone.
    sorted: `asc`, `desc` or empty.
    """

    label: str
    kind: str = ""
    sort_url: str = ""
    sorted: str = ""


@dataclass
class Row:
    """A row: cells in the order of the columns, text or markup already marked safe.

    can: names of the actions (`Action.need`) allowed on it.
    """

    id: str
    cells: Sequence[Any]
    url: str = ""
    can: Sequence[str] = ()


@dataclass
class Table:
    """A list of at most 50 rows, drawn as a table and on a phone as cards.

    caption: read aloud, not shown. menu: actions of each row, `{id}` in their urls stands for the
    row's id. bulk: actions on the selection; with none there are no check boxes. total: count of
    the whole result, for 选中全部; None offers only what is on the page.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    menu: Sequence[Action] = ()
    bulk: Sequence[Action] = ()
    total: int | None = None
    name: str = "table"

    @property
    def head(self) -> SafeString:
        """Cells of the header row."""
        return mark_safe("".join(_head_cell(column) for column in self.columns))

    @property
    def body(self) -> SafeString:
        """All rows; joined here because a template loop over 500 cells costs ten times as much."""
        opening = [_opening(column) for column in self.columns]
        return mark_safe("\n".join(self._row(row, opening) for row in self.rows))

    def _row(self, row: Row, opening: list[tuple[str, str]]) -> str:
        identifier = _text(row.id)
        parts = [f'<tr data-id="{identifier}"']
        if row.can:
            parts.append(f' data-can="{conditional_escape(" ".join(row.can))}"')
        parts.append(">")
        if self.bulk:
            parts.append(
                f'<td class="c-pick"><input type="checkbox" name="ids" value="{identifier}" '
                f'form="{self.name}-bulk" aria-label="选择"></td>'
            )
        for (start, kind), cell in zip(opening, row.cells, strict=True):
            text = _text(cell)
            if kind == "title" and row.url:
                text = f'<a href="{_text(row.url)}">{text}</a>'
            parts.append(f"{start}{text}")
        if self.menu:
            parts.append(
                '<td class="c-menu"><button type="button" class="gh-more" aria-label="更多">'
                "</button>"
            )
        return "".join(parts)


def _text(cell: Any) -> str:
    """A cell as markup. Django's escape() asks first whether its argument is lazy, at five times
    the cost; what stands in a row never is."""
    if cell is None:
        return ""
    if hasattr(cell, "__html__"):
        return cell.__html__()
    return escape(str(cell))


def _opening(column: Column) -> tuple[str, str]:
    if column.kind not in COLUMN_KINDS:
        raise ValueError(f"unknown column kind {column.kind!r}")
    kind = f' class="c-{column.kind}"' if column.kind else ""
    label = f' data-label="{conditional_escape(column.label)}"'
    if column.kind in UNLABELLED:
        label = ""
    return f"<td{kind}{label}>", column.kind


def _head_cell(column: Column) -> str:
    kind = f' class="c-{column.kind}"' if column.kind else ""
    if not column.sort_url:
        return format_html('<th scope="col"{}>{}</th>', mark_safe(kind), column.label)
    spoken = {"asc": "ascending", "desc": "descending"}.get(column.sorted, "none")
    return format_html(
        '<th scope="col"{} aria-sort="{}"><a href="{}">{}</a></th>',
        mark_safe(kind),
        spoken,
        column.sort_url,
        column.label,
    )


@dataclass
class Pager:
    """Keyset pages; `first` and `shown` only say where in the result the page lies."""

    previous_url: str = ""
    next_url: str = ""
    total: int | None = None
    shown: int = 0


@dataclass
class Choice:
    """A column a person may show or hide."""

    name: str
    label: str
    shown: bool = True
    fixed: bool = False


@dataclass
class Fact:
    """One fact of a record; wide ones take both columns. note: where it comes from."""

    label: str
    value: Any
    note: str = ""
    wide: bool = False


@dataclass
class Event:
    """One line of a timeline. kind: a pill kind."""

    at: datetime
    title: str
    by: str = ""
    text: str = ""
    kind: str = "idle"


@dataclass
class Step:
    """One step of a procedure. state: `done`, `now`, `todo` or `stopped`."""

    title: str
    state: str = "todo"
    note: str = ""


@dataclass
class Tab:
    """One tab: an address of its own, not a script."""

    title: str
    url: str
    active: bool = False
    count: int | None = None


@dataclass
class Stat:
    """One figure with the time it was true and a way down to its rows."""

    title: str
    value: Any
    unit: str = ""
    as_of: datetime | None = None
    url: str = ""
    change: str = ""
    trend: str = ""


@dataclass
class Todo:
    """Something waiting for this person. late: past its term."""

    title: str
    url: str
    kind: str = ""
    where: str = ""
    due: str = ""
    late: bool = False


@dataclass
class Difference:
    """A field two people changed: what I typed and what is stored now."""

    name: str
    label: str
    mine: str
    theirs: str


@dataclass
class Share:
    """One unit of a league table (排名): done of quota.

    rank: its place in words, for lists with shared places; empty counts the lines.
    """

    title: str
    done: int
    quota: int
    url: str = ""
    note: str = ""
    late: bool = False
    rank: str = ""

    @property
    def percent(self) -> float:
        """Completion, 0 to 100 and above, one decimal, half up."""
        if not self.quota:
            return 0.0
        exact = Decimal(100 * self.done) / self.quota
        return float(exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))

    @property
    def width(self) -> float:
        """Completion between 0 and 100, for the bar."""
        return max(0.0, min(100.0, self.percent))


@dataclass
class Fault:
    """One kind of error found in an import, with how many rows have it."""

    text: str
    rows: int
    rule: str = ""


@dataclass
class ImportResult:
    """What became of an uploaded workbook."""

    file: str
    total: int
    good: int
    bad: int
    doubled: int = 0
    faults: Sequence[Fault] = ()
    download_url: str = ""
    again_url: str = ""


@dataclass
class Tile:
    """A big tile of the service hall: a life event and what it leads to."""

    title: str
    url: str
    icon: str
    text: str = ""


def pill(text: str, kind: str = "idle") -> SafeString:
    """A state in one word. kind: good, wait, stop, idle, info or honour."""
    if kind not in PILLS:
        raise ValueError(f"unknown pill kind {kind!r}")
    return format_html('<span class="pill pill-{}">{}</span>', kind, text)


@dataclass
class FormGroup:
    """A group of a form: its title, help and the names of its fields."""

    title: str
    fields: Iterable[str]
    help: str = ""
