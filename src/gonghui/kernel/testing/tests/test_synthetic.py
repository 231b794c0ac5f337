import random
from collections import Counter
from datetime import date
from math import gcd

import pytest

from gonghui.kernel import codes
from gonghui.kernel.base.identifiers import parse_mobile, parse_resident_id, parse_uscc
from gonghui.kernel.codes import regions
from gonghui.kernel.testing import synthetic

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def crowd() -> list[synthetic.Person]:
    return list(synthetic.people(1, 20_000))


def test_numbers_are_valid_and_say_the_same_as_the_person(crowd):
    for person in crowd[:5000]:
        parsed = parse_resident_id(person.id_number, on=TODAY, region_known=codes.known_region)
        assert (parsed.birth, parsed.sex, parsed.region) == (
            person.birth,
            person.sex,
            person.region,
        )
        assert parse_mobile(person.mobile) == person.mobile
        assert person.mobile.startswith(synthetic.MOBILE_PREFIX)


def test_the_same_seed_gives_the_same_people_and_another_seed_others(crowd):
    assert list(synthetic.people(1, 100)) == crowd[:100]
    assert not {p.id_number for p in synthetic.people(2, 100)} & {p.id_number for p in crowd}


def test_numbers_never_repeat_within_a_seed(crowd):
    later = list(synthetic.people(1, 20_000, start=20_000, homes=["340104"]))
    everybody = [*crowd, *later]
    assert len({person.id_number for person in everybody}) == len(everybody)
    assert len({person.mobile for person in everybody}) == len(everybody)


def test_no_two_people_share_birth_and_sequence_because_the_stride_is_a_permutation():
    assert gcd(synthetic.STRIDE, synthetic.CAPACITY) == 1
    assert gcd(synthetic.MOBILE_STRIDE, synthetic.MOBILES) == 1
    assert synthetic.CAPACITY <= synthetic.MOBILES
    with pytest.raises(ValueError, match="people"):
        next(synthetic.people(1, 1, start=synthetic.CAPACITY))


def test_codes_exist(crowd):
    for table, field in (
        ("sex", "sex"),
        ("nationality", "nationality"),
        ("education", "education"),
        ("political", "political"),
    ):
        used = {getattr(person, field) for person in crowd}
        assert all(codes.is_valid(table, code) for code in used), used


def test_the_crowd_looks_like_anhui(crowd):
    surnames = Counter(person.name[0] for person in crowd)
    assert {surname for surname, _ in surnames.most_common(3)} == {"王", "张", "李"}
    assert 0.45 < sum(person.sex == "1" for person in crowd) / len(crowd) < 0.55
    assert all(2 <= len(person.name) <= 20 for person in crowd)
    assert 1961 <= min(person.birth.year for person in crowd) < 1963
    assert 2006 <= max(person.birth.year for person in crowd) <= 2007


def test_uncommon_names_occur():
    names = "".join(person.name for person in synthetic.people(1, 100_000))
    for uncommon in ("·", "㛃", "䶮", "欧阳", "诸葛"):
        assert uncommon in names, uncommon


def test_homes_and_abolished_codes():
    people = list(synthetic.people(3, 2000, homes=["340722"]))
    found = Counter(person.region for person in people)
    assert found["340722"] + found["340823"] + found["342823"] > 1500
    assert found["340823"] > 50
    for person in people:
        last = codes.tables()[0].by_code.get(person.region, ())
        assert not last or last[-1].valid_to is None or person.birth < last[-1].valid_to


def test_workplaces():
    places = list(synthetic.workplaces(1, "340104", 500))
    assert len({place.name for place in places}) == 500
    assert places == list(synthetic.workplaces(1, "340104", 500))
    for place in places:
        assert place.union_name == f"{place.name}工会委员会"
        assert codes.is_valid("industry", place.industry)
        assert codes.is_valid("unit_nature", place.nature)
        assert parse_uscc(place.uscc, region_known=codes.known_region).region == "340104"
        assert place.address.startswith("安徽省合肥市蜀山区")
    assert any(place.nature == "30" for place in places)


def test_every_county_has_enough_names():
    for county in regions.counties():
        assert len(list(synthetic.workplaces(1, county.code, 20))) == 20


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("340000", "安徽省总工会"),
        ("340100", "合肥市总工会"),
        ("340104", "合肥市蜀山区总工会"),
        ("340123", "肥西县总工会"),
        ("340181", "巢湖市总工会"),
    ],
)
def test_territorial_union_names(code, name):
    assert synthetic.territorial_union_name(code) == name


def test_township_union_names():
    town = regions.townships("340104")[0]
    expected = f"合肥市蜀山区{town.name}总工会"
    assert synthetic.territorial_union_name(town.code) == expected
    assert synthetic.joint_union_name(town.code, "快递行业").endswith("快递行业联合工会委员会")
    with pytest.raises(ValueError, match="nowhere"):
        synthetic.territorial_union_name("nowhere")


def test_address_lies_in_a_township_of_the_county():
    text = synthetic.address(random.Random(1), "340123")
    assert text.startswith("安徽省合肥市肥西县")
    assert any(town.name in text for town in regions.townships("340123"))
