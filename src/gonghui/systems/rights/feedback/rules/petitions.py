"""Petitions (信访): their stages, terms and papers.

Source: 《信访工作条例》（2022年5月1日起施行）第二十三条（十五日告知）、第三十四条（六十日办结，可
延长三十日）、第三十五条（三十日内请求复查，三十日答复）、第三十六条（复核同，终结）.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.workdays import is_workday

LAW = "《信访工作条例》"
HANDLING, REVIEW, RECHECK, FINAL = "handling", "review", "recheck", "final"
STAGES = {HANDLING: "办理", REVIEW: "复查", RECHECK: "复核", FINAL: "终结"}
ARTICLES = {
    "accepted": f"{LAW}第二十三条",
    "declined": f"{LAW}第二十三条",
    "opinion": f"{LAW}第三十四条",
    "extended": f"{LAW}第三十四条",
    REVIEW: f"{LAW}第三十五条",
    RECHECK: f"{LAW}第三十六条",
}
PAPERS = {
    "accepted": "受理告知书",
    "declined": "不予受理告知书",
    "extended": "延期告知书",
    "opinion": "答复意见书",
    REVIEW: "复查意见书",
    RECHECK: "复核意见书",
}
MARKS = {
    "accepted": "信受",
    "declined": "信不受",
    "extended": "信延",
    "opinion": "信答",
    REVIEW: "信查",
    RECHECK: "信核",
}
RESULTS = {"upheld": "维持", "changed": "变更", "revoked": "撤销，责令重新办理"}


def next_stage(stage: str) -> str:
    """The stage an answer at `stage` may be taken to; Refusal at the end."""
    following = {HANDLING: REVIEW, REVIEW: RECHECK}
    if stage not in following:
        raise Refusal(
            "这个信访事项已经复核终结，不再受理。",
            rule=f"{LAW}第三十六条：对复核意见不服，仍以同一事实和理由提出的，不再受理",
            remedy="有新的事实和理由的，请作为新的信访事项提出。",
            code="final",
        )
    return following[stage]


def check_appeal(stage: str, answered_on: date | None, asked_on: date, days: int) -> str:
    """The stage asked for; Refusal without an answer, or too late. days: from receiving it.

    A last day off goes on to the next workday (民法典第二百零三条), as terms of the unions do.
    """
    asked = next_stage(stage)
    if answered_on is None:
        raise Conflict(
            "还没有书面答复，不能申请" + STAGES[asked] + "。", rule=ARTICLES[asked], code="open"
        )
    last = answered_on + timedelta(days=days)
    while not is_workday(last):
        last += timedelta(days=1)
    if asked_on > last:
        raise Refusal(
            f"申请{STAGES[asked]}应在 {last} 前提出，现在已经超过。",
            rule=f"{ARTICLES[asked]}：自收到之日起 {days} 日内",
            remedy="有新的事实和理由的，请作为新的信访事项提出。",
            code="late",
        )
    return asked


def number(region: str, kind: str, year: int, serial: int) -> str:
    """信受〔2026〕3号, with the region's six digits before it where there are any."""
    return f"{region}{MARKS[kind]}〔{year}〕{serial}号"


@dataclass(frozen=True)
class Facts:
    """What a paper says. petition: number of the case; words: reason, opinion."""

    petition: str
    received_on: date
    organ: str
    words: str = ""
    rule: str = ""
    due_on: date | None = None
    result: str = ""
    superior: str = ""
    days: int = 30


def body(kind: str, facts: Facts) -> list[str]:
    """The paragraphs of a paper; to whom it goes stands above them."""
    came = f"您于{_day(facts.received_on)}提出的信访事项（编号 {facts.petition}）"
    rule = facts.rule or ARTICLES[kind]
    match kind:
        case "accepted":
            due = f"，办理期限至{_day(facts.due_on)}" if facts.due_on else ""
            return [
                f"{came}收悉。经审查，属于{facts.organ}职权范围，根据{rule}，决定予以受理{due}。",
                "办理期间请保持联系方式畅通，可以凭编号或者查询码了解办理情况。",
            ]
        case "declined":
            return [
                f"{came}收悉。经审查，根据{rule}，决定不予受理。",
                f"理由和去处：{facts.words}",
            ]
        case "extended":
            return [
                f"{came}情况复杂，根据{rule}，经批准延长办理期限"
                + (f"至{_day(facts.due_on)}。" if facts.due_on else "。"),
                f"延长理由：{facts.words}",
            ]
        case "opinion":
            return [f"{came}，现答复如下：", *_lines(facts.words), _further(REVIEW, facts)]
        case "review":
            return [
                f"您对信访事项（编号 {facts.petition}）的答复意见不服，请求复查。经复查，决定："
                f"{facts.result}。",
                *_lines(facts.words),
                _further(RECHECK, facts),
            ]
        case "recheck":
            return [
                f"您对信访事项（编号 {facts.petition}）的复查意见不服，请求复核。经复核，决定："
                f"{facts.result}。",
                *_lines(facts.words),
                f"根据{ARTICLES[RECHECK]}，本意见为信访终结意见。",
            ]
    raise ValueError(kind)


def _further(stage: str, facts: Facts) -> str:
    to = facts.superior or "上一级机关、单位"
    return (
        f"如不服本意见，可以自收到之日起{facts.days}日内，根据{ARTICLES[stage]}，"
        f"向{to}请求{STAGES[stage]}。"
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
