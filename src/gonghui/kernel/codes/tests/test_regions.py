from datetime import date

from gonghui.kernel.codes import regions


def test_16_cities_and_104_counties():
    cities = regions.cities()
    assert len(cities) == 16
    assert cities[0] == regions.Region("340100", "合肥市", "city", "340100")
    assert len(regions.counties()) == 104
    assert sum(len(regions.counties(city.code)) for city in cities) == 104
    assert all(county.city_code == county.code[:4] + "00" for county in regions.counties())


def test_provinces():
    names = [province.name for province in regions.provinces()]
    assert len(names) == 34
    assert names[0] == "北京市"


def test_townships_of_counties_and_zones():
    places = [*regions.counties(), *regions.zones()]
    assert sum(len(regions.townships(place.code)) for place in places) == 1685
    first = regions.townships("340104")[0]
    assert (first.kind, first.city_code, first.code[:6]) == ("township", "340100", "340104")
    assert regions.townships("nowhere") == []


def test_the_lists_of_a_past_day():
    day = date(2010, 1, 1)
    assert "巢湖市" in [city.name for city in regions.cities(day)]
    assert "庐江县" in [county.name for county in regions.counties("341400", day)]
    assert "庐江县" not in [county.name for county in regions.counties("340100", day)]


def test_region_and_full_name():
    assert regions.region("340823") == regions.Region("340823", "枞阳县", "county", "340800")
    assert regions.region("nowhere") is None
    assert regions.full_name("340104") == "安徽省合肥市蜀山区"
    assert regions.full_name("340104", date(1990, 1, 1)) == "安徽省合肥市西市区"
    assert regions.full_name("nowhere") == ""
    township = regions.townships("340104")[0]
    assert regions.full_name(township.code) == f"安徽省合肥市蜀山区{township.name}"
    assert regions.region(township.code) == township
