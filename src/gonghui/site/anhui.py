"""The union tree of Anhui as it is: province, 16 cities, 104 counties, industries, 省直.

Regions are those of GB/T 2260 (kernel/codes); the industry unions are the provincial ones in
common use and may be renamed like any other union.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gonghui.kernel.codes import regions
from gonghui.kernel.org.models import UnionKind
from gonghui.kernel.testing.synthetic import territorial_union_name

PROVINCE_NAME = "安徽省总工会"
INDUSTRIES = (
    ("安徽省教科文卫体工会", "83"),
    ("安徽省交通运输工会", "54"),
    ("安徽省建设建材工会", "47"),
    ("安徽省能源化学地质工会", "44"),
    ("安徽省机械冶金工会", "34"),
    ("安徽省财贸轻工纺织工会", "51"),
    ("安徽省农林水利气象工会", "01"),
    ("安徽省金融工会", "66"),
    ("安徽省邮政工会", "60"),
    ("安徽省电力工会", "44"),
    ("中国铁路上海局集团安徽地区工会", "53"),
    ("安徽省国防工业工会", "37"),
)


@dataclass(frozen=True)
class Place:
    """A union of the fixed tree; parent is the key of the one above, "" for the root."""

    key: str
    name: str
    kind: UnionKind
    parent: str
    region: str
    industry: str = "95"


def fixed_tree() -> Iterator[Place]:
    """The unions down to the counties, superiors first."""
    yield Place("340000", PROVINCE_NAME, UnionKind.PROVINCE, "", "340000")
    for city in regions.cities():
        name = territorial_union_name(city.code)
        yield Place(city.code, name, UnionKind.CITY, "340000", city.code)
    for number, (name, industry) in enumerate(INDUSTRIES):
        key = f"industry-{number}"
        yield Place(key, name, UnionKind.INDUSTRY, "340000", "340000", industry)
    yield Place("direct", "安徽省直属机关工会", UnionKind.PROVINCE_DIRECT, "340000", "340000")
    for city in regions.cities():
        for county in regions.counties(city.code):
            name = territorial_union_name(county.code)
            yield Place(county.code, name, UnionKind.COUNTY, city.code, county.code)


def towns(county: str) -> Iterator[Place]:
    """The township and street unions of a county."""
    for town in regions.townships(county):
        name = territorial_union_name(town.code)
        yield Place(town.code, name, UnionKind.TOWN, county, county)
