"""Certificates (工会法人资格证书): numbers of preprinted sheets, and what a print may be."""

from __future__ import annotations

import re

from gonghui.kernel.base.errors import Refusal

STOCK_RULE = "证书纸管理：领入、使用、作废逐张登记，编号不重复使用"
REISSUE_RULE = "一份证书只打印一次；打坏的先登记作废，遗失或损毁的办理补（换）领"
MOST_SHEETS = 2000


def sheet_numbers(prefix: str, first: str, count: int) -> list[str]:
    """The numbers of a pack of sheets, each with as many digits as the first."""
    prefix, first = prefix.strip().upper(), first.strip()
    if not re.fullmatch(r"[A-Z0-9一-鿿]{0,8}", prefix):
        raise Refusal("字头只用字母、数字或汉字，不超过 8 个。", field="prefix")
    if not re.fullmatch(r"[0-9]{4,10}", first):
        raise Refusal("起始号应为 4 至 10 位数字。", field="first")
    if not 1 <= count <= MOST_SHEETS:
        raise Refusal(f"一次登记 1 至 {MOST_SHEETS} 张。", field="count")
    last = int(first) + count - 1
    if len(str(last)) > len(first):
        raise Refusal("终止号超过了起始号的位数。", field="count")
    return [f"{prefix}{number:0{len(first)}d}" for number in range(int(first), last + 1)]


def legal_number(region: str, serial: int) -> str:
    """The number of a legal person (证号), for life: region and a serial without gaps."""
    return f"工法证字第{region}{serial:05d}号"


def document_number(word: str, year: int, serial: int) -> str:
    """The number of a decision (文号)."""
    return f"{word}〔{year}〕{serial}号"
