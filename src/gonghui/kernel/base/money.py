"""Amounts in yuan (元), exact to the fen (分)."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from gonghui.kernel.base.errors import Refusal

FEN = Decimal("0.01")
LARGEST = Decimal("9999999999999999.99")

_WRITTEN = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SECTIONS = ("元", "万", "亿", "万亿")


def yuan(value: str | int | Decimal) -> Decimal:
    """Return an amount in yuan with two decimals, half a fen rounded away from zero.

    Text may carry ¥, 元, thousands commas and full-width digits. Raises Refusal with code
    money.format or money.size (10^16 yuan and more), TypeError for floats: they are not exact.
    """
    if isinstance(value, (float, bool)):
        raise TypeError("amounts are str, int or Decimal")
    amount = _read(value) if isinstance(value, str) else Decimal(value)
    if not amount.is_finite():
        raise _refusal("金额不是有效数字。", "format")
    if abs(amount) > LARGEST:
        raise _refusal("金额过大，应小于一亿亿元。", "size")
    # Adding zero turns a negative zero into zero.
    return amount.quantize(FEN, ROUND_HALF_UP) + Decimal("0.00")


def _read(text: str) -> Decimal:
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    sign = plain[:1] if plain[:1] in ("-", "+") else ""
    plain = sign + plain[len(sign) :].removeprefix("¥").removesuffix("元")
    if not _WRITTEN.fullmatch(plain):
        raise _refusal("金额格式不对，应为数字，如“1256.80”或“1,256.80”。", "format")
    return Decimal(plain.replace(",", ""))


def _refusal(message: str, code: str) -> Refusal:
    return Refusal(
        message,
        rule="金额以元为单位，精确到分",
        remedy="请重新填写金额。",
        field="amount",
        code=f"money.{code}",
    )


def format_yuan(amount: str | int | Decimal) -> str:
    """Return an amount as shown on pages: ¥1,256.80, -¥3.00."""
    exact = yuan(amount)
    return f"{'-' if exact < 0 else ''}¥{abs(exact):,.2f}"


def capital_yuan(amount: str | int | Decimal) -> str:
    """Return the capital amount for bills (大写金额): 壹仟贰佰伍拾陆元捌角整.

    A 零 is written where digits are skipped, none where 支付结算办法 (1997) annex 1 leaves it
    open (a zero in the place of 元 or 万 before a filled place); 负 stands before negative ones.
    """
    exact = yuan(amount)
    whole, fen = divmod(int(abs(exact) * 100), 100)
    sign = "负" if exact < 0 else ""
    return sign + (_capital_whole(whole) + _capital_fen(fen, after_yuan=whole > 0) or "零元整")


def _capital_whole(whole: int) -> str:
    text, skipped = "", False
    for index in range(len(_SECTIONS) - 1, -1, -1):
        section = whole // 10_000**index % 10_000
        if section:
            text += "零" if text and (skipped or section < 1000) else ""
            # 万亿 is written out only when no 亿 follows to carry its second half.
            unit = _SECTIONS[index]
            if index == 3 and whole // 10_000**2 % 10_000:
                unit = "万"
            text += _capital_section(section) + (unit if index else "")
        skipped = bool(text) and not section
    return text + "元" if text else ""


def _capital_section(section: int) -> str:
    text, skipped = "", False
    for place in range(3, -1, -1):
        digit = section // 10**place % 10
        if digit:
            text += ("零" if text and skipped else "") + _DIGITS[digit] + _PLACES[place]
        skipped = not digit
    return text


def _capital_fen(hundredths: int, *, after_yuan: bool) -> str:
    jiao, fen = divmod(hundredths, 10)
    if not hundredths:
        return "整" if after_yuan else ""
    text = f"{_DIGITS[jiao]}角" if jiao else "零" if after_yuan else ""
    return text + (f"{_DIGITS[fen]}分" if fen else "整")
