from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base import masking


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("340103199001019931", "3401**********9931"),
        ("340103900101993", "3401*******1993"),
        ("E12345678", "E1*****78"),
        ("军字第1234567号", "军字*******7号"),
        ("E123", "E***"),
        ("", ""),
    ],
)
def test_ids(number, masked):
    assert masking.mask_id(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("13800001234", "138****1234"), ("055112345678", "********5678"), ("1234", "****"), ("", "")],
)
def test_mobiles(number, masked):
    assert masking.mask_mobile(number) == masked


def test_bank_cards():
    assert masking.mask_bank_card("6222 0213 0100 0001 234") == "6222***********1234"
    assert masking.mask_bank_card("12345678901") == "*******8901"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张 三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("欧阳锋峰", "欧阳**"),
        ("欧阳", "欧*"),
        ("𠅤䶮", "𠅤*"),
        ("买买提·艾力", "买**·**"),
        ("John Smith", "J*** S****"),
        ("张", "*"),
        ("", ""),
    ],
)
def test_names(name, masked):
    assert masking.mask_name(name) == masked


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("安徽省合肥市蜀山区长江西路200号3栋", "安徽省合肥市蜀山区"),
        ("安徽省 合肥市 肥西县上派镇", "安徽省合肥市肥西县"),
        ("合肥市长江路小区3栋", "合肥市"),
        ("合肥市长江路省委大院", "合肥市"),
        ("安徽省合肥市翡翠小区", "安徽省合肥市"),
        ("北京市朝阳区建国路1号", "北京市朝阳区"),
        ("新疆维吾尔自治区伊犁哈萨克自治州霍城县", "新疆维吾尔自治区伊犁哈萨克自治州霍城县"),
        ("安徽省巢湖市卧牛山街道", "安徽省巢湖市"),
        ("长江西路200号", ""),
        ("200号", ""),
    ],
)
def test_addresses(address, shown):
    assert masking.mask_address(address) == shown + "****"


def test_no_address():
    assert masking.mask_address(" ") == ""


def test_emails():
    assert masking.mask_email("zhang@example.cn") == "z***@example.cn"
    assert masking.mask_email("zhang") == "*****"


@given(st.text(max_size=30))
def test_masks_never_raise_and_hide_half(text):
    for mask in (masking.mask_id, masking.mask_mobile, masking.mask_bank_card):
        masked = mask(text)
        assert sum(c != "*" for c in masked) <= max(len(masked) - len(masked) // 3, 0)
        assert masked.count("*") * 2 >= len(masked) - 4
    masking.mask_name(text)
    masking.mask_address(text)
    masking.mask_email(text)


@given(st.text("0123456789", min_size=18, max_size=18))
def test_the_middle_of_an_id_never_shows(number):
    masked = masking.mask_id(number)
    assert masked[4:14] == "*" * 10
    assert len(masked) == 18
