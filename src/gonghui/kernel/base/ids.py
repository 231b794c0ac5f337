"""Numbers this platform gives out: record ids, receipt numbers and member numbers for life.

Check characters follow ISO/IEC 7064: MOD 37,36 for receipts, MOD 11,10 for members. Both find
every single wrong character and nearly every swap of neighbours.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from stdnum.iso7064 import mod_11_10, mod_37_36

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.identifiers import compact

ANHUI = "34"
_RECEIPT = re.compile(r"([A-Z]{1,6})([0-9]{8})-?([0-9]{6,9})-?([0-9A-Z])")
_LARGEST_SEQUENCE = 999_999_999


def sortable_id(at: datetime, random: bytes | None = None) -> UUID:
    """Return a UUID of version 7 (RFC 9562): sorts by the millisecond of `at`, else random.

    at: an aware datetime (ValueError otherwise). random: ten bytes, for tests; by default the
    operating system's, so that an id shown in an address cannot be guessed from its neighbour.
    """
    if at.tzinfo is None:
        raise ValueError("the time of an id is an aware datetime")
    noise = int.from_bytes(random if random is not None else os.urandom(10))
    milliseconds = int(at.timestamp() * 1000)
    value = milliseconds << 80 | noise & (1 << 80) - 1
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


@dataclass(frozen=True)
class Receipt:
    """The parts of a receipt number (受理编号)."""

    prefix: str
    day: date
    sequence: int


def receipt_number(prefix: str, day: date, sequence: int) -> str:
    """Return a receipt number with check character: RH20261122-000123-0.

    prefix: one to six letters A-Z of the kind of business. sequence: from 1, within prefix and
    day; numbers of a day sort as text up to 999,999. Raises ValueError for other values.
    """
    if not re.fullmatch("[A-Z]{1,6}", prefix) or not 1 <= sequence <= _LARGEST_SEQUENCE:
        raise ValueError(f"no receipt number for {prefix!r} and {sequence}")
    head, tail = f"{prefix}{day:%Y%m%d}", f"{sequence:06d}"
    return f"{head}-{tail}-{mod_37_36.calc_check_digit(head + tail)}"


def check_receipt_number(text: str) -> Receipt:
    """Return the parts of a receipt number as typed, hyphens or not.

    Raises Refusal with code receipt.format or receipt.check.
    """
    match = _RECEIPT.fullmatch(compact(text))
    if not match:
        raise _receipt_refusal("受理编号格式不对，应如“RH20261122-000123-0”。", "format")
    prefix, digits, tail, check = match.groups()
    if mod_37_36.calc_check_digit(prefix + digits + tail) != check:
        raise _receipt_refusal("受理编号的校验码不符，可能输错了一位。", "check")
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise _receipt_refusal("受理编号中的日期不存在。", "format") from None
    return Receipt(prefix, day, int(tail))


def _receipt_refusal(message: str, code: str) -> Refusal:
    return Refusal(
        message,
        rule="受理编号规则",
        remedy="请对照回执核对。",
        field="receipt_number",
        code=f"receipt.{code}",
    )


def member_number(sequence: int, *, province: str = ANHUI) -> str:
    """Return a member number for life (会员编号): 2 digits province, 9 sequence, 1 check.

    Raises ValueError outside 1 to 999,999,999.
    """
    if not re.fullmatch("[0-9]{2}", province) or not 1 <= sequence <= _LARGEST_SEQUENCE:
        raise ValueError(f"no member number for {province!r} and {sequence}")
    digits = f"{province}{sequence:09d}"
    return digits + mod_11_10.calc_check_digit(digits)


def check_member_number(text: str) -> str:
    """Return a member number in normal form.

    Raises Refusal with code member_number.format or member_number.check.
    """
    number = compact(text)
    if not re.fullmatch("[0-9]{12}", number):
        raise _member_refusal("会员编号应为12位数字。", "format")
    if mod_11_10.calc_check_digit(number[:-1]) != number[-1]:
        raise _member_refusal("会员编号的校验码不符，可能输错了一位。", "check")
    return number


def _member_refusal(message: str, code: str) -> Refusal:
    return Refusal(
        message,
        rule="会员编号规则",
        remedy="请对照会员卡核对。",
        field="member_number",
        code=f"member_number.{code}",
    )
