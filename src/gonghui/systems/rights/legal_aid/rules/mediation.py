"""Mediation of labour disputes (劳动争议调解): states, agreement, confirmation, limitation.

Sources: 《劳动争议调解仲裁法》第十四条 (fifteen days), 第十五条, 第十六条 (payment order),
第二十七条 (limitation of one year); 《人民调解法》第三十三条 (confirmation, thirty days);
《劳动人事争议仲裁办案规则》第七十四条 (examination by the arbitration board within fifteen days).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.systems.rights.legal_aid.rules.matters import DISMISSAL, INJURY, PAY

LAW = "《中华人民共和国劳动争议调解仲裁法》"
LIMIT_RULE = f"{LAW}第二十七条"
CONFIRM_RULE = "《中华人民共和国人民调解法》第三十三条"
BOARD_RULE = "《劳动人事争议仲裁办案规则》第七十四条"
ORDER_RULE = f"{LAW}第十六条"

APPLIED, INVITING, AGREED_TO, SITTING = "applied", "inviting", "agreed_to", "sitting"
DRAFTED, SIGNED, PERFORMED, BROKEN = "drafted", "signed", "performed", "broken"
FAILED, DECLINED, WITHDRAWN = "failed", "declined", "withdrawn"
STATES = {
    APPLIED: "待受理",
    INVITING: "征求对方意见",
    AGREED_TO: "待确定调解员",
    SITTING: "调解中",
    DRAFTED: "协议待签字",
    SIGNED: "协议已生效，待履行",
    PERFORMED: "已履行",
    BROKEN: "未履行",
    FAILED: "调解不成",
    DECLINED: "不予受理",
    WITHDRAWN: "已撤回",
}
FINISHED = (PERFORMED, BROKEN, FAILED, DECLINED, WITHDRAWN)
ALLOWED: dict[str, tuple[str, ...]] = {
    "take_in": (APPLIED,),
    "answer": (INVITING,),
    "appoint": (AGREED_TO, SITTING),
    "sit": (SITTING,),
    "agree": (SITTING, DRAFTED),
    "sign": (DRAFTED,),
    "confirm": (SIGNED,),
    "perform": (SIGNED,),
    "fail": (INVITING, AGREED_TO, SITTING, DRAFTED),
}
FAILURES = {
    "refused": "一方不同意调解",
    "no_agreement": "期限内未达成协议",
    "left": "一方退出调解",
    "unsigned": "一方不签收协议",
}
WAYS = {"court": "人民法院司法确认", "board": "仲裁委员会审查确认"}
EXTENTS = {"whole": "全部履行", "partly": "部分履行", "none": "没有履行"}


def check_state(verb: str, state: str) -> None:
    """Conflict unless the verb may be done at this state."""
    if state not in ALLOWED[verb]:
        wanted = "、".join(STATES[item] for item in ALLOWED[verb])
        raise Conflict(
            f"这件调解现在是“{STATES[state]}”，不能这样办理。",
            rule=f"限于：{wanted}",
            remedy="可能已有他人办理，请刷新页面查看最新状态。",
            code="state",
        )


def check_terms(terms: str, amount: Decimal | None, perform_by: date | None, today: date) -> None:
    """An agreement says what, how much and by when."""
    if len(terms.strip()) < 10:
        raise Refusal("请写明协议的内容、履行方式。", field="terms", code="terms")
    if amount is not None and amount < 0:
        raise Refusal("金额不能是负数。", field="amount", code="amount")
    if perform_by is None or perform_by < today:
        raise Refusal("履行期限不能早于今天。", field="perform_by", code="perform_by")


def check_signatures(drafted_on: date, applicant_on: date, employer_on: date, today: date) -> date:
    """The day an agreement takes effect: the later signature. Source: 第十四条 of the law."""
    for name, day in (("applicant_on", applicant_on), ("employer_on", employer_on)):
        if not drafted_on <= day <= today:
            raise Refusal("签字日期应在拟定协议之后、今天以前。", field=name, code="day")
    return max(applicant_on, employer_on)


def last_day(effective_on: date, days: int) -> date:
    """The last day of a term that begins the day after."""
    return effective_on + timedelta(days=days)


@dataclass(frozen=True)
class Hint:
    """One way open after an agreement or a failure. until None: no term stated by the law."""

    title: str
    text: str
    rule: str
    until: date | None = None


def after_agreement(
    effective_on: date, matter: str, court_days: int, board_days: int
) -> list[Hint]:
    """What the parties may do to make an agreement enforceable."""
    hints = [
        Hint(
            "申请司法确认",
            "双方可以共同向有管辖权的人民法院申请司法确认；确认有效后一方不履行的，"
            "另一方可以申请强制执行。",
            CONFIRM_RULE,
            last_day(effective_on, court_days),
        ),
        Hint(
            "申请仲裁审查",
            "双方可以共同向有管辖权的劳动人事争议仲裁委员会提出仲裁审查申请。",
            BOARD_RULE,
            last_day(effective_on, board_days),
        ),
    ]
    if takes_payment_order(matter):
        hints.append(
            Hint(
                "申请支付令",
                "用人单位在协议约定期限内不履行的，劳动者可以持调解协议书向人民法院申请支付令。",
                ORDER_RULE,
            )
        )
    return hints


def enforcement(way: str) -> Hint:
    """What is left when an agreement that was confirmed is not kept."""
    return Hint(
        "申请强制执行",
        f"协议已经{WAYS[way]}，可以向有管辖权的人民法院申请强制执行。",
        CONFIRM_RULE if way == "court" else f"{LAW}第五十一条",
    )


def takes_payment_order(matter: str) -> bool:
    """Pay, injury costs, compensation: what a payment order may be asked for."""
    return matter in (PAY, INJURY, DISMISSAL)


def years_after(day: date, years: int) -> date:
    """The same day some years later; 28 February for 29 February."""
    year = day.year + years
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


@dataclass(frozen=True)
class Limitation:
    """Until when arbitration may be asked for. until None: no limitation runs yet."""

    until: date | None
    because: str

    def over(self, today: date) -> bool:
        return self.until is not None and today > self.until


def limitation(
    known_on: date,
    years: int,
    *,
    matter: str = "",
    left_on: date | None = None,
    employed: bool = False,
    interrupted: Iterable[date] = (),
) -> Limitation:
    """The limitation of labour arbitration.

    known_on: when the party knew or should have known. interrupted: days it was claimed, relief
    was asked for, or the other side agreed to perform; one after the term is over is of no
    effect. Disputes over arrears of pay have no limitation while the employment lasts (employed),
    and a year from its end (left_on).
    """
    if matter == PAY and employed:
        return Limitation(None, "劳动关系存续期间因拖欠劳动报酬发生争议，不受一年时效限制")
    begin, because = known_on, "自知道或者应当知道权利被侵害之日起"
    if matter == PAY and left_on is not None:
        begin, because = left_on, "劳动报酬争议自劳动关系终止之日起"
    until = years_after(begin, years)
    for day in sorted(interrupted):
        if begin <= day <= until:
            begin, because = day, "时效中断，从中断时起重新计算"
            until = years_after(day, years)
    return Limitation(until, because)


def after_failure(found: Limitation, today: date) -> Hint:
    """What is left when mediation fails."""
    if found.over(today):
        text = (
            f"按已知情况仲裁时效已于 {found.until:%Y-%m-%d} 届满（{found.because}）。"
            "有时效中断、中止情形的，请带证据到仲裁委员会咨询。"
        )
    elif found.until is None:
        text = f"可以向劳动人事争议仲裁委员会申请仲裁；{found.because}。"
    else:
        text = (
            f"可以向劳动人事争议仲裁委员会申请仲裁，仲裁时效至 {found.until:%Y-%m-%d}"
            f"（{found.because}）。"
        )
    return Hint("申请劳动仲裁", text, LIMIT_RULE, found.until)
