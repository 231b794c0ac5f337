from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base import money
from gonghui.kernel.base.errors import Refusal

amounts = st.decimals(0, money.LARGEST, places=2, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        ("1256.8", "1256.80"),
        ("¥1,256.80", "1256.80"),
        ("１２５６．８元", "1256.80"),
        ("-￥3", "-3.00"),
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("0.0049", "0.00"),
        ("-0.001", "0.00"),
        (7, "7.00"),
        (Decimal("2.675"), "2.68"),
    ],
)
def test_amounts(value, exact):
    assert str(money.yuan(value)) == exact


@pytest.mark.parametrize(
    "text", ["", "元", "1,2", "12,56", "1.2.3", "壹元", "NaN", "1e5", "1,2345"]
)
def test_amounts_refused(text):
    with pytest.raises(Refusal) as caught:
        money.yuan(text)
    assert caught.value.code == "money.format"


def test_size_and_type():
    assert money.yuan(money.LARGEST) == money.LARGEST
    with pytest.raises(Refusal, match="过大"):
        money.yuan(10**16)
    with pytest.raises(Refusal):
        money.yuan(Decimal("Infinity"))
    with pytest.raises(TypeError):
        money.yuan(1.1)


@given(amounts)
def test_formatting_reads_back(amount):
    assert money.yuan(money.format_yuan(amount)) == amount
    assert money.yuan(money.format_yuan(-amount)) == -amount


def test_formats():
    assert money.format_yuan("1256.8") == "¥1,256.80"
    assert money.format_yuan(-3) == "-¥3.00"
    assert money.format_yuan("-0.001") == "¥0.00"


@pytest.mark.parametrize(
    ("amount", "capital"),
    [
        ("1256.8", "壹仟贰佰伍拾陆元捌角整"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.56", "伍角陆分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("10", "壹拾元整"),
        ("100000001", "壹亿零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("1000000000000", "壹万亿元整"),
        ("1000100000000", "壹万零壹亿元整"),
        ("1000000010000", "壹万亿零壹万元整"),
        ("120034005600.70", "壹仟贰佰亿叁仟肆佰万伍仟陆佰元柒角整"),
        ("-3", "负叁元整"),
    ],
)
def test_capitals(amount, capital):
    assert money.capital_yuan(amount) == capital


def _value(text):
    """Read a capital amount back by an independent way: a little grammar of units."""
    units = {"拾": 10, "佰": 100, "仟": 1000}
    total = section = digit = fen = 0
    for c in text.removesuffix("整"):
        if c in money._DIGITS:
            digit = money._DIGITS.index(c)
        elif c in units:
            section, digit = section + digit * units[c], 0
        elif c == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        elif c == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        elif c == "元":
            total, section, digit = total + section + digit, 0, 0
        else:
            fen, digit = fen + digit * {"角": 10, "分": 1}[c], 0
    return Decimal(total) + Decimal(fen) / 100


@given(amounts)
def test_capitals_read_back(amount):
    capital = money.capital_yuan(amount)
    assert _value(capital) == amount
    assert "零零" not in capital
    assert capital.endswith("分") != capital.endswith("整")
