"""Rules of the union profile (工会档案): how complete it is, and which numbers fit together.

Sources: 《推进基层工会组织和工会会员实名制管理工作方案》(总工办发〔2017〕14号);
《中华人民共和国工会法》(2021): every union sets up a 经费审查委员会, one with many women members
a 女职工委员会.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REAL_NAME_RULE = "《推进基层工会组织和工会会员实名制管理工作方案》（总工办发〔2017〕14号）"


@dataclass(frozen=True)
class Item:
    """One thing a profile should say: field, title, weight, and for grass-roots unions only."""

    field: str
    title: str
    weight: int
    grassroots: bool = False


ITEMS = (
    Item("name", "工会名称", 10),
    Item("uscc", "工会统一社会信用代码", 10),
    Item("industry", "行业", 5),
    Item("unit_name", "所在单位名称", 10, grassroots=True),
    Item("unit_nature", "单位性质", 5, grassroots=True),
    Item("unit_uscc", "单位统一社会信用代码", 5, grassroots=True),
    Item("region", "所在乡镇（街道）", 5),
    Item("address", "地址", 5),
    Item("employees", "职工人数", 10, grassroots=True),
    Item("contact_name", "联系人", 5),
    Item("contact_phone", "联系电话", 10),
    Item("chair_name", "工会主席", 10),
    Item("audit_committee", "经费审查委员会", 5),
    Item("founded_document", "成立批复文号", 5),
)


@dataclass(frozen=True)
class Completeness:
    """How complete a profile is: a score of 0 to 100, and the titles of what is missing."""

    score: int
    missing: tuple[str, ...]


def completeness(facts: Mapping[str, Any], *, grassroots: bool) -> Completeness:
    """The weighted share of what a profile says of what it should say (档案完整度).

    facts: values by field of ITEMS; empty text, None, zero and False count as missing.
    """
    asked = [item for item in ITEMS if grassroots or not item.grassroots]
    missing = [item for item in asked if not facts.get(item.field)]
    whole = sum(item.weight for item in asked)
    gone = sum(item.weight for item in missing)
    return Completeness(100 * (whole - gone) // whole, tuple(item.title for item in missing))


def headcount_fault(employees: int | None, women: int | None, migrants: int | None) -> str:
    """Which of the parts is larger than the whole, in words; empty when they fit."""
    for number, title in ((women, "女职工人数"), (migrants, "农民工人数")):
        if number is None:
            continue
        if employees is None:
            return f"填写了{title}，还应填写职工人数。"
        if number > employees:
            return f"{title}（{number:,}）不能多于职工人数（{employees:,}）。"
    return ""
