"""Made-up people, workplaces and union names of Anhui, the same for the same seed.

Nobody here exists: names are drawn from lists, identity numbers are valid by their check
character only, and mobile numbers begin with 164, a segment that (as of 2026) no operator is
known to hold. Likeness to a real person or company is chance.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from gonghui.kernel.base.identifiers import (
    RESIDENT_ID_CHECK_CHARACTERS,
    RESIDENT_ID_WEIGHTS,
    synthetic_uscc,
)
from gonghui.kernel.codes import regions
from gonghui.kernel.codes.registry import shipped
from gonghui.kernel.testing import wordlists as words

MOBILE_PREFIX = "164"
MOBILES = 10**8
FIRST_MOBILE = int(MOBILE_PREFIX) * MOBILES
FIRST_BIRTH = date(1961, 1, 1)
LAST_BIRTH = date(2007, 12, 31)
DAYS = (LAST_BIRTH - FIRST_BIRTH).days + 1
SEQUENCES = 999
#: Pairs of birth date and sequence number: how many people of one seed can differ.
CAPACITY = DAYS * SEQUENCES
# Without a factor in common with CAPACITY and MOBILES, so multiplying by them permutes.
STRIDE = 10_600_459
MOBILE_STRIDE = 61_803_407

#: Registering department and class within it that open a credit code (GB 32100), by unit_nature.
USCC_CLASSES = {"20": ("1", "1"), "30": ("1", "2"), "41": ("5", "1")}
COMPANY_CLASS = ("9", "1")


class Person(NamedTuple):
    """A made-up person; codes are those of GB/T 2261.1, 2260, 3304, 4658 and 4762.

    region: the first six digits of the number, not always a code still in force.
    """

    name: str
    sex: str
    birth: date
    id_number: str
    mobile: str
    region: str
    nationality: str
    education: str
    political: str


class Workplace(NamedTuple):
    """A made-up employer and the name of the union its workers would found.

    industry: division of GB/T 4754. nature: code of unit_nature. county: six digits.
    """

    name: str
    union_name: str
    uscc: str
    industry: str
    nature: str
    county: str
    address: str


def people(
    seed: int, count: int, *, start: int = 0, homes: Sequence[str] | None = None
) -> Iterator[Person]:
    """Yield `count` people with numbers start, start + 1, … of a seed.

    homes: six-digit county codes most of them come from (default: all counties in force); one
    in eight comes from elsewhere, and older people may carry an abolished code of the county.
    Within one seed identity and mobile numbers never repeat over different starts, whatever the
    homes; ValueError past CAPACITY people (about 17 million).
    """
    if start < 0 or start + count > CAPACITY:
        raise ValueError(f"a seed has {CAPACITY} people")
    rng = random.Random(f"{seed}/{start}")
    draw = rng.random
    shift, mobile_shift = _shifts(seed)
    days, sequences = _days(), _sequences()
    surnames, surname_count = _surnames(), len(_surnames())
    given_of = _given_names()
    uncommon_name = _uncommon_namer(rng)
    region_of = _region_chooser(rng, homes)
    far, far_count = _far_regions(), len(_far_regions())
    region_sums = _region_sums()
    schooling, leanings = _schooling(), _leanings()
    # Keyword-free tuples and no calls on the common path: seeding a province makes millions.
    new, checks = tuple.__new__, RESIDENT_ID_CHECK_CHARACTERS
    for index in range(start, start + count):
        day, nth = divmod((index * STRIDE + shift) % CAPACITY, SEQUENCES)
        birth, born, day_sum, decade = days[day]
        sequence, sequence_sum, sex = sequences[nth]
        region = far[int(draw() * far_count)] if draw() < 0.125 else region_of(birth)
        check = checks[(region_sums[region] + day_sum + sequence_sum) % 11]
        given = given_of[decade, sex]
        if draw() < 0.02:
            name, nationality = uncommon_name(sex, given)
        else:
            name = surnames[int(draw() * surname_count)] + given[int(draw() * len(given))]
            nationality = "01"
        mobile = FIRST_MOBILE + (index * MOBILE_STRIDE + mobile_shift) % MOBILES
        yield new(
            Person,
            (
                name,
                sex,
                birth,
                f"{region}{born}{sequence}{check}",
                str(mobile),
                region,
                nationality,
                schooling[decade][int(draw() * 100)],
                leanings[int(draw() * 100)],
            ),
        )


def workplaces(seed: int, county: str, count: int) -> Iterator[Workplace]:
    """Yield `count` workplaces of a county (six digits), no two of one name.

    About nine in ten are companies, the others schools, hospitals, offices and societies.
    """
    rng = random.Random(f"{seed}/workplaces/{county}")
    prefix = _local_prefix(county)
    taken: set[str] = set()
    while len(taken) < count:
        make = _company if rng.random() < 0.9 else _institution
        name, industry, nature = make(rng, prefix)
        if name in taken:
            continue
        taken.add(name)
        department, kind = USCC_CLASSES.get(nature, COMPANY_CLASS)
        yield Workplace(
            name=name,
            union_name=basic_union_name(name),
            uscc=synthetic_uscc(rng, county, department=department, kind=kind),
            industry=industry,
            nature=nature,
            county=county,
            address=address(rng, county),
        )


def address(rng: random.Random, county: str) -> str:
    """An address from the province down to the house number, in a township of the county."""
    townships = regions.townships(county)
    town = rng.choice(townships).name if townships else ""
    building = rng.choice(words.BUILDINGS).format(n=rng.randrange(1, 30))
    road = rng.choice(words.ROADS) + rng.choice(words.ROAD_KINDS)
    return f"{regions.full_name(county)}{town}{road}{rng.randrange(1, 900)}号{building}"


def territorial_union_name(code: str) -> str:
    """The union of a province, city, county, zone or township: 合肥市蜀山区井岗镇总工会.

    Districts and what lies below them are named with the city, counties without it. ValueError
    for an unknown code.
    """
    place = regions.region(code)
    if place is None:
        raise ValueError(f"unknown region {code}")
    return f"{_local_name(code)}总工会"


def basic_union_name(workplace: str) -> str:
    """The union of one workplace (基层工会): 安徽恒达机械有限公司工会委员会."""
    return f"{workplace}工会委员会"


def joint_union_name(code: str, trade: str = "") -> str:
    """The joint union (联合基层工会) of small workplaces of a region, of one trade if given."""
    return f"{_local_name(code)}{trade}联合工会委员会"


def _local_name(code: str) -> str:
    place = regions.region(code)
    if place is None:
        raise ValueError(f"unknown region {code}")
    if place.kind == "township":
        return _local_name(shipped()["township"].by_code[code][-1].parent) + place.name
    if place.kind == "county" and place.name.endswith("区") and place.city_code:
        return f"{shipped()['region'].names[place.city_code]}{place.name}"
    return place.name


def _local_prefix(county: str) -> tuple[str, str, str]:
    """City and county as they open names: (合肥, 合肥市蜀山区, 蜀山)."""
    place = regions.region(county)
    if place is None:
        raise ValueError(f"unknown region {county}")
    city = shipped()["region"].names.get(place.city_code, "安徽").removesuffix("市")
    bare = place.name[:-1] if len(place.name) > 2 else place.name
    return city, _local_name(county), bare


def _company(rng: random.Random, prefix: tuple[str, str, str]) -> tuple[str, str, str]:
    city, _, bare = prefix
    (industry, _, trades, forms), nature = _drawn_company(rng)
    trade = rng.choice(words.TRADE_FIRST) + rng.choice(words.TRADE_SECOND)
    business, form = rng.choice(trades.split()), rng.choice(forms.split())
    opening = rng.choice(("安徽", "安徽", city, f"{city}市", bare))
    return f"{opening}{trade}{business}{form}", industry, nature


def _drawn_company(rng: random.Random) -> tuple[tuple[str, int, str, str], str]:
    company = rng.choices(words.COMPANIES, [row[1] for row in words.COMPANIES])[0]
    natures = words.COMPANY_NATURES
    return company, rng.choices(list(natures), list(natures.values()))[0]


def _institution(rng: random.Random, prefix: tuple[str, str, str]) -> tuple[str, str, str]:
    _, local, _ = prefix
    row = rng.choices(words.INSTITUTIONS, [row[1] for row in words.INSTITUTIONS])[0]
    industry, _, names, nature = row
    title = rng.choice(names.split()).format(n="一二三四五六七八九十"[rng.randrange(10)])
    if industry == "91":
        local = f"中共{local}"
    return f"{local}{title}", industry, nature


@lru_cache(maxsize=64)
def _shifts(seed: int) -> tuple[int, int]:
    rng = random.Random(f"{seed}/shift")
    return rng.randrange(CAPACITY), rng.randrange(MOBILES)


def _weighted_sum(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


class _RegionSums(dict[str, int]):
    """Six digits → their weighted sum, reckoned once each."""

    def __missing__(self, region: str) -> int:
        self[region] = _weighted_sum(region, RESIDENT_ID_WEIGHTS[:6])
        return self[region]


@lru_cache(maxsize=1)
def _region_sums() -> _RegionSums:
    return _RegionSums()


@lru_cache(maxsize=1)
def _days() -> list[tuple[date, str, int, int]]:
    """For every birthday: the day, its eight digits, their weighted sum, the decade."""
    rows = []
    for offset in range(DAYS):
        day = FIRST_BIRTH + timedelta(offset)
        digits = f"{day:%Y%m%d}"
        rows.append(
            (day, digits, _weighted_sum(digits, RESIDENT_ID_WEIGHTS[6:14]), day.year // 10 * 10)
        )
    return rows


@lru_cache(maxsize=1)
def _sequences() -> list[tuple[str, int, str]]:
    """For 001 to 999: the digits, their weighted sum, the sex they tell."""
    return [
        (f"{n:03d}", _weighted_sum(f"{n:03d}", RESIDENT_ID_WEIGHTS[14:]), "1" if n % 2 else "2")
        for n in range(1, SEQUENCES + 1)
    ]


@lru_cache(maxsize=1)
def _far_regions() -> list[str]:
    return [county.code for county in regions.counties()] + words.FAR_REGIONS


@lru_cache(maxsize=1)
def _former_codes() -> dict[str, list[tuple[str, date]]]:
    """County in force → the abolished codes of the same place and the day each ended."""
    found: dict[str, list[tuple[str, date]]] = {}
    for code, periods in shipped()["region"].by_code.items():
        last = periods[-1]
        if last.valid_to is None or code.endswith("00") or last.name == regions.PLACEHOLDER:
            continue
        following = last.successor
        while following and shipped()["region"].by_code[following][-1].valid_to:
            following = shipped()["region"].by_code[following][-1].successor
        if following:
            found.setdefault(following, []).append((code, last.valid_to))
    return found


def _region_chooser(rng: random.Random, homes: Sequence[str] | None) -> Callable[[date], str]:
    counties = list(homes) if homes else [county.code for county in regions.counties()]
    size = len(counties)
    former = _former_codes()
    draw = rng.random

    def choose(birth: date) -> str:
        county = counties[int(draw() * size)]
        if county in former and draw() < 0.3:
            then = [code for code, end in former[county] if birth < end]
            if then:
                return then[int(draw() * len(then))]
        return county

    return choose


def _uncommon_namer(rng: random.Random) -> Callable[[str, list[str]], tuple[str, str]]:
    """Names and nationalities of the two in a hundred who are not plainly named 汉族."""
    surnames = _surnames()
    minorities, shares = list(words.MINORITIES), list(accumulate(words.MINORITIES.values()))

    def name(sex: str, given: list[str]) -> tuple[str, str]:
        luck = rng.random()
        if luck < 0.05:
            return _dotted_name(rng, sex), "05"
        if luck < 0.1:
            rare = words.RARE_MEN if sex == "1" else words.RARE_WOMEN
            return rng.choice(surnames) + rng.choice(rare), "01"
        if luck < 0.3:
            return rng.choice(words.COMPOUND_SURNAMES) + rng.choice(given), "01"
        nationality = rng.choices(minorities, cum_weights=shares)[0]
        return rng.choice(surnames) + rng.choice(given), nationality

    return name


def _dotted_name(rng: random.Random, sex: str) -> str:
    own = rng.choice(words.DOTTED_MEN if sex == "1" else words.DOTTED_WOMEN)
    return f"{own}·{rng.choice(words.DOTTED_MEN)}"


@lru_cache(maxsize=1)
def _surnames() -> list[str]:
    """Every surname as often as its share, so that one uniform draw is a weighted one."""
    return [surname for surname, share in words.SURNAMES.items() for _ in range(share)]


@lru_cache(maxsize=1)
def _given_names() -> dict[tuple[int, str], list[str]]:
    """Decade and sex → given names, those in fashion four times, single characters twice."""
    pools: dict[tuple[int, str], list[str]] = {}
    for sex, decades in (("1", words.MEN), ("2", words.WOMEN)):
        for decade, (fashion, first, second) in decades.items():
            pairs = [a + b for a in first for b in second if a != b]
            pools[decade, sex] = fashion.split() * 4 + list(second) * 2 + pairs
    return pools


@lru_cache(maxsize=1)
def _schooling() -> dict[int, list[str]]:
    """Decade → a hundred education codes in the shares of that decade."""
    shares = {
        1960: {"80": 22, "70": 45, "60": 18, "41": 6, "30": 6, "21": 3},
        1970: {"80": 8, "70": 46, "60": 20, "41": 8, "30": 11, "21": 6, "14": 1},
        1980: {"80": 2, "70": 31, "60": 18, "44": 5, "41": 6, "31": 19, "21": 16, "14": 3},
        1990: {"70": 14, "60": 16, "44": 6, "47": 6, "31": 27, "21": 26, "14": 4, "11": 1},
        2000: {"70": 8, "60": 20, "44": 8, "47": 9, "31": 32, "21": 21, "14": 2},
    }
    return {decade: _hundred(row) for decade, row in shares.items()}


@lru_cache(maxsize=1)
def _leanings() -> list[str]:
    return _hundred({"13": 80, "01": 12, "03": 6, "02": 1, "12": 1})


def _hundred(shares: dict[str, int]) -> list[str]:
    return [code for code, share in shares.items() for _ in range(share)]
