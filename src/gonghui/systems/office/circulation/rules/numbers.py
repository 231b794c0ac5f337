"""Numbers of documents (发文字号): 代字〔year〕serial号.

Source: 《党政机关公文处理工作条例》 article 9 (五); GB/T 9704-2012 7.2.5: the year in full in
hexagonal brackets, the serial without 第 and without leading zeros.
"""

from __future__ import annotations

import re

from gonghui.kernel.base.errors import Refusal

RULE = "《党政机关公文处理工作条例》第九条第（五）项；GB/T 9704-2012 7.2.5"
NO_REUSE = "发文字号按年度连续编排，作废的号登记原因，不再使用"
PREFIX = re.compile(r"[一-鿿]{2,12}")
LARGEST = 99_999


def written(prefix: str, year: int, serial: int) -> str:
    """皖工发〔2026〕3号."""
    return f"{prefix}〔{year}〕{serial}号"


def check_prefix(prefix: str) -> str:
    """The mark of an organ's documents (机关代字) if it may be one."""
    prefix = prefix.strip()
    if not PREFIX.fullmatch(prefix):
        raise Refusal(
            "机关代字应为2至12个汉字。",
            rule=RULE,
            remedy="如“皖工发”“皖工函”，不写年份和序号。",
            field="prefix",
            code="prefix",
        )
    return prefix


def gaps(serials: list[int]) -> list[int]:
    """The numbers from 1 to the last that are missing."""
    taken = set(serials)
    return [serial for serial in range(1, max(taken, default=0) + 1) if serial not in taken]


def canonical(text: str) -> str:
    """A number of another organ as one compares it: brackets, spaces and zeros evened out."""
    text = re.sub(r"\s+", "", text)
    text = re.sub(r"[\[［【(（<〈]\s*(\d{4})\s*[\]］】)）>〉]", r"〔\1〕", text)
    return re.sub(r"〕第?0*(\d+)号?$", r"〕\1号", text)
