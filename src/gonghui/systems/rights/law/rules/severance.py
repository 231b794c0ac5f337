"""Severance (经济补偿), pay in lieu of notice (代通知金), damages for illegal dismissal (赔偿金).

Source: 《劳动合同法》第四十条、第四十六条、第四十七条、第四十八条、第八十七条、第九十七条;
《劳动合同法实施条例》第二十条、第二十五条、第二十七条; for service before 2008
《违反和解除劳动合同的经济补偿办法》（劳部发〔1994〕481号）.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

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
    total,
)

ACT, REGULATION = "劳动合同法", "劳动合同法实施条例"
IN_FORCE = date(2008, 1, 1)
HALF = Decimal("0.5")
ONE_DAY = timedelta(days=1)


class Ground(StrEnum):
    """Why the contract ended."""

    AGREED = "agreed"
    FORCED = "forced"
    ILLNESS = "illness"
    INCOMPETENT = "incompetent"
    CHANGE = "change"
    LAYOFF = "layoff"
    EXPIRED = "expired"
    DISSOLVED = "dissolved"
    ILLEGAL = "illegal"
    OWN = "own"
    MISCONDUCT = "misconduct"


WORDS = {
    Ground.AGREED: "单位提出，双方协商一致解除",
    Ground.FORCED: "单位欠薪、不缴社保等，职工被迫解除",
    Ground.ILLNESS: "患病或非因工负伤，医疗期满不能工作",
    Ground.INCOMPETENT: "不能胜任工作，经培训或调岗仍不能胜任",
    Ground.CHANGE: "客观情况发生重大变化，协商变更不成",
    Ground.LAYOFF: "经济性裁员",
    Ground.EXPIRED: "合同期满，单位不续订或降低条件续订",
    Ground.DISSOLVED: "单位破产、被吊销、关闭或提前解散",
    Ground.ILLEGAL: "单位违法解除或终止",
    Ground.OWN: "职工本人提出辞职，或单位维持、提高条件而本人不续订",
    Ground.MISCONDUCT: "职工有严重过失，单位依法解除",
}
NOTICE = frozenset({Ground.ILLNESS, Ground.INCOMPETENT, Ground.CHANGE})
"""Article 40: thirty days' notice, or one month's wage."""
NOTHING = {
    Ground.OWN: (Clause(ACT, 37), Clause(ACT, 46)),
    Ground.MISCONDUCT: (Clause(ACT, 39),),
}
GROUNDS = {
    Ground.AGREED: Clause(ACT, 46, "第二项"),
    Ground.FORCED: Clause(ACT, 46, "第一项"),
    Ground.ILLNESS: Clause(ACT, 46, "第三项"),
    Ground.INCOMPETENT: Clause(ACT, 46, "第三项"),
    Ground.CHANGE: Clause(ACT, 46, "第三项"),
    Ground.LAYOFF: Clause(ACT, 46, "第四项"),
    Ground.EXPIRED: Clause(ACT, 46, "第五项"),
    Ground.DISSOLVED: Clause(ACT, 46, "第六项"),
    Ground.ILLEGAL: Clause(ACT, 48),
}
LIMITED_BEFORE = frozenset({Ground.AGREED, Ground.INCOMPETENT})
"""481号第五条、第七条: twelve months at most for service before 2008."""
ONLY_SINCE = frozenset({Ground.EXPIRED, Ground.DISSOLVED, Ground.FORCED})
"""Grounds whose service before 2008 is judged by the rules of then, which differ by place."""


@dataclass(frozen=True)
class SeveranceLaw:
    """Figures of article 47 and 87; average: last year's monthly wage of the city, 0 unknown."""

    cap_times: Decimal
    cap_years: Decimal
    damages_times: Decimal
    average: Decimal
    minimum_wage: Decimal


@dataclass(frozen=True)
class Service:
    """The employment, both days inclusive. average: of the last twelve months; last_month: the
    month before; notified: thirty days ahead in writing."""

    first: date
    last: date
    average: Decimal
    ground: Ground
    last_month: Decimal | None = None
    notified: bool = False


def months_since(first: date, last: date) -> Decimal:
    """Months of wage for service from 2008 on: six months count as a year, less as half a one."""
    if last < first:
        return ZERO
    full = spans.full_months(first, last)
    years, months = divmod(full, 12)
    if months >= 6:
        return Decimal(years + 1)
    if months or spans.rest_days(first, last):
        return Decimal(years) + HALF
    return Decimal(years)


def months_before(first: date, last: date) -> Decimal:
    """Months of wage for service before 2008: each year begun counts whole."""
    if last < first:
        return ZERO
    years, months = divmod(spans.full_months(first, last), 12)
    return Decimal(years + bool(months or spans.rest_days(first, last)))


def severance(asked: Service, law: SeveranceLaw) -> Outcome:
    """What the employer owes when the contract ends."""
    if asked.last < asked.first:
        raise Refusal("离职日期不能早于入职日期。", field="last")
    if asked.ground in NOTHING:
        return Outcome(
            "经济补偿",
            (
                Line(
                    WORDS[asked.ground],
                    "不属于应当支付经济补偿的情形",
                    clauses=NOTHING[asked.ground],
                ),
            ),
            "这种情形没有经济补偿",
            ZERO,
            ("离职的真实原因与书面理由不一致的，先不要签字，可以向工会咨询。",),
        )
    lines = [
        Line(
            "工作年限",
            f"{asked.first.isoformat()} 至 {asked.last.isoformat()}，共"
            f" {spans.in_words(asked.first, asked.last)}",
        ),
        Line("离职原因", WORDS[asked.ground], clauses=(GROUNDS[asked.ground],)),
    ]
    cautions = [
        "月工资包括计时或计件工资、奖金、津贴和补贴，按离职前十二个月应得工资平均（实施条例第二十七条）。"
    ]
    base, capped = _base(asked, law, lines, cautions)
    owed = _since(asked, law, base, capped, lines) + _before(
        asked, base if not capped else asked.average, lines, cautions
    )
    if asked.ground is Ground.ILLEGAL:
        damages = fen(owed * law.damages_times)
        lines.append(
            Line(
                "赔偿金",
                f"经济补偿标准 {money(owed)} × {plain(law.damages_times)} = {money(damages)}",
                damages,
                (Clause(ACT, 87), Clause(REGULATION, 25)),
                counts=True,
            )
        )
        cautions.append("要求继续履行劳动合同且能够履行的，不支付赔偿金；两者选一（第四十八条）。")
        cautions.append("支付了赔偿金的，不再支付经济补偿（实施条例第二十五条）。")
        return Outcome(
            "违法解除赔偿金", tuple(lines), f"应付赔偿金 {money(damages)}", damages, tuple(cautions)
        )
    lines.append(Line("经济补偿", f"合计 {money(owed)}", owed, (Clause(ACT, 47),), counts=True))
    if asked.ground in NOTICE and not asked.notified:
        month = fen(asked.last_month if asked.last_month is not None else asked.average)
        lines.append(
            Line(
                "代通知金",
                f"没有提前三十日书面通知，上一个月工资 {money(month)} × 1 = {money(month)}",
                month,
                (Clause(ACT, 40), Clause(REGULATION, 20)),
                counts=True,
            )
        )
    if asked.ground is Ground.ILLNESS:
        cautions.append(
            "经劳动能力鉴定为五级至十级的，还可以主张医疗补助费（劳部发〔1995〕309号第三十五条），"
            "各地标准和口径不同，这里没有计入。"
        )
    if not law.minimum_wage:
        cautions.append("没有选择最低工资档次，未检查月工资是否低于最低工资标准。")
    sum_ = total(lines)
    return Outcome("经济补偿", tuple(lines), f"应付合计 {money(sum_)}", sum_, tuple(cautions))


def _base(
    asked: Service, law: SeveranceLaw, lines: list[Line], cautions: list[str]
) -> tuple[Decimal, bool]:
    """The monthly wage that counts, and whether the cap was reached."""
    if law.minimum_wage and asked.average < law.minimum_wage:
        lines.append(
            Line(
                "月工资",
                f"平均工资 {money(asked.average)} 低于最低工资标准，"
                f"按 {money(law.minimum_wage)} 计算",
                law.minimum_wage,
                (Clause(REGULATION, 27),),
            )
        )
        return law.minimum_wage, False
    if not law.average:
        lines.append(
            Line(
                "月工资",
                f"离职前十二个月平均工资 {money(asked.average)}",
                fen(asked.average),
                (Clause(REGULATION, 27),),
            )
        )
        cautions.append("没有填写所在市上年度职工月平均工资，未检查三倍封顶。")
        return asked.average, False
    most = law.average * law.cap_times
    if asked.average > most:
        lines.append(
            Line(
                "月工资",
                f"平均工资 {money(asked.average)} 高于 {money(law.average)} × "
                f"{plain(law.cap_times)} = {money(most)}，按 {money(most)} 计算，"
                f"年限最高 {plain(law.cap_years)} 年",
                fen(most),
                (Clause(ACT, 47, "第二款"),),
            )
        )
        return most, True
    lines.append(
        Line(
            "月工资",
            f"平均工资 {money(asked.average)}，没有超过 {money(law.average)} × "
            f"{plain(law.cap_times)} = {money(most)}",
            fen(asked.average),
            (Clause(ACT, 47, "第二款"),),
        )
    )
    return asked.average, False


def _since(
    asked: Service, law: SeveranceLaw, base: Decimal, capped: bool, lines: list[Line]
) -> Decimal:
    first = asked.first if asked.ground is Ground.ILLEGAL else max(asked.first, IN_FORCE)
    months = months_since(first, asked.last)
    if not months:
        return ZERO
    words = spans.in_words(first, asked.last)
    counted = min(months, law.cap_years) if capped else months
    cut = f"，封顶为 {plain(counted)} 个月" if counted != months else ""
    amount = fen(base * counted)
    lines.append(
        Line(
            "补偿月数" if first == asked.first else "2008 年以后的年限",
            f"{words}，支付 {plain(months)} 个月{cut}；"
            f"{money(base)} × {plain(counted)} = {money(amount)}",
            amount,
            (Clause(ACT, 47, "第一款"),),
        )
    )
    return amount


def _before(asked: Service, base: Decimal, lines: list[Line], cautions: list[str]) -> Decimal:
    # Damages count from the first day by article 47 (实施条例第二十五条).
    if asked.first >= IN_FORCE or asked.ground is Ground.ILLEGAL:
        return ZERO
    if asked.ground in ONLY_SINCE:
        cautions.append(
            "2008 年以前的工作年限是否补偿，按当时的规定判断，这里没有计入，请向工会咨询。"
        )
        return ZERO
    months = months_before(asked.first, min(asked.last, IN_FORCE - ONE_DAY))
    limited = asked.ground in LIMITED_BEFORE and months > 12
    counted = Decimal(12) if limited else months
    amount = fen(base * counted)
    lines.append(
        Line(
            "2008 年以前的年限",
            f"不满一年的按一年，支付 {plain(months)} 个月"
            + ("，最多十二个月" if limited else "")
            + f"；{money(base)} × {plain(counted)} = {money(amount)}",
            amount,
            (Clause(ACT, 97, "第三款"),),
        )
    )
    cautions.append(
        "2008 年以前的年限按劳部发〔1994〕481号计算（暂定）：该办法已于 2017 年废止，"
        "各地裁判口径有差别，这一项请向工会核实。"
    )
    return amount
