"""Limitation of labour claims and the other terms a worker must keep (仲裁时效和各种期限).

Source: 《劳动争议调解仲裁法》第二十七条、第四十八条、第五十条; 《工伤保险条例》第十七条;
《民法典》第二百零一条至第二百零三条 on counting; 《人民调解法》第三十三条.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.rights.law.rules import spans
from gonghui.systems.rights.law.rules.showing import Clause, Line, Outcome

ACT, INJURY, CIVIL = "劳动争议调解仲裁法", "工伤保险条例", "民法典"


IN_FORCE = date(2011, 1, 1)
"""Before this day some of the terms were others; older facts are reckoned by the later rules."""


class Claim(StrEnum):
    """What has a term."""

    ARBITRATION = "arbitration"
    ARREARS = "arrears"
    LAWSUIT = "lawsuit"
    INJURY_WORKER = "injury_worker"
    INJURY_UNIT = "injury_unit"
    CONFIRMATION = "confirmation"


WORDS = {
    Claim.ARBITRATION: "申请劳动仲裁",
    Claim.ARREARS: "追索拖欠的劳动报酬（劳动关系已终止）",
    Claim.LAWSUIT: "不服仲裁裁决向法院起诉",
    Claim.INJURY_WORKER: "本人、近亲属或工会申请工伤认定",
    Claim.INJURY_UNIT: "单位申请工伤认定",
    Claim.CONFIRMATION: "调解协议申请司法确认",
}
BEGINS = {
    Claim.ARBITRATION: "知道或者应当知道权利被侵害的日期",
    Claim.ARREARS: "劳动关系终止的日期",
    Claim.LAWSUIT: "收到裁决书的日期",
    Claim.INJURY_WORKER: "事故发生或者被诊断为职业病的日期",
    Claim.INJURY_UNIT: "事故发生或者被诊断为职业病的日期",
    Claim.CONFIRMATION: "调解协议生效的日期",
}
CLAUSES = {
    Claim.ARBITRATION: Clause(ACT, 27, "第一款"),
    Claim.ARREARS: Clause(ACT, 27, "第四款"),
    Claim.LAWSUIT: Clause(ACT, 50),
    Claim.INJURY_WORKER: Clause(INJURY, 17, "第二款"),
    Claim.INJURY_UNIT: Clause(INJURY, 17, "第一款"),
    Claim.CONFIRMATION: Clause("人民调解法", 33),
}
RENEWED = frozenset({Claim.ARBITRATION, Claim.ARREARS})
"""Claims whose term is interrupted and suspended by article 27."""


@dataclass(frozen=True)
class LimitationLaw:
    """Months of arbitration and of the worker's injury claim; days of the others."""

    arbitration_months: int
    injury_worker_months: int
    injury_unit_days: int
    lawsuit_days: int
    confirmation_days: int


@dataclass(frozen=True)
class Case:
    """began: see BEGINS. claimed: days the other side was asked, a remedy was sought or the debt
    was admitted; suspended: spans in which one could not claim, both days inclusive."""

    claim: Claim
    began: date
    claimed: Sequence[date] = ()
    suspended: Sequence[tuple[date, date]] = ()


def limitation(asked: Case, law: LimitationLaw, works: Callable[[date], bool], on: date) -> Outcome:
    """The last day of the term, step by step, and how it stands `on` a day."""
    months, days = _term(asked.claim, law)
    lines = [
        Line(
            "起算",
            f"{BEGINS[asked.claim]}：{asked.began.isoformat()}，开始的当日不计入",
            clauses=(CLAUSES[asked.claim],),
        )
    ]
    cautions: list[str] = []
    begin = asked.began

    def ends(start: date) -> tuple[date, int]:
        """The last day of the term begun anew on a day, and the days it was suspended."""
        lost = _suspended(asked, start, works, months, days)
        return spans.last_day(start, works, months=months, days=days + lost), lost

    if (asked.claimed or asked.suspended) and asked.claim not in RENEWED:
        raise Refusal("这个期限不因主张权利而重新计算。", field="claimed")
    end, lost = ends(begin)
    for day in sorted(asked.claimed):
        if day < asked.began:
            raise Refusal("主张权利的日期不能早于起算日期。", field="claimed")
        if day > end:
            cautions.append(
                f"{day.isoformat()} 主张权利时，时效已于 {end.isoformat()} 届满，不发生中断。"
            )
            continue
        begin = day
        end, lost = ends(day)
        lines.append(
            Line(
                "时效中断",
                f"{day.isoformat()} 主张权利、请求救济或对方同意履行，重新计算至 {end.isoformat()}",
                clauses=(Clause(ACT, 27, "第二款"),),
            )
        )
    if lost:
        lines.append(
            Line(
                "时效中止",
                f"因不可抗力等正当理由不能申请 {lost} 天，顺延至 {end.isoformat()}",
                clauses=(Clause(ACT, 27, "第三款"),),
            )
        )
    exact = spans.add_months(begin, months) + timedelta(days=days + lost)
    if end != exact:
        cautions.append(
            f"{exact.isoformat()} 是休息日或者法定休假日，顺延至 {end.isoformat()}。"
            "普通周末是否属于“法定休假日”口径不一（暂定），"
            f"稳妥起见请在 {exact.isoformat()} 以前办理。"
        )
    years, rest = divmod(months, 12)
    term = f"{years} 年" if years and not rest else f"{months} 个月" if months else f"{days} 日"
    lines.append(
        Line(
            "届满",
            f"期限 {term}，最后一天为 {end.isoformat()}"
            "（遇法定休假日、休息日顺延到之后的第一个工作日）",
            clauses=(Clause(CIVIL, 203),),
        )
    )
    left = (end - on).days
    answer = (
        f"最后一天 {end.isoformat()}，还有 {left} 天"
        if left > 0
        else f"今天（{end.isoformat()}）是最后一天"
        if not left
        else f"已于 {end.isoformat()} 届满"
    )
    if asked.claim is Claim.ARBITRATION:
        cautions.append(
            "劳动关系存续期间拖欠劳动报酬的，不受一年限制，但应自劳动关系终止之日起一年内提出。"
        )
    if left < 0 and asked.claim in RENEWED:
        cautions.append(
            "届满后仍可以申请；对方没有以时效抗辩的，仲裁机构仍会审理。请尽快向工会咨询。"
        )
    if asked.claim is Claim.INJURY_UNIT:
        cautions.append("单位没有按时申请的，本人、近亲属或者工会可以在一年内直接申请。")
    if asked.claim is Claim.LAWSUIT:
        cautions.append(
            "第四十七条规定的终局裁决，劳动者不服的也可以在十五日内起诉（第四十八条）。"
        )
    return Outcome(WORDS[asked.claim], tuple(lines), answer, None, tuple(cautions), end)


def _term(claim: Claim, law: LimitationLaw) -> tuple[int, int]:
    """Months and days of a claim."""
    return {
        Claim.ARBITRATION: (law.arbitration_months, 0),
        Claim.ARREARS: (law.arbitration_months, 0),
        Claim.LAWSUIT: (0, law.lawsuit_days),
        Claim.INJURY_WORKER: (law.injury_worker_months, 0),
        Claim.INJURY_UNIT: (0, law.injury_unit_days),
        Claim.CONFIRMATION: (0, law.confirmation_days),
    }[claim]


def _suspended(
    asked: Case, begin: date, works: Callable[[date], bool], months: int, days: int
) -> int:
    """Days the term begun on a day is put off, spans that overlap counted once.

    What was left of the term when a span began runs on after its last day.
    """
    lost, free = 0, begin + spans.ONE_DAY
    for first, last in sorted(asked.suspended):
        if last < first:
            raise Refusal("中止的结束日期不能早于开始日期。", field="suspended_to")
        at = max(first, free)
        if last < at or at > spans.last_day(begin, works, months=months, days=days + lost):
            continue
        exact = spans.add_months(begin, months) + timedelta(days=days + lost)
        left = max((exact - at).days + 1, 1)
        lost += (last - exact).days + left
        free = last + spans.ONE_DAY
    return lost
