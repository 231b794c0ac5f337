from datetime import date
from itertools import pairwise

import pytest

from gonghui.kernel import codes
from gonghui.kernel.codes.registry import Entry, Table, shipped


def in_force(table: str) -> dict[str, str]:
    return dict(codes.choices(table))


def test_every_entry_points_at_known_codes():
    for table in codes.tables():
        parents = table.by_code | (
            shipped()["region"].by_code | shipped()["zone"].by_code
            if table.id in ("zone", "township")
            else {}
        )
        for entry in table.entries:
            assert not entry.parent or entry.parent in parents, (table.id, entry)
            assert not entry.successor or entry.successor in table.by_code, (table.id, entry)


def test_periods_of_a_code_do_not_overlap():
    for table in codes.tables():
        for code, periods in table.by_code.items():
            for before, after in pairwise(periods):
                assert before.valid_to is not None, (table.id, code)
                assert after.valid_from is not None, (table.id, code)
                assert before.valid_to <= after.valid_from, (table.id, code)


def test_every_alias_points_at_a_known_code_and_shadows_no_other_name():
    for table in codes.tables():
        for text, code in table.typed.items():
            assert code in table.by_code, (table.id, text)
            meaning = {entry.code for entry in table.entries if entry.name == text}
            assert meaning <= {code}, (table.id, text)


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ("sex", 4),
        ("marriage", 8),
        ("nationality", 58),
        ("political", 13),
        ("township", 1685),
        ("zone", 15),
    ],
)
def test_counts(table, count):
    assert len(in_force(table)) == count


def test_industry_has_20_sections_and_97_divisions():
    sections = codes.choices("industry", parent="")
    assert [code for code, _ in sections] == list("ABCDEFGHIJKLMNOPQRST")
    divisions = [codes.choices("industry", parent=code) for code, _ in sections]
    assert sum(map(len, divisions)) == 97


def test_name():
    assert codes.name("sex", "1") == "男性"
    assert codes.name("sex", "") == ""
    assert codes.name("sex", None) == ""
    assert codes.name("sex", "7") == "7"
    assert codes.name("region", "340104") == "蜀山区"
    assert codes.name("region", "340104", date(1990, 1, 1)) == "西市区"
    with pytest.raises(codes.UnknownTable):
        codes.name("nothing", "1")


def test_choices_follow_the_day():
    assert "341822" in dict(codes.choices("region", on=date(2018, 1, 1)))
    assert "341822" not in in_force("region")
    assert "341882" in in_force("region")


def test_is_valid_ever_and_on_a_day():
    assert codes.is_valid("region", "340823")
    assert codes.is_valid("region", "340823", date(2010, 1, 1))
    assert not codes.is_valid("region", "340823", date(2020, 1, 1))
    assert not codes.is_valid("region", "340999")


def test_a_code_holds_from_its_first_day_to_the_day_before_its_last():
    assert codes.is_valid("region", "340823", date(2015, 11, 30))
    assert not codes.is_valid("region", "340823", date(2015, 12, 1))
    assert codes.is_valid("region", "340722", date(2015, 12, 1))


@pytest.mark.parametrize(
    ("table", "text", "code"),
    [
        ("sex", "男", "1"),
        ("sex", " 女 性 ", "2"),
        ("sex", "２", "2"),
        ("education", "本科", "20"),
        ("education", "大专", "30"),
        ("education", "硕士研究生毕业", "14"),
        ("nationality", "汉", "01"),
        ("nationality", "1", "01"),
        ("political", "中共党员", "01"),
        ("industry", "c", "C"),
        ("industry", "房屋建筑业", "47"),
        ("occupation", "40200", "4-02"),
        ("new_employment", "外卖骑手", "04"),
        ("employment_form", "聘用制(事业单位)", "20"),
        ("region", "巢湖市", "340181"),
        ("region", "西市区", None),
        ("region", "郊区", "340711"),
        ("region", "枞阳县", "340722"),
        ("region", "铜陵市郊区", "340711"),
        ("region", "安徽省 合肥市 蜀山区", "340104"),
        ("region", "合肥市西市区", None),
        ("region", "铜陵县", "340721"),
        ("sex", "其他", None),
        ("sex", "", None),
        ("sex", None, None),
    ],
)
def test_resolve(table, text, code):
    assert codes.resolve(table, text) == code


def test_alias_map_is_what_resolve_uses_and_a_copy():
    aliases = codes.alias_map("sex")
    assert aliases["男"] == "1"
    aliases["男"] = "2"
    assert codes.resolve("sex", "男") == "1"


def test_a_name_of_two_codes_resolves_to_neither():
    table = Table("t", "", "", "", False, (Entry("1", "郊区"), Entry("2", "郊区")))
    assert "郊区" not in table.aliases


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("340823", "340722"),  # 枞阳, to 铜陵
        ("342422", "340422"),  # 寿县, by way of 341521
        ("340721", "340706"),  # 铜陵县, now 义安区
        ("340221", "340210"),  # 芜湖县, now 湾沚区
        ("342623", "340281"),  # 无为, by way of 341422 and 340225
        ("341424", "340523"),  # 和县
        ("341423", "340522"),  # 含山县
        ("342601", "340181"),  # 巢湖市 (county), by way of 居巢区
        ("340824", "340882"),  # 潜山
        ("341822", "341882"),  # 广德
        ("342524", "341881"),  # 宁国
        ("342102", "341602"),  # 亳州 (county), now 谯城区
        ("340104", "340104"),
        ("341400", None),  # 巢湖 (prefecture), divided among three
        ("999999", None),
    ],
)
def test_successor(old, new):
    assert codes.successor_of(old) == new


def test_every_abolished_region_leads_to_one_in_force_or_was_divided():
    divided = set()
    for code, periods in shipped()["region"].by_code.items():
        last = periods[-1]
        if last.valid_to is not None and codes.successor_of(code) is None:
            divided.add(code)
    assert divided == {
        *("340211", "340511", "340611", "340704", "341400", "341401"),
        *("342101", "342121", "342301", "342323", "342401", "342421"),
        "342600",
    }


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("340104", True),
        ("340823", True),
        ("342601", True),
        ("340101", True),
        ("340999", False),
        ("320106", True),
        ("110101", True),
        ("810000", True),
        ("820000", True),
        ("830000", True),
        ("810101", False),
        ("990101", False),
        ("170101", False),
        ("34010", False),
        ("34010a", False),
        ("３４０１０４", False),
        ("", False),
    ],
)
def test_known_region(code, known):
    assert codes.known_region(code) is known


def test_known_region_on_a_day():
    assert not codes.known_region("340722", date(2010, 1, 1))
    assert codes.known_region("340722", date(2016, 1, 1))
    assert not codes.known_region("340823", date(2016, 1, 1))
    assert not codes.known_region("500101", date(1990, 1, 1))
