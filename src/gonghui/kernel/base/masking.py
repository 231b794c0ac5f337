"""Masking of personal data on screens, prints and public pages (个人信息脱敏).

GB/T 35273-2020 section 6.5 asks for masking where data are shown. Masks are for display: they
never raise, and whatever does not look as expected is hidden more, not less.
"""

from __future__ import annotations

import re

from gonghui.kernel.base import names

STAR = "*"
_HIDDEN_REST = STAR * 4
# Province, city and county, each once and in this order. No part may hold the sign of a street, a
# village or a number, and 小区, 社区, 园区, 超市 and 市场 are no divisions.
_NO_STREET = "(?:(?![路街巷弄村号{}])[\u4e00-\u9fff])"
_DIVISIONS = re.compile(
    f"(?:{_NO_STREET.format('市县区')}{{2,8}}?(?:省|自治区|特别行政区))?"
    f"(?:{_NO_STREET.format('县区')}{{1,10}}?(?:自治州|地区|盟|(?<!超)市(?!场)))?"
    f"(?:{_NO_STREET.format('')}{{1,8}}?(?:县|(?<![小社园])区|(?<!超)市(?!场)|旗))?"
)


def _hide(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    return text[:head] + STAR * hidden + (text[len(text) - tail :] if tail else "")


def mask_id(number: str) -> str:
    """Mask the number of an identity document: 3401**********9931.

    18 and 15 characters keep four at each end; others of eight and more two at each end;
    shorter ones keep the first.
    """
    number = number.strip()
    if len(number) in (15, 18):
        return _hide(number, 4, 4)
    if len(number) >= 8:
        return _hide(number, 2, 2)
    return _hide(number, min(1, len(number)), 0)


def mask_mobile(number: str) -> str:
    """Mask a telephone number: 138****1234; others show at most their last four."""
    number = number.strip()
    if len(number) == 11:
        return _hide(number, 3, 4)
    return _hide(number, 0, 4 if len(number) >= 8 else 0)


def mask_bank_card(number: str) -> str:
    """Mask a bank account: the last four stay, 6222***********1234 also keeps the first four."""
    number = "".join(number.split())
    if len(number) >= 16:
        return _hide(number, 4, 4)
    return _hide(number, 0, 4 if len(number) >= 8 else 0)


def mask_name(name: str) -> str:
    """Mask a person's name for public pages: 张*, 欧阳**, 买**·**, J*** S****."""
    name = names.normalise(name)
    surname, given = names.split_surname(name)
    if surname and given:
        return surname + STAR * len(given)
    if len(name) < 2:
        return STAR * len(name)
    if names.INTERPUNCT in name:
        return name[0] + re.sub(f"[^{names.INTERPUNCT}]", STAR, name[1:])
    return re.sub(r"(?<=\S)\S", STAR, name)


def mask_address(address: str) -> str:
    """Mask an address below the county: 安徽省合肥市蜀山区****; nothing known shows nothing."""
    address = "".join(address.split())
    if not address:
        return ""
    match = _DIVISIONS.match(address)
    return (match[0] if match else "") + _HIDDEN_REST


def mask_email(address: str) -> str:
    """Mask an e-mail address: z***@example.cn."""
    local, at, domain = address.strip().partition("@")
    if not at:
        return STAR * len(local)
    return f"{local[:1]}***@{domain}"
