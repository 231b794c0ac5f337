"""Overtime pay (加班工资).

Source: 《劳动法》第四十四条; 《工资支付暂行规定》（劳部发〔1994〕489号）第十三条; the daily and
hourly wage by 21.75 days a month (劳社部发〔2008〕3号, kept by 人社部发〔2025〕2号).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from gonghui.systems.rights.law.rules.showing import (
    ZERO,
    Clause,
    Line,
    Outcome,
    fen,
    money,
    plain,
    total,
)

PAY, WAGES = "劳动法", "工资支付暂行规定"
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class OvertimeLaw:
    """Percentages of the hourly wage, days of pay a month, hours a day, most hours."""

    workday: Decimal
    rest_day: Decimal
    holiday: Decimal
    pay_days: Decimal
    day_hours: Decimal
    most_month: Decimal
    minimum_wage: Decimal


@dataclass(frozen=True)
class Overtime:
    """Hours of overtime in one month. flexible: 综合计算工时制, where a rest day is a workday."""

    monthly: Decimal
    workday_hours: Decimal = ZERO
    rest_hours: Decimal = ZERO
    holiday_hours: Decimal = ZERO
    flexible: bool = False


def overtime(asked: Overtime, law: OvertimeLaw) -> Outcome:
    """What is owed for one month's overtime, besides the normal wage."""
    base = asked.monthly
    lines: list[Line] = []
    cautions: list[str] = []
    if law.minimum_wage and base < law.minimum_wage:
        base = law.minimum_wage
        lines.append(
            Line(
                "加班工资基数",
                f"约定工资 {money(asked.monthly)} 低于最低工资标准 {money(law.minimum_wage)}，"
                f"按最低工资标准计算",
                clauses=(Clause(PAY, 48),),
            )
        )
    hourly = base / law.pay_days / law.day_hours
    lines.append(
        Line(
            "小时工资",
            f"{money(base)} ÷ {plain(law.pay_days)} 天 ÷ {plain(law.day_hours)} 小时"
            f" = {money(hourly)}",
            fen(hourly),
            (Clause(WAGES, 13),),
        )
    )
    kinds = [
        ("工作日延长工作时间", asked.workday_hours, law.workday, "第一项"),
        ("休息日加班又不能安排补休", asked.rest_hours, law.rest_day, "第二项"),
        ("法定休假日加班", asked.holiday_hours, law.holiday, "第三项"),
    ]
    if asked.flexible and asked.rest_hours:
        kinds[1] = (
            "休息日工作（综合计算工时，视同延长工作时间）",
            asked.rest_hours,
            law.workday,
            "第一项",
        )
        cautions.append(
            "综合计算工时工作制须经人力资源社会保障部门审批，"
            "周期内总工时超过法定工时的部分才算加班。"
        )
    for title, hours, rate, part in kinds:
        if not hours:
            continue
        amount = fen(hourly * hours * rate / HUNDRED)
        lines.append(
            Line(
                title,
                f"小时工资 × {plain(hours)} 小时 × {plain(rate)}% = {money(amount)}",
                amount,
                (Clause(PAY, 44, part),),
                counts=True,
            )
        )
    extra = asked.workday_hours + asked.rest_hours
    if extra > law.most_month:
        cautions.append(
            f"工作日和休息日加班合计 {plain(extra)} 小时，"
            f"超过每月 {plain(law.most_month)} 小时的上限"
            "（《劳动法》第四十一条），可以向工会或劳动保障监察机构反映。"
        )
    if not law.minimum_wage:
        cautions.append("没有选择最低工资档次，未检查基数是否低于最低工资标准。")
    cautions.append("加班须由用人单位安排，请保存考勤、排班、工作记录等证据。")
    cautions.append("加班工资基数先看劳动合同、集体合同的约定，各地裁判口径有差别。")
    owed = total(lines)
    return Outcome("加班工资", tuple(lines), f"应付加班工资 {money(owed)}", owed, tuple(cautions))
