"""Supervision of labour law by unions (工会劳动法律监督): states, letters (一函两书), who may act.

Source: 《工会劳动法律监督办法》（总工办发〔2021〕9号）; 《中华人民共和国工会法》第二十三条.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.systems.rights.legal_aid.rules.matters import LAWS, MATTERS

MEASURE = "《工会劳动法律监督办法》（总工办发〔2021〕9号）"

CLUE, PLANNED, INVESTIGATING, FOUND = "clue", "planned", "investigating", "found"
WAITING, ANSWERED, ESCALATED, CORRECTED = "waiting", "answered", "escalated", "corrected"
UNFOUNDED, CLOSED, DECLINED, WITHDRAWN, MERGED = (
    "unfounded",
    "closed",
    "declined",
    "withdrawn",
    "merged",
)
STATES = {
    CLUE: "线索待受理",
    PLANNED: "待指定监督员",
    INVESTIGATING: "调查中",
    FOUND: "已查明，待发函",
    WAITING: "待用人单位答复",
    ANSWERED: "已答复，待核实整改",
    ESCALATED: "已转劳动监察",
    CORRECTED: "已整改，待结案",
    UNFOUNDED: "未发现违法，待结案",
    CLOSED: "已结案",
    DECLINED: "不予受理",
    WITHDRAWN: "已撤回",
    MERGED: "已并案",
}
FINISHED = (CLOSED, DECLINED, WITHDRAWN, MERGED)
ALLOWED: dict[str, tuple[str, ...]] = {
    "take_in": (CLUE,),
    "appoint": (PLANNED, INVESTIGATING),
    "find": (INVESTIGATING, WAITING, ANSWERED),
    "write": (FOUND, WAITING, ANSWERED),
    "issue": (FOUND, WAITING, ANSWERED),
    "deliver": (WAITING, ESCALATED),
    "reply": (WAITING, ESCALATED),
    "verify": (ANSWERED, ESCALATED),
    "close": (CORRECTED, UNFOUNDED, ESCALATED),
}

TIP, OPINION, PROPOSAL = "tip", "opinion", "proposal"
LETTERS = {
    TIP: "工会劳动法律监督提示函",
    OPINION: "工会劳动法律监督意见书",
    PROPOSAL: "工会劳动法律监督建议书",
}
MARKS = {TIP: "提示", OPINION: "意见", PROPOSAL: "建议"}
AUTHORITY = "劳动保障监察机构"
DELIVERIES = {
    "hand": "直接送达",
    "mail": "邮寄送达",
    "left": "留置送达",
    "electronic": "电子送达",
}


def check_state(verb: str, state: str) -> None:
    """Conflict unless the verb may be done at this state."""
    if state not in ALLOWED[verb]:
        wanted = "、".join(STATES[item] for item in ALLOWED[verb])
        raise Conflict(
            f"这件监督事项现在是“{STATES[state]}”，不能这样办理。",
            rule=f"限于：{wanted}",
            remedy="可能已有他人办理，请刷新页面查看最新状态。",
            code="state",
        )


def check_team(count: int, least: int, mark: str = "") -> None:
    """An investigation is made by so many registered supervisors at least. mark: after it."""
    if count < least:
        raise Refusal(
            f"调查至少由 {least} 名工会劳动法律监督员进行。",
            rule=f"{MEASURE}：监督员不少于 {least} 人{mark}，并出示证件",
            remedy="请再选一名证件有效的监督员。",
            field="supervisors",
            code="team",
        )


@dataclass(frozen=True)
class Sent:
    """A letter as far as the next one depends on it. overdue: no reply within its term."""

    kind: str
    issued: bool
    overdue: bool = False
    replied: bool = False
    corrected: bool | None = None


def check_next(kind: str, before: list[Sent], *, violation: bool) -> None:
    """Refuse a letter that does not follow on what was written and found before.

    A tip may go out on a risk; an opinion needs a violation found; a proposal to the authority
    needs an opinion that was not answered in time or not followed.
    """
    if kind not in LETTERS:
        raise Refusal("没有这种文书。", field="kind", code="kind")
    if any(not letter.issued for letter in before):
        raise Conflict("还有一份没有签发的文书。", remedy="请先签发或修改那一份。", code="draft")
    if kind == TIP and any(letter.kind != TIP for letter in before):
        raise Conflict("已经发出意见书，不再发提示函。", rule=MEASURE, code="order")
    if kind != TIP and not violation:
        raise Refusal(
            "没有查明违法事实，不能发出意见书或建议书。",
            rule=MEASURE,
            remedy="存在风险的可以发提示函。",
            field="kind",
            code="no_violation",
        )
    if kind == PROPOSAL and not any(
        letter.kind == OPINION and (letter.overdue or letter.corrected is False)
        for letter in before
    ):
        raise Refusal(
            "用人单位收到意见书后逾期不答复或者不整改的，才转劳动保障监察机构处理。",
            rule=f"{MEASURE}：逾期未答复、未整改的，提请有关部门依法处理",
            remedy="请先发出意见书，期满后核实。",
            field="kind",
            code="too_early",
        )


def overdue(reply_due_on: date | None, replied_on: date | None, today: date) -> bool:
    """Whether a letter's reply is late; on its last day it is not."""
    if reply_due_on is None:
        return False
    return (replied_on or today) > reply_due_on


def letter_number(word: str, year: int, kind: str, serial: int) -> str:
    """皖工法督〔2026〕意见第3号."""
    return f"{word}〔{year}〕{MARKS[kind]}第{serial}号"


def wording(kind: str, unit: str, matter: str, finding: str, days: int) -> list[str]:
    """The template of a letter: paragraphs that name nobody but the unit."""
    law = LAWS.get(matter, LAWS["other"])
    about = MATTERS.get(matter, MATTERS["other"])
    if kind == TIP:
        return [
            f"工会在开展劳动法律监督中了解到，你单位在{about}方面可能存在用工风险：{finding}",
            f"现提示你单位对照{law}进行自查，及时纠正，防范劳动争议。",
            f"请自收到本函之日起 {days} 个工作日内，将自查情况书面函复。",
        ]
    if kind == OPINION:
        return [
            f"经调查，你单位在{about}方面存在下列问题：{finding}",
            f"上述行为不符合{law}的规定。根据《中华人民共和国工会法》第二十三条和{MEASURE}，"
            "提出以下监督意见：立即停止违法行为，依法整改，保障职工合法权益。",
            f"请自收到本意见书之日起 {days} 个工作日内，将整改情况书面答复。"
            "逾期不答复或者不整改的，将依法提请劳动保障监察机构处理。",
        ]
    return [
        f"我会在劳动法律监督中查明，{unit}在{about}方面存在下列问题：{finding}",
        f"我会已依法发出监督意见书，该单位逾期未答复或者未整改。上述行为不符合{law}的规定。",
        "根据《中华人民共和国工会法》第二十三条和《劳动保障监察条例》第七条，建议你单位依法调查处理，"
        "并将处理结果函告我会。职工的身份信息依法保密，需要核实的由我会转达。",
    ]
