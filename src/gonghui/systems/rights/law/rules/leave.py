"""Paid annual leave (带薪年休假): days, and pay for days not granted.

Source: 《职工带薪年休假条例》（国务院令第514号）第三条至第五条; 《企业职工带薪年休假实施办法》
（人力资源和社会保障部令第1号）第五条、第十条至第十二条.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.rights.law.rules import spans
from gonghui.systems.rights.law.rules.showing import (
    ZERO,
    Clause,
    Line,
    Outcome,
    fen,
    money,
    plain,
)

RULES, MEASURE = "职工带薪年休假条例", "企业职工带薪年休假实施办法"
YEAR = 365


@dataclass(frozen=True)
class LeaveLaw:
    """tiers: rows of (years worked in all, days of leave, months of sick leave that end it)."""

    tiers: Sequence[Sequence[int]]
    private_days: int
    rate: Decimal
    pay_days: Decimal


@dataclass(frozen=True)
class Leave:
    """began: the first working day of one's life; year; joined, left: at this employer."""

    began: date
    year: int
    monthly: Decimal = ZERO
    taken: int = 0
    joined: date | None = None
    left: date | None = None
    sick_days: int = 0
    private_days: int = 0


def tier(years: int, law: LeaveLaw) -> Sequence[int] | None:
    """The row for so many full years worked; None below the first."""
    rows = [row for row in law.tiers if years >= row[0]]
    return rows[-1] if rows else None


def years_by(began: date, day: date) -> int:
    """Full years worked when a day begins: a year is full on the day it comes round."""
    return max(0, spans.full_months(began, day - spans.ONE_DAY)) // 12


def leave(asked: Leave, law: LeaveLaw) -> Outcome:
    """How many days are due in a year, and what is owed for those not granted."""
    first, last = date(asked.year, 1, 1), date(asked.year, 12, 31)
    begin = max(first, asked.joined or first)
    end = min(last, asked.left or last)
    if asked.joined and asked.left and asked.left < asked.joined:
        raise Refusal("离职日期不能早于入职日期。", field="left")
    if begin > end:
        raise Refusal(f"{asked.year} 年不在这家单位工作。", field="year")
    if asked.began > begin:
        raise Refusal("首次参加工作的日期不能晚于在本单位工作的日期。", field="began")
    years = years_by(asked.began, end)
    row = tier(years, law)
    if row is None:
        return Outcome(
            "年休假",
            (
                Line(
                    "累计工作年限",
                    f"到 {end.isoformat()} 累计工作 {spans.in_words(asked.began, end)}，不满一年",
                    clauses=(Clause(RULES, 2), Clause(RULES, 3)),
                ),
            ),
            "还没有年休假",
            ZERO,
        )
    days = row[1]
    lines = [
        Line(
            "全年应休天数",
            f"累计工作 {years} 年，年休假 {days} 天",
            clauses=(Clause(RULES, 3),),
        )
    ]
    cautions = ["国家法定休假日、休息日不计入年休假；单位约定高于法定标准的，按约定。"]
    first_year = spans.add_months(asked.began, 12)
    if first_year > begin:
        begin = first_year
        cautions.append(
            f"{first_year.isoformat()} 才满一年，只按此后的日历天数折算（暂定），"
            "各地折算口径有差别。"
        )
    elif years_by(asked.began, begin) != years:
        cautions.append("本年度内累计工作年限跨档，这里按年末的年限计算（暂定），各地口径有差别。")
    limit = f"{row[2]} 个月"
    if asked.sick_days >= row[2] * 30:
        lines.append(
            Line("病假", f"病假累计达到 {limit}，不享受当年的年休假", clauses=(Clause(RULES, 4),))
        )
        return Outcome("年休假", tuple(lines), "当年不享受年休假", ZERO, tuple(cautions))
    if asked.private_days >= law.private_days:
        lines.append(
            Line(
                "事假",
                f"事假累计 {asked.private_days} 天且单位没有扣工资的，不享受当年的年休假",
                clauses=(Clause(RULES, 4),),
            )
        )
        return Outcome("年休假", tuple(lines), "当年不享受年休假", ZERO, tuple(cautions))
    due = days
    if begin > first or end < last:
        spent = (end - begin).days + 1
        # A leap year has one day more than the 365 the measure divides by.
        due = min(days, spent * days // YEAR)
        clause = Clause(MEASURE, 12) if end < last else Clause(MEASURE, 5)
        lines.append(
            Line(
                "折算天数",
                f"当年计算 {spent} 天 ÷ {YEAR} × {days} 天 = {due} 天（不足一整天的不算）",
                clauses=(clause,),
            )
        )
    left = max(0, due - asked.taken)
    lines.append(Line("未休天数", f"{due} − 已休 {asked.taken} = {left} 天"))
    if asked.taken > due:
        cautions.append("多休的天数不再扣回（实施办法第十二条）。")
    owed = ZERO
    if left and asked.monthly:
        daily = asked.monthly / law.pay_days
        whole = fen(daily * left * law.rate / 100)
        paid = fen(daily * left)
        owed = whole - paid
        lines.append(
            Line(
                "日工资",
                f"{money(asked.monthly)} ÷ {plain(law.pay_days)} = {money(daily)}",
                fen(daily),
                (Clause(MEASURE, 11),),
            )
        )
        lines.append(
            Line(
                "未休年休假工资报酬",
                f"日工资 × {left} 天 × {plain(law.rate)}% = {money(whole)}，"
                f"其中已含正常工作期间工资 {money(paid)}，还应支付 {money(owed)}",
                owed,
                (Clause(RULES, 5, "第三款"), Clause(MEASURE, 10)),
                counts=True,
            )
        )
        cautions.append("单位安排了、本人因自己的原因书面提出不休的，只支付正常工资。")
    answer = f"未休年休假 {left} 天" + (f"，还应支付 {money(owed)}" if owed else "")
    return Outcome("年休假", tuple(lines), answer, owed, tuple(cautions))
