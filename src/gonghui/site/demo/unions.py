"""The demo's unions: the fixed tree, towns of some counties, and basic unions with profiles."""

from __future__ import annotations

import random
from datetime import date, timedelta

from django.utils import timezone

from gonghui.kernel.base.identifiers import synthetic_uscc
from gonghui.kernel.base.masking import mask_mobile
from gonghui.kernel.org import tree
from gonghui.kernel.org.models import GRASSROOTS, Union, UnionKind
from gonghui.kernel.testing import synthetic
from gonghui.kernel.testing.synthetic import Workplace
from gonghui.site.anhui import Place, fixed_tree, towns
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, years_before
from gonghui.systems.mobilization.membership.models import UnionProfile

SEED = 20260701
# County → towns with a union of their own, and how many basic unions the demo has there.
COUNTIES: dict[str, tuple[str, int]] = {
    "340104": (
        "井岗镇 三里庵街道 稻香村街道 琥珀街道 五里墩街道 笔架山街道 南岗镇 小庙镇 蜀山新产业园区",
        68,
    ),
    "340103": ("杏林街道 逍遥津街道 三孝口街道 四里河街道 大杨镇", 34),
    "340111": ("常青街道 芜湖路街道 望湖街道 滨湖世纪社区 大圩镇", 34),
    "340202": ("赭山街道 弋矶山街道 汀棠街道 张家山街道 荆山街道", 30),
    "340207": ("官陡街道 清水街道 沈巷镇 四褐山街道", 20),
    "341502": ("中市街道 东市街道 三十铺镇 毛坦厂镇", 20),
    "340881": ("龙腾街道 文昌街道 孔城镇 新渡镇 双港镇", 24),
    "341182": ("明光街道 女山湖镇", 8),
    "340521": ("姑孰镇 太白镇", 8),
}
JOINT_TRADES = ("商圈", "楼宇", "货运物流", "餐饮", "小微企业")


def found_all() -> None:
    """Every union of the demo, through the kernel's tree, founded years to weeks ago."""
    rng = random.Random(SEED)
    today = timezone.localdate()
    places = _fixed(today)
    for county, (names, count) in COUNTIES.items():
        wanted = names.split()
        local = [
            _found(town, places[county], years_before(today, 18), today)
            for town in towns(county)
            if any(town.name.removesuffix("总工会").endswith(name) for name in wanted)
        ]
        _basics(rng, county, local, count, today)
    _named(places, today)


def _fixed(today: date) -> dict[str, Union]:
    placed: dict[str, Union] = {}
    for place in fixed_tree():
        on = years_before(today, 26 if not place.parent else 24)
        placed[place.key] = _found(place, placed.get(place.parent), on, today)
    return placed


def _found(place: Place, above: Union | None, on: date, today: date) -> Union:
    return tree.found(
        place.name,
        place.kind,
        above,
        on=on,
        today=today,
        region=place.region,
        industry=place.industry,
        document=f"皖工发〔{on.year}〕{len(place.name)}号",
    )


def _basics(rng: random.Random, county: str, local: list[Union], count: int, today: date) -> None:
    """Basic unions of a county's workplaces, one in ten a joint union of small ones."""
    taken: set[tuple[int, str]] = set()
    profiles = []
    for number, work in enumerate(synthetic.workplaces(SEED, county, count)):
        above = local[number % len(local)]
        joint = number % 10 == 9
        trade = JOINT_TRADES[number // 10 % len(JOINT_TRADES)]
        name = (
            f"{above.name.removesuffix('总工会')}{trade}联合工会委员会"
            if joint
            else work.union_name
        )
        if (above.pk, name) in taken:
            continue
        taken.add((above.pk, name))
        age = timedelta(days=round(rng.triangular(60, 15 * 365, 4 * 365)))
        union = tree.found(
            name,
            UnionKind.JOINT if joint else UnionKind.BASIC,
            above,
            on=today - age,
            today=today,
            region=county,
            industry=work.industry,
            uscc=synthetic_uscc(rng, county) if rng.random() < 0.85 else "",
            document=f"工发〔{(today - age).year}〕{number + 1}号",
        )
        profiles.append(profile(rng, union, None if joint else work))
    UnionProfile.objects.bulk_create(profiles, batch_size=200)


def _named(places: dict[str, Union], today: date) -> None:
    """The unions the demo's stories are told of."""
    rng = random.Random(SEED + 1)
    above = {union.name: union for union in Union.objects.unscoped(DEMO).filter(kind="50")}
    zheshan = next(union for name, union in above.items() if "赭山街道" in name)
    shushan = places[cast.SHUSHAN]
    for name, kind, parent, industry, years in (
        (cast.FIRM, UnionKind.BASIC, above[cast.STREET], "35", 9),
        (cast.MERGED, UnionKind.BASIC, above[cast.STREET], "33", 11),
        (cast.MILL, UnionKind.BASIC, zheshan, "17", 14),
        (cast.COURIERS, UnionKind.FEDERATION, shushan, "60", 3),
        (cast.RIDERS, UnionKind.FEDERATION, shushan, "62", 2),
        ("合肥市蜀山区货运司机行业工会联合会", UnionKind.FEDERATION, shushan, "54", 4),
    ):
        on = years_before(today, years)
        union = tree.found(
            name,
            kind,
            parent,
            on=on,
            today=today,
            industry=industry,
            uscc=synthetic_uscc(rng, parent.region[:6]),
            document=f"工发〔{on.year}〕17号",
        )
        work = None
        if kind == UnionKind.BASIC:
            unit = name.removesuffix("工会委员会")
            uscc = synthetic_uscc(rng, parent.region[:6], department="9", kind="1")
            address = synthetic.address(rng, parent.region[:6])
            work = Workplace(unit, name, uscc, industry, "13", parent.region[:6], address)
        profile(rng, union, work).save()


def profile(rng: random.Random, union: Union, work: Workplace | None) -> UnionProfile:
    """A profile filled in more or less completely, not saved."""
    made = UnionProfile(version=1, updated_at=timezone.now() - timedelta(days=rng.randrange(400)))
    made.place_at(union)
    if work is not None:
        made.unit_name, made.unit_nature = work.name, work.nature
        made.unit_uscc = work.uscc if rng.random() < 0.8 else ""
        made.address = work.address
    else:
        made.address = synthetic.address(rng, union.region[:6])
    if rng.random() < 0.9:
        contact = next(synthetic.people(SEED + 2, 1, start=union.pk))
        made.contact_name, made.chair_name = contact.name, contact.name
        made.contact_phone = contact.mobile
        made.contact_mask = mask_mobile(contact.mobile)
    made.women_committee = rng.random() < 0.6
    made.audit_committee = rng.random() < 0.7
    made.founded_document = f"工发〔{union.founded_on.year}〕{union.pk % 90 + 1}号"
    made.score = made.completeness().score
    return made


def keepers() -> list[Union]:
    """The unions that keep members, in the order they were founded in."""
    kinds = [*GRASSROOTS, UnionKind.FEDERATION]
    return list(Union.objects.unscoped(DEMO).filter(kind__in=kinds).order_by("pk"))
