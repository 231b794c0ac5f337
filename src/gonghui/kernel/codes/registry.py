"""The code tables (代码表) shipped with the platform, read from the CSV files beside this module.

Plain Python: no Django, no database, no clock.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


class UnknownTable(LookupError):
    """No code table has this id."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One code during one period: in force from valid_from up to, not including, valid_to.

    None on either side means without end. successor: the one code that took over, or "".
    """

    code: str
    name: str
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""

    def holds(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


@dataclass(frozen=True)
class Table:
    """A code table with its standard (标准号) and its entries in the order of the file."""

    id: str
    title: str
    standard: str
    source: str
    provisional: bool
    entries: tuple[Entry, ...]
    typed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_code(self) -> dict[str, tuple[Entry, ...]]:
        """Code → its periods, the oldest first."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.code, []).append(entry)
        return {
            code: tuple(sorted(rows, key=lambda row: row.valid_from or date.min))
            for code, rows in found.items()
        }

    @cached_property
    def names(self) -> dict[str, str]:
        """Code → its latest name, abolished codes included."""
        return {code: rows[-1].name for code, rows in self.by_code.items()}

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Normalised text → code.

        Order of precedence: the codes, the aliases people type, the names in force, those names
        behind the names of what they belong to (合肥市蜀山区), the abolished names. A name that
        means several codes of one rank is left out.
        """
        known = {normalise(code): code for code in self.by_code}
        for text, code in self.typed.items():
            if code in self.by_code:
                known.setdefault(normalise(text), code)
        in_force = [entry for entry in self.entries if entry.valid_to is None]
        abolished = [entry for entry in self.entries if entry.valid_to is not None]
        for rank in (
            [(entry.name, entry.code) for entry in in_force],
            [(path, entry.code) for entry in in_force for path in self._paths(entry)],
            [(entry.name, entry.code) for entry in abolished],
        ):
            known = _unambiguous((normalise(text), code) for text, code in rank) | known
        return known

    def _paths(self, entry: Entry) -> Iterator[str]:
        path, parent = entry.name, entry.parent
        while parent in self.by_code:
            above = self.by_code[parent][-1]
            path, parent = above.name + path, above.parent
            yield path


def normalise(text: str) -> str:
    """The form in which texts are compared: NFKC, upper case, without any white space.

    NFKC turns full-width digits, letters and brackets into their plain forms.
    """
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str | None] = {}
    for text, code in pairs:
        found[text] = code if found.get(text, code) == code else None
    return {text: code for text, code in found.items() if code is not None}


def day_of(text: str) -> date | None:
    """ISO date or None for an empty cell; ValueError for anything else."""
    return date.fromisoformat(text) if text else None


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Rows of one CSV file of the data folder."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@lru_cache(maxsize=1)
def shipped() -> dict[str, Table]:
    """Every code table as shipped, by id, in the order of tables.csv."""
    typed: dict[str, dict[str, str]] = {}
    for row in rows_of("aliases"):
        typed.setdefault(row["table"], {})[row["alias"]] = row["code"]
    return {
        row["id"]: Table(
            id=row["id"],
            title=row["title"],
            standard=row["standard"],
            source=row["source"],
            provisional=row["provisional"] == "1",
            entries=tuple(_entries(row["id"])),
            typed=typed.get(row["id"], {}),
        )
        for row in rows_of("tables")
    }


def _entries(table: str) -> Iterator[Entry]:
    for row in rows_of(table):
        yield Entry(
            code=row["code"],
            name=row["name"],
            parent=row["parent"],
            valid_from=day_of(row["valid_from"]),
            valid_to=day_of(row["valid_to"]),
            successor=row["successor"],
        )
