"""Benefits after an injury at work (工伤待遇).

Source: 《工伤保险条例》（国务院令第586号修订, in force since 2011-01-01）第三十三条至第三十九条、
第六十四条.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.rights.law.rules.showing import (
    Clause,
    Line,
    Outcome,
    fen,
    money,
    plain,
    total,
)

RULES = "工伤保险条例"
HUNDRED = Decimal(100)
CARE = {"full": 0, "major": 1, "part": 2}
CARE_WORDS = {"full": "生活完全不能自理", "major": "生活大部分不能自理", "part": "生活部分不能自理"}
DEATH = 0
"""The grade that stands for a death at work."""


@dataclass(frozen=True)
class InjuryLaw:
    """lump_months: of grades 1 to 10; pension_percent: of grades 1 to 6; care_percent: of CARE;
    base_least, base_most: percent of the average wage; average: last year's monthly wage where
    insured, 0 unknown; medical_months, job_months: of grades 5 to 10 by the province, empty
    unknown; income: urban income a head of last year; dependant_percent: of the
    wage, for the spouse, for each other dependant, and more for each who is alone."""

    lump_months: Sequence[int]
    pension_percent: Sequence[int]
    care_percent: Sequence[int]
    base_least: Decimal
    base_most: Decimal
    average: Decimal
    medical_months: Sequence[int]
    job_months: Sequence[int]
    funeral_months: int
    death_times: int
    income: Decimal
    dependant_percent: Sequence[int]


@dataclass(frozen=True)
class Injury:
    """grade: 1 to 10, DEATH for a death. wage: average wage that contributions were paid on in
    the twelve months before. leaving: the contract ends (grades 5 to 10). leave_months: 停工留薪期
    in months. spouse, others: dependants; alone: of those, orphans and lone elderly."""

    grade: int
    wage: Decimal
    leaving: bool = False
    leave_months: Decimal = Decimal(0)
    care: str = ""
    spouse: bool = False
    others: int = 0
    alone: int = 0


def injury(asked: Injury, law: InjuryLaw) -> Outcome:
    """What is due for a grade of disability, or for a death."""
    if not DEATH <= asked.grade <= 10:
        raise Refusal("伤残等级为一级至十级。", field="grade")
    if asked.alone > asked.others + asked.spouse:
        raise Refusal("孤寡老人和孤儿的人数不能多于供养亲属人数。", field="alone")
    lines: list[Line] = []
    cautions: list[str] = []
    wage = _wage(asked, law, lines, cautions)
    if asked.grade == DEATH:
        _death(asked, law, wage, lines, cautions)
    else:
        _disabled(asked, law, wage, lines, cautions)
    cautions.append("单位没有参加工伤保险的，由单位按这里的标准支付（第六十二条第二款）。")
    owed = total(lines)
    return Outcome("工伤待遇", tuple(lines), f"一次性待遇合计 {money(owed)}", owed, tuple(cautions))


def _wage(asked: Injury, law: InjuryLaw, lines: list[Line], cautions: list[str]) -> Decimal:
    """本人工资 between its bounds."""
    clause = (Clause(RULES, 64, "第二款"),)
    if not law.average:
        lines.append(
            Line(
                "本人工资", f"受伤前十二个月平均月缴费工资 {money(asked.wage)}", asked.wage, clause
            )
        )
        cautions.append("没有填写统筹地区职工月平均工资，未检查 60% 至 300% 的上下限。")
        return asked.wage
    least, most = law.average * law.base_least / HUNDRED, law.average * law.base_most / HUNDRED
    wage = min(max(asked.wage, least), most)
    words = f"在 {money(least)} 至 {money(most)} 之间"
    if wage != asked.wage:
        which, bound = ("低于", law.base_least) if wage > asked.wage else ("高于", law.base_most)
        words = f"{which}统筹地区职工平均工资的 {plain(bound)}%，按 {money(wage)} 计算"
    lines.append(Line("本人工资", f"{money(asked.wage)}，{words}", fen(wage), clause))
    return wage


def _disabled(
    asked: Injury, law: InjuryLaw, wage: Decimal, lines: list[Line], cautions: list[str]
) -> None:
    article = 35 if asked.grade <= 4 else 36 if asked.grade <= 6 else 37
    if asked.leave_months:
        amount = fen(asked.wage * asked.leave_months)
        lines.append(
            Line(
                "停工留薪期工资",
                f"原工资福利待遇不变：{money(asked.wage)} × {plain(asked.leave_months)} 个月"
                f" = {money(amount)}",
                amount,
                (Clause(RULES, 33),),
                counts=True,
            )
        )
        if asked.leave_months > 12:
            cautions.append(
                "停工留薪期一般不超过十二个月，延长须经劳动能力鉴定委员会确认，最多再延长十二个月。"
            )
    months = law.lump_months[asked.grade - 1]
    amount = fen(wage * months)
    lines.append(
        Line(
            "一次性伤残补助金",
            f"{money(wage)} × {months} 个月 = {money(amount)}",
            amount,
            (Clause(RULES, article),),
            counts=True,
        )
    )
    if asked.grade <= 6:
        percent = law.pension_percent[asked.grade - 1]
        amount = fen(wage * percent / HUNDRED)
        condition = "" if asked.grade <= 4 else "单位难以安排工作的，"
        lines.append(
            Line(
                "伤残津贴（按月）",
                f"{condition}{money(wage)} × {percent}% = {money(amount)}",
                amount,
                (Clause(RULES, article),),
            )
        )
        cautions.append("伤残津贴低于当地最低工资标准的，补足差额。")
    if asked.care:
        _care(asked, law, lines, cautions)
    if asked.grade >= 5 and asked.leaving:
        _leaving(asked, law, article, lines, cautions)
    if asked.grade <= 4 and asked.leaving:
        cautions.append("一级至四级伤残保留劳动关系、退出工作岗位，单位不得解除劳动合同。")


def _care(asked: Injury, law: InjuryLaw, lines: list[Line], cautions: list[str]) -> None:
    percent = law.care_percent[CARE[asked.care]]
    if not law.average:
        cautions.append(
            f"生活护理费为统筹地区上年度职工月平均工资的 {percent}%，填写平均工资后可以算出。"
        )
        return
    amount = fen(law.average * percent / HUNDRED)
    lines.append(
        Line(
            "生活护理费（按月）",
            f"{CARE_WORDS[asked.care]}：{money(law.average)} × {percent}% = {money(amount)}",
            amount,
            (Clause(RULES, 34),),
        )
    )


def _leaving(
    asked: Injury, law: InjuryLaw, article: int, lines: list[Line], cautions: list[str]
) -> None:
    for title, months in (
        ("一次性工伤医疗补助金", law.medical_months),
        ("一次性伤残就业补助金", law.job_months),
    ):
        if not months or not law.average:
            cautions.append(
                f"{title}的标准由省级人民政府规定，请向工会或社会保险经办机构查询后计入。"
            )
            continue
        count = months[asked.grade - 5]
        amount = fen(law.average * count)
        lines.append(
            Line(
                title,
                f"{money(law.average)} × {count} 个月 = {money(amount)}",
                amount,
                (Clause(RULES, article, "第二款"),),
                counts=True,
            )
        )


def _death(
    asked: Injury, law: InjuryLaw, wage: Decimal, lines: list[Line], cautions: list[str]
) -> None:
    if law.average:
        amount = fen(law.average * law.funeral_months)
        lines.append(
            Line(
                "丧葬补助金",
                f"{money(law.average)} × {law.funeral_months} 个月 = {money(amount)}",
                amount,
                (Clause(RULES, 39, "第一款第一项"),),
                counts=True,
            )
        )
    else:
        cautions.append(
            f"丧葬补助金为 {law.funeral_months} 个月的统筹地区上年度职工月平均工资，"
            "填写平均工资后可以算出。"
        )
    amount = fen(law.income * law.death_times)
    lines.append(
        Line(
            "一次性工亡补助金",
            f"上年度全国城镇居民人均可支配收入 {money(law.income)} × {law.death_times}"
            f" = {money(amount)}",
            amount,
            (Clause(RULES, 39, "第一款第三项"),),
            counts=True,
        )
    )
    spouse, other, alone = law.dependant_percent
    percent = spouse * asked.spouse + other * asked.others + alone * asked.alone
    if percent:
        share = min(percent, 100)
        amount = fen(wage * share / HUNDRED)
        capped = "，各供养亲属合计不超过本人工资" if percent > 100 else ""
        lines.append(
            Line(
                "供养亲属抚恤金（按月）",
                f"{money(wage)} × {percent}%{capped} = {money(amount)}",
                amount,
                (Clause(RULES, 39, "第一款第二项"),),
            )
        )
