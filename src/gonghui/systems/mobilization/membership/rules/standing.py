"""Rules of standing (会籍变动): which status may follow which, for what cause, on whose word.

Sources: 《中国工会章程》 on leaving and expulsion; 《工会会员会籍管理办法》（2016年12月12日）
on retained membership and deemed withdrawal. Causes are codes of the table
membership_change_reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

ACTIVE, RETAINED = "active", "retained"
WITHDRAWN, EXPELLED, DECEASED = "withdrawn", "expelled", "deceased"
STATUSES = (ACTIVE, RETAINED, WITHDRAWN, EXPELLED, DECEASED)

HANDLER, APPROVER = "handler", "approver"
UNDO_HOURS = 24
OWN_WISH, LAPSED = "51", "52"
CHARTER = "《中国工会章程》"
MEASURE = "《工会会员会籍管理办法》（2016年12月12日）"


@dataclass(frozen=True)
class Move:
    """One kind of change.

    sources: statuses it may start from. target: where it leads ("" : where the member was
    before). causes: codes allowed. role: who decides. facts: what must be stated besides.
    """

    code: str
    title: str
    sources: tuple[str, ...]
    target: str
    causes: tuple[str, ...]
    role: str = HANDLER
    facts: tuple[str, ...] = ()
    rule: str = MEASURE


RETAIN = Move(
    "retain",
    "保留会籍",
    (ACTIVE,),
    RETAINED,
    ("31", "32", "33", "34", "39"),
    rule=f"{MEASURE}：退休、失业等会员保留会籍，保留期间免交会费",
)
RESTORE = Move("restore", "恢复会籍", (RETAINED,), ACTIVE, ("40",))
WITHDRAW = Move(
    "withdraw",
    "退会",
    (ACTIVE, RETAINED),
    WITHDRAWN,
    (OWN_WISH, LAPSED),
    facts=("evidence",),
    rule=f"{CHARTER}：会员有退会自由；连续六个月不交会费、不参加组织生活，经教育拒不改正视为自动退会",
)
EXPEL = Move(
    "expel",
    "除名",
    (ACTIVE, RETAINED),
    EXPELLED,
    ("60",),
    role=APPROVER,
    facts=("evidence", "due", "present", "votes"),
    rule=f"{CHARTER}：对严重违法犯罪并受到刑事处罚的会员开除会籍，须经会员讨论表决",
)
DECEASE = Move(
    "decease",
    "登记已故",
    (ACTIVE, RETAINED, WITHDRAWN, EXPELLED),
    DECEASED,
    ("70",),
    facts=("died_on", "evidence"),
)
REVIVE = Move(
    "revive", "更正误登已故", (DECEASED,), "", ("80",), role=APPROVER, facts=("evidence",)
)

MOVES = {move.code: move for move in (RETAIN, RESTORE, WITHDRAW, EXPEL, DECEASE, REVIVE)}


def fault_of(move: Move, status: str, cause: str) -> str:
    """Why a move may not be made from a status for a cause, in Chinese; empty where it may."""
    if status not in move.sources:
        return "source"
    if cause not in move.causes:
        return "cause"
    return ""


def allowed(status: str) -> list[Move]:
    """The moves open from a status."""
    return [move for move in MOVES.values() if status in move.sources]


@dataclass(frozen=True)
class Vote:
    """A vote of the members: how many were due, present, and for it."""

    due: int
    present: int
    votes: int


def vote_fault(vote: Vote) -> str:
    """Why a vote does not carry an expulsion, in Chinese; empty where it does.

    At least two thirds of those due are present, and more than half of those due are for it.
    Source: 《基层工会会员代表大会条例》 (quorum and majority); that the same majority holds for
    expulsion is provisional until the provincial rule is had.
    """
    if vote.due < 1:
        return "应到人数至少为 1 人。"
    if not 0 <= vote.present <= vote.due:
        return "实到人数不能超过应到人数。"
    if not 0 <= vote.votes <= vote.present:
        return "同意人数不能超过实到人数。"
    if vote.present * 3 < vote.due * 2:
        return f"实到 {vote.present} 人不足应到 {vote.due} 人的三分之二，表决无效。"
    if vote.votes * 2 <= vote.due:
        return f"同意 {vote.votes} 人未超过应到 {vote.due} 人的半数，未获通过。"
    return ""


@dataclass(frozen=True)
class Lapse:
    """The facts of a deemed withdrawal: dues unpaid since, and first and last day of the notice."""

    unpaid_since: date
    notice_from: date
    notice_to: date


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the month's last day where there is no such day."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def lapse_fault(lapse: Lapse, *, months: int, notice_days: int, today: date) -> str:
    """Why a deemed withdrawal is not ripe, in Chinese; empty where it is.

    months: membership.auto_withdraw_months. notice_days: membership.lapse_notice_days, calendar
    days from the day after the notice went up.
    """
    ripe = months_later(lapse.unpaid_since, months)
    if lapse.notice_from < ripe:
        return (
            f"自 {lapse.unpaid_since:%Y-%m-%d} 起到公示开始未满 {months} 个月，"
            f"最早可于 {ripe:%Y-%m-%d} 开始公示。"
        )
    if (lapse.notice_to - lapse.notice_from).days < notice_days:
        return f"公示期不足 {notice_days} 天。"
    if today <= lapse.notice_to:
        return f"公示期到 {lapse.notice_to:%Y-%m-%d} 才结束，期满后再办理。"
    return ""
