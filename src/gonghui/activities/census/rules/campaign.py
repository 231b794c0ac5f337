"""Rules of a census campaign (普查): what counts as done, the plan by days, ranks, handing down.

Source: catalogue A01/1 and A01/p1. The formulas are the platform's own and are shown on every
page that shows their figures.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from gonghui.kernel.base.errors import Refusal

DRAFT, OPEN, CLOSED, ARCHIVED = "draft", "open", "closed", "archived"
GROWTH, TOTAL = "growth", "total"
NONE, AHEAD, MET, BEHIND, OVERDUE = "none", "ahead", "met", "behind", "overdue"
LATE = (BEHIND, OVERDUE)

ALLOWED: dict[str, tuple[str, ...]] = {
    "amend": (DRAFT,),
    "open": (DRAFT,),
    "close": (OPEN,),
    "archive": (CLOSED,),
    "split": (OPEN,),
    "urge": (OPEN,),
    "extend": (OPEN,),
}
VERBS = {
    "amend": "修改",
    "open": "启动",
    "close": "结束",
    "archive": "归档",
    "split": "分解任务",
    "urge": "催办",
    "extend": "延期",
}
STATES = {DRAFT: "草稿", OPEN: "进行中", CLOSED: "已结束", ARCHIVED: "已归档"}

IN_RANKS = "在籍会员数 = 会籍状态为“在籍”和“保留会籍”的实名会员数，含全部下级工会"
FORMULAS: dict[str, str] = {
    GROWTH: "完成数 = 当前在籍会员数 − 基准日在籍会员数；完成率 = 完成数 ÷ 任务数",
    TOTAL: "完成数 = 当前在籍会员数；完成率 = 完成数 ÷ 任务数",
}
_SHARE = re.compile(r"(.+?)\s*[\t,， ]\s*(\d{1,3}(?:[,，]\d{3})+|\d{1,9})", re.ASCII)
PLAN = "应完成数 = 任务数 × 已过天数 ÷ 总天数（自开始日至本单位期限，按日平均）"


def check_state(verb: str, state: str) -> None:
    """Refuse a verb the campaign's state does not allow."""
    if state not in ALLOWED[verb]:
        raise Refusal(
            f"普查活动{STATES[state]}，不能{VERBS[verb]}。",
            rule="普查活动按“草稿—进行中—已结束—已归档”依次办理",
            remedy="请查看活动当前的状态。",
            code="wrong_state",
        )


def check_days(base_day: date, starts_on: date, ends_on: date) -> None:
    """Base day, start and end lie in this order."""
    if ends_on <= starts_on:
        raise Refusal("结束日期应晚于开始日期。", field="ends_on")
    if base_day > starts_on:
        raise Refusal(
            "基准日不能晚于开始日期。",
            rule="基准日在籍会员数是计算净增的起点",
            field="base_day",
        )


def done_of(measure: str, in_ranks: int, base: int) -> int:
    """Members done (完成数) by the campaign's measure; growth may be negative."""
    return in_ranks - base if measure == GROWTH else in_ranks


def percent(done: int, quota: int) -> Decimal | None:
    """Completion (完成率) in percent to one decimal, half up; None without a quota.

    Below 0 where a unit has lost members since the base day.
    """
    if quota <= 0:
        return None
    exact = Decimal(done) * 100 / Decimal(quota)
    return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def planned(quota: int, starts_on: date, deadline: date, today: date) -> int:
    """What should be done by the morning of `today` on the straight line, rounded down.

    Nothing on the first day; the whole quota from the day after the deadline.
    """
    total = (deadline - starts_on).days + 1
    passed = min(max((today - starts_on).days, 0), total)
    return quota * passed // total


def standing(
    done: int, quota: int, starts_on: date, deadline: date, today: date, lag_percent: int
) -> str:
    """Where a unit stands: none, met, overdue, behind or ahead.

    behind: short of the straight line by more than `lag_percent` of the quota. overdue: the
    deadline has passed and the quota is not reached.
    """
    if quota <= 0:
        return NONE
    if done >= quota:
        return MET
    if today > deadline:
        return OVERDUE
    short = planned(quota, starts_on, deadline, today) - done
    return BEHIND if short * 100 > lag_percent * quota else AHEAD


def ranks(percents: Mapping[Hashable, Decimal | None]) -> dict[Hashable, int | None]:
    """Places of a league table: equal completion as shown shares a place, the next is skipped.

    90.0, 80.0, 80.0, 70.0 give 1, 2, 2, 4. Units without a quota have no place.
    """
    shown = [value for value in percents.values() if value is not None]
    return {
        key: None if value is None else 1 + sum(other > value for other in shown)
        for key, value in percents.items()
    }


@dataclass(frozen=True)
class Split:
    """What a handing down comes to: the sum handed down and how much of the own quota is left."""

    amount: int
    handed: int

    @property
    def short(self) -> int:
        return max(self.amount - self.handed, 0)

    @property
    def words(self) -> str:
        """The sum in words, with a warning when it is below the own quota."""
        if self.short:
            return (
                f"下级任务合计 {self.handed:,} 人，低于本级任务 {self.amount:,} 人，"
                f"还差 {self.short:,} 人没有分解。"
            )
        if self.handed > self.amount:
            over = self.handed - self.amount
            return f"下级任务合计 {self.handed:,} 人，比本级任务多 {over:,} 人。"
        return f"下级任务合计 {self.handed:,} 人，与本级任务一致。"


def check_shares(shares: Mapping[int, int], subordinates: Iterable[int]) -> None:
    """Refuse shares below 0 or for a union that is no direct subordinate.

    The sum may exceed the own quota; a sum below it is only warned of (see Split).
    """
    known = set(subordinates)
    if not shares:
        raise Refusal("请至少给一个下级工会填写任务数。")
    for union_id, amount in shares.items():
        if union_id not in known:
            raise Refusal(
                "任务只能分解给直接下级工会。",
                rule="任务逐级分解：上级只对直接下级下达",
                code="not_subordinate",
            )
        if amount < 0:
            raise Refusal("任务数不能是负数。", code="negative")


def check_extension(deadline: date, new: date, today: date) -> None:
    """A deadline is only ever put later, and not into the past."""
    if new <= deadline:
        raise Refusal(
            f"新的期限应晚于现在的期限 {deadline:%Y-%m-%d}。",
            rule="延期只能推后期限",
            field="deadline",
        )
    if new < today:
        raise Refusal("新的期限不能早于今天。", field="deadline")


def read_shares(text: str) -> list[tuple[str, int]]:
    """Unit and quota of each line pasted from a sheet: name, then tab, comma or blank, number."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        cleaned = line.strip()
        if not cleaned:
            continue
        match = _SHARE.fullmatch(cleaned)
        if match is None:
            raise Refusal(
                f"第 {number} 行看不懂：{cleaned[:40]}",
                remedy="每行写“工会名称”和“任务数”，中间用制表符、逗号或空格隔开。",
                field="table",
            )
        found.append((match[1].strip(), int(re.sub("[,，]", "", match[2]))))
    return found
