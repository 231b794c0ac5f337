"""Lookups in the code tables, served from memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from gonghui.kernel.codes.memory import table
from gonghui.kernel.codes.registry import Table, normalise, shipped

HOME = "34"  # 安徽省


def tables() -> list[Table]:
    """Every code table, in the order of tables.csv."""
    return [table(key) for key in shipped()]


def name(table_id: str, code: str | None, on: date | None = None) -> str:
    """Chinese name of a code, as it was called `on` that day (default: its latest name).

    Empty for an empty code. A code the table does not know is returned as it is, so that old
    data stays readable. UnknownTable if there is no such table.
    """
    found = table(table_id)
    if not code:
        return ""
    if on is not None:
        for entry in found.by_code.get(code, ()):
            if entry.holds(on):
                return entry.name
    return found.names.get(code, code)


def names(table_id: str) -> Mapping[str, str]:
    """Code → latest name of a whole table, abolished codes included."""
    return table(table_id).names


def choices(
    table_id: str, on: date | None = None, parent: str | None = None
) -> list[tuple[str, str]]:
    """(code, name) pairs in force `on` that day (default: not abolished), in table order.

    parent limits them to the children of one code ("" : the top level).
    """
    return [
        (entry.code, entry.name)
        for entry in table(table_id).entries
        if (entry.valid_to is None if on is None else entry.holds(on))
        and (parent is None or entry.parent == parent)
    ]


def is_valid(table_id: str, code: str, on: date | None = None) -> bool:
    """Whether the code was in force `on` that day; without a day, whether it ever was."""
    periods = table(table_id).by_code.get(code, ())
    return bool(periods) if on is None else any(entry.holds(on) for entry in periods)


def resolve(table_id: str, text: str | None) -> str | None:
    """The code meant by what a person typed: a code, a Chinese name, a common alias; else None."""
    return table(table_id).aliases.get(normalise(text)) if text else None


def alias_map(table_id: str) -> dict[str, str]:
    """Every text `resolve` understands, already normalised → code; a copy, for whole columns.

    The column must be normalised first: see `normalise`.
    """
    return dict(table(table_id).aliases)


def successor_of(region: str) -> str | None:
    """The region code in force today that took a code over; the code itself while it is in force.

    None for an unknown code and for a region divided among several.
    """
    known = table("region").by_code
    while region in known:
        entry = known[region][-1]
        if entry.valid_to is None:
            return region
        region = entry.successor
    return None


def known_region(code6: str, on: date | None = None) -> bool:
    """Whether six digits may open an identity number (GB 11643-1999: a code of GB/T 2260).

    Codes of Anhui must stand in the table: in force `on` that day, or ever without a day. Of
    another province the first two digits decide, for the table holds no others. 810000, 820000
    and 830000 are the residence permits (居民居住证) of Hong Kong, Macao and Taiwan.
    """
    if len(code6) != 6 or not (code6.isascii() and code6.isdecimal()):
        return False
    if code6[:2] == HOME or code6[0] == "8":
        return is_valid("region", code6, on)
    return is_valid("region", code6[:2] + "0000", on)
