from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gonghui.kernel.base import names
from gonghui.kernel.base.errors import Refusal

han = st.text(st.sampled_from("王卫龚张欧阳买提娜㛃䶮𠅤龘𬴊㐀𪜶𰻞〇单仇"), min_size=2, max_size=10)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("王卫", "王卫"),
        (" 王　卫 ", "王卫"),
        ("㛃䶮", "㛃䶮"),
        ("龚𠅤", "龚𠅤"),
        ("张〇", "张〇"),
        ("买买提・艾力", "买买提·艾力"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提‧艾力", "买买提·艾力"),
        ("买买提.艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"),
        ("买买提 · 艾力", "买买提·艾力"),
        ("Ｊｏｈｎ  Smith", "John Smith"),
        ("Mary-Jane O'Neill", "Mary-Jane O'Neill"),
        ("J. R. Müller Jr.", "J. R. Müller Jr."),
        ("王\u200b卫", "王卫"),
    ],
)
def test_names_accepted(typed, normal):
    assert names.check_name(typed) == normal
    assert names.check_name(normal) == normal


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "length"),
        ("王", "length"),
        ("王" * 51, "length"),
        ("王1", "characters"),
        ("王*", "characters"),
        ("王卫·", "characters"),
        ("·王卫", "characters"),
        ("买买提··艾力", "characters"),
        ("王（卫）", "characters"),
        ("王Wei", "characters"),
        ("Иван Иванов", "characters"),
        ("John  2", "characters"),
        ("John.", None),
        ("王\ue000", "private"),
    ],
)
def test_names_refused(typed, code):
    if code is None:
        assert names.check_name(typed)
        return
    with pytest.raises(Refusal) as caught:
        names.check_name(typed)
    assert caught.value.code == f"name.{code}"


@given(st.text(max_size=20))
@example("A\u00a8𠀀")
@example("A\u200b\u0308")
def test_normal_form_is_stable(text):
    once = names.normalise(text)
    assert names.normalise(once) == once


@given(han)
def test_chinese_names_pass_and_split_without_loss(name):
    checked = names.check_name(name)
    surname, given_name = names.split_surname(checked)
    assert surname + given_name == checked
    assert surname
    assert given_name
    assert names.name_tail(name) == checked[1:]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("王卫", ("王", "卫")),
        ("欧阳修", ("欧阳", "修")),
        ("欧阳", ("欧", "阳")),
        ("司马相如", ("司马", "相如")),
        ("买买提·艾力", ("", "买买提·艾力")),
        ("John Smith", ("", "John Smith")),
        ("", ("", "")),
    ],
)
def test_surnames(name, parts):
    assert names.split_surname(name) == parts


def test_compound_surnames_have_two_characters():
    assert all(len(surname) == 2 for surname in names.COMPOUND_SURNAMES)


@pytest.mark.parametrize(
    ("text", "reading", "letters"),
    [
        ("王卫龚", "wang wei gong", "wwg"),
        ("㛃䶮", "jie yan", "jy"),
        ("吕布", "lv bu", "lb"),
        ("单位", "dan wei", "dw"),
        ("合肥市总工会", "he fei shi zong gong hui", "hfszgh"),
        ("买买提·艾力", "mai mai ti ai li", "mmtal"),
        ("John Smith", "john smith", "js"),
        ("三联3厂", "san lian 3 chang", "sl3c"),
        ("", "", ""),
    ],
)
def test_readings(text, reading, letters):
    assert names.pinyin(text) == reading
    assert names.initials(text) == letters


@pytest.mark.parametrize(
    ("name", "reading", "letters"),
    [
        ("单雄信", "shan xiong xin", "sxx"),
        ("仇英", "qiu ying", "qy"),
        ("万俟卨", "mo qi xie", "mqx"),
        ("万里", "wan li", "wl"),
        ("尉迟恭", "yu chi gong", "ycg"),
        ("欧阳修", "ou yang xiu", "oyx"),
        ("曾华", "zeng hua", "zh"),
    ],
)
def test_surname_readings(name, reading, letters):
    assert names.pinyin(name, person=True) == reading
    assert names.initials(name, person=True) == letters


def test_a_character_without_reading_stands_for_itself():
    unread = "\U000323af"
    assert names.pinyin(f"王{unread}{unread}A") == f"wang {unread} {unread} a"
    assert names.initials(f"王{unread}卫") == f"w{unread}w"
    assert names.bigrams(f"王{unread}") == [f"王{unread}"]
    assert names.check_name(f"王{unread}") == f"王{unread}"


@given(han)
def test_one_initial_for_each_syllable(name):
    assert len(names.initials(name)) == len(names.pinyin(name).split()) == len(name)


def test_bigrams():
    assert names.bigrams("王卫国") == ["王卫", "卫国"]
    assert names.bigrams("王") == ["王"]
    assert names.bigrams("买买提·艾力") == ["买买", "买提", "提艾", "艾力"]
    assert names.bigrams("") == []
    assert names.bigrams("𠅤䶮") == ["𠅤䶮"]
    assert names.grams("王卫") == ["王", "卫", "王卫"]


@given(han, st.data())
def test_every_part_of_a_name_is_found_by_its_grams(name, data):
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    assert set(names.bigrams(name[start:end])) <= set(names.grams(name))
