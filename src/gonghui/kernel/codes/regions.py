"""Regions of Anhui and the provinces (行政区划), as lists for the union tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from gonghui.kernel.codes.lookup import HOME
from gonghui.kernel.codes.registry import Entry, shipped

PROVINCE = HOME + "0000"
PLACEHOLDER = "市辖区"  # GB/T 2260 keeps xx01 of a city for "the districts of the city"
PERMIT_ONLY = "830000"


@dataclass(frozen=True, slots=True)
class Region:
    """A region: kind is province, city, county, zone (开发区) or township (乡镇街道).

    city_code: six digits of the city it lies in; "" for a province and for the counties that
    once stood directly under the province.
    """

    code: str
    name: str
    kind: str
    city_code: str


def _in_force(table: str, on: date | None) -> list[Entry]:
    return [
        entry
        for entry in shipped()[table].entries
        if (entry.valid_to is None if on is None else entry.holds(on))
    ]


def _kind(entry: Entry) -> str:
    if not entry.parent:
        return "province"
    return "city" if entry.code.endswith("00") else "county"


def _region(entry: Entry) -> Region:
    kind = _kind(entry)
    if kind == "province" or (kind == "county" and entry.parent == PROVINCE):
        city = ""
    else:
        city = entry.code if kind == "city" else entry.parent
    return Region(entry.code, entry.name, kind, city)


def provinces(on: date | None = None) -> list[Region]:
    """The provinces, municipalities, autonomous and special administrative regions."""
    return [
        _region(entry)
        for entry in _in_force("region", on)
        if not entry.parent and entry.code != PERMIT_ONLY
    ]


def cities(on: date | None = None) -> list[Region]:
    """The cities (and once prefectures, 地区) of Anhui; on: as of that day, default today's."""
    return [_region(entry) for entry in _in_force("region", on) if _kind(entry) == "city"]


def counties(city: str | None = None, on: date | None = None) -> list[Region]:
    """The counties, districts and county-level cities of one city, or of all Anhui."""
    return [
        _region(entry)
        for entry in _in_force("region", on)
        if _kind(entry) == "county"
        and entry.name != PLACEHOLDER
        and (city is None or entry.parent == city)
    ]


def zones(city: str | None = None) -> list[Region]:
    """Development zones (开发区) that the statistical codes list like counties."""
    return [
        Region(entry.code, entry.name, "zone", entry.parent)
        for entry in _in_force("zone", None)
        if city is None or entry.parent == city
    ]


@lru_cache(maxsize=1)
def _townships() -> dict[str, list[Region]]:
    found: dict[str, list[Region]] = {}
    for entry in _in_force("township", None):
        city = entry.code[:4] + "00"
        found.setdefault(entry.parent, []).append(Region(entry.code, entry.name, "township", city))
    return found


def townships(county: str) -> list[Region]:
    """Townships and streets (乡镇街道) of a county or a development zone, nine-digit codes."""
    return list(_townships().get(county, ()))


def region(code: str, on: date | None = None) -> Region | None:
    """The region of a six- or nine-digit code, abolished ones included; None if unknown."""
    for table, kind in (("zone", "zone"), ("township", "township")):
        found = shipped()[table].by_code.get(code)
        if found:
            return Region(code, found[-1].name, kind, code[:4] + "00")
    periods = shipped()["region"].by_code.get(code, ())
    for entry in periods:
        if on is not None and entry.holds(on):
            return _region(entry)
    return _region(periods[-1]) if periods else None


def full_name(code: str, on: date | None = None) -> str:
    """Names from the province down, 安徽省合肥市蜀山区; "" for an unknown code."""
    parts: list[str] = []
    while code:
        for table in ("township", "zone", "region"):
            periods = shipped()[table].by_code.get(code)
            if periods:
                break
        else:
            return ""
        entry = next((row for row in periods if on is not None and row.holds(on)), periods[-1])
        parts.append(entry.name)
        code = entry.parent
    return "".join(reversed(parts))
