"""Double wage without a written contract (未签书面劳动合同二倍工资).

Source: 《劳动合同法》第十条、第十四条、第八十二条、第九十七条; 《劳动合同法实施条例》第六条、
第七条.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.rights.law.rules import spans
from gonghui.systems.rights.law.rules.severance import IN_FORCE
from gonghui.systems.rights.law.rules.showing import Clause, Line, Outcome, fen, money, total

ACT, REGULATION = "劳动合同法", "劳动合同法实施条例"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Unwritten:
    """signed: the day a contract was signed; last: the last day worked; both None while open.

    until: up to when it is reckoned. wages: by first day of the month, where they differ.
    """

    first: date
    monthly: Decimal
    until: date
    signed: date | None = None
    last: date | None = None
    wages: Mapping[date, Decimal] | None = None


@dataclass(frozen=True)
class DoubleWageLaw:
    """grace_months: to conclude a contract; most_months: from then on, at most."""

    grace_months: int
    most_months: int


def owed_span(asked: Unwritten, law: DoubleWageLaw) -> tuple[date, date] | None:
    """First and last day for which a second wage is owed; None when none is."""
    begun = max(asked.first, IN_FORCE)
    first = spans.add_months(begun, law.grace_months)
    end = spans.add_months(begun, law.grace_months + law.most_months) - ONE_DAY
    if asked.signed is not None:
        end = min(end, asked.signed - ONE_DAY)
    if asked.last is not None:
        end = min(end, asked.last)
    end = min(end, asked.until)
    return (first, end) if first <= end else None


def double_wage(asked: Unwritten, law: DoubleWageLaw) -> Outcome:
    """The second wage, calendar month by calendar month; a part of a month by its days."""
    if asked.last is not None and asked.last < asked.first:
        raise Refusal("离职日期不能早于入职日期。", field="last")
    if asked.signed is not None and asked.signed < asked.first:
        raise Refusal("入职前已签合同的，不发生二倍工资。", field="signed")
    span = owed_span(asked, law)
    if span is None:
        return Outcome(
            "二倍工资差额",
            (
                Line(
                    "一个月宽限期",
                    f"自用工之日 {asked.first.isoformat()} 起一个月内订立书面劳动合同，"
                    "不支付二倍工资",
                    clauses=(Clause(ACT, 10), Clause(ACT, 82)),
                ),
            ),
            "没有应付的二倍工资差额",
            Decimal("0.00"),
        )
    first, last = span
    lines = [
        Line(
            "起止",
            f"自用工满一个月的次日 {first.isoformat()} 起，至 {last.isoformat()} 止，"
            f"最长 {law.most_months} 个月",
            clauses=(Clause(ACT, 82, "第一款"), Clause(REGULATION, 6), Clause(REGULATION, 7)),
        )
    ]
    for begin, end in months_of(first, last):
        days = calendar.monthrange(begin.year, begin.month)[1]
        worked = (end - begin).days + 1
        wage = (asked.wages or {}).get(begin.replace(day=1), asked.monthly)
        amount = fen(wage * worked / days)
        part = "整月" if worked == days else f"{worked}/{days} 天"
        lines.append(
            Line(
                f"{begin.year} 年 {begin.month} 月",
                f"{money(wage)} × {part} = {money(amount)}",
                amount,
                (Clause(ACT, 82, "第一款"),),
                counts=True,
            )
        )
    owed = total(lines)
    cautions = [
        "这里是另一倍工资，已发的一倍不包括在内。",
        "二倍工资的另一倍按一年仲裁时效计算，起算点各地口径不同，请尽早主张。",
        "不满一个月的按当月日历天数折算，也有地方按 21.75 天折算。",
    ]
    open_since = spans.add_months(max(asked.first, IN_FORCE), 12)
    still_open = asked.signed is None or asked.signed >= open_since
    if (
        still_open
        and (asked.last is None or asked.last >= open_since)
        and asked.until >= open_since
    ):
        cautions.append(
            f"满一年没有订立书面合同的，自 {open_since.isoformat()} 起视为已订立无固定期限劳动合同"
            "（第十四条第三款）。"
        )
    return Outcome(
        "二倍工资差额", tuple(lines), f"应付二倍工资差额 {money(owed)}", owed, tuple(cautions)
    )


def months_of(first: date, last: date) -> list[tuple[date, date]]:
    """The calendar months of a span, the first and the last cut to it."""
    found = []
    begin = first
    while begin <= last:
        end = begin.replace(day=calendar.monthrange(begin.year, begin.month)[1])
        found.append((begin, min(end, last)))
        begin = end + ONE_DAY
    return found
