"""Rules of union elections (工会选举): who may vote, which ballot holds, who is elected.

Source: 《工会基层组织选举工作条例》(总工发〔2016〕27号). At least two thirds of those due must be
present; ballots returned may not be more than were issued; elected is who has more than half of
those due, those with more votes first; equal votes at the last seat are voted on again; seats
left open are voted on again. All shares are compared as whole numbers, never as decimals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

RULE = "《工会基层组织选举工作条例》（总工发〔2016〕27号）"
QUORUM_RULE = f"{RULE}：参加选举的人数达到应到会人数的三分之二以上，方可进行选举"
BALLOT_RULE = f"{RULE}：收回的选票多于发出的选票，选举无效，应重新选举"
MAJORITY_RULE = f"{RULE}：获得应到会人数过半数赞成票的，始得当选"
MORE_RULE = f"{RULE}：过半数的人数超过应选名额时，得赞成票多的当选"
TIE_RULE = f"{RULE}：票数相等不能确定当选人时，就票数相等的被选举人再次投票，得赞成票多的当选"
SHORT_RULE = f"{RULE}：当选人少于应选名额时，不足的名额另行选举"
SURPLUS_RULE = f"{RULE}：委员、常务委员、经费审查委员会委员实行差额选举"
AUDIT_RULE = "《中华人民共和国工会法》（2021年修正）、《中国工会章程》：各级工会建立经费审查委员会"
WOMEN_RULE = "《工会女职工委员会工作条例》：女职工达到规定人数的建立女职工委员会"


class Office(StrEnum):
    """What somebody is elected to (职务)."""

    COMMITTEE = "committee"
    STANDING = "standing"
    CHAIR = "chair"
    VICE = "vice"
    AUDIT = "audit"
    WOMEN = "women"

    @property
    def label(self) -> str:
        return OFFICES[self]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(item.value, item.label) for item in cls]


OFFICES = {
    Office.COMMITTEE: "工会委员会委员",
    Office.STANDING: "常务委员会委员",
    Office.CHAIR: "主席",
    Office.VICE: "副主席",
    Office.AUDIT: "经费审查委员会委员",
    Office.WOMEN: "女职工委员会委员",
}


class Result(StrEnum):
    """What a ballot led to (选举结果)."""

    NO_QUORUM = "no_quorum"
    VOID = "void"
    COMPLETE = "complete"
    SHORT = "short"
    TIE = "tie"

    @property
    def label(self) -> str:
        return RESULTS[self]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(item.value, item.label) for item in cls]


RESULTS = {
    Result.NO_QUORUM: "到会人数不足",
    Result.VOID: "选举无效",
    Result.COMPLETE: "已选出",
    Result.SHORT: "未选足",
    Result.TIE: "票数相等待再投",
}
AGAIN = frozenset({Result.NO_QUORUM, Result.VOID, Result.SHORT, Result.TIE})
"""Results after which a further ballot is held."""


@dataclass(frozen=True)
class Law:
    """The figures in force on the day of the election.

    quorum: the least share of those due, inclusive. majority: the share to be exceeded.
    tie_needs_majority: whether a second ballot between equals asks for the majority again.
    """

    quorum: tuple[int, int] = (2, 3)
    majority: tuple[int, int] = (1, 2)
    tie_needs_majority: bool = False


@dataclass(frozen=True)
class Poll:
    """One ballot as counted: people due and present, papers, and the votes for each candidate.

    tie: a second ballot between candidates whose votes were equal.
    """

    due: int
    present: int
    issued: int
    returned: int
    valid: int
    seats: int
    votes: Mapping[int, int]
    tie: bool = False


@dataclass(frozen=True)
class Line:
    """One step of the count in words: the rule, the figures, whether it holds."""

    text: str
    holds: bool
    rule: str


@dataclass(frozen=True)
class Outcome:
    """What the count says. elected: the most votes first. open_seats: still to be filled."""

    result: Result
    elected: tuple[int, ...] = ()
    tied: tuple[int, ...] = ()
    open_seats: int = 0
    lines: tuple[Line, ...] = field(default=())


def least_present(due: int, share: tuple[int, int] = (2, 3)) -> int:
    """The smallest number of people that is at least `share` of those due."""
    above, below = share
    return -(-due * above // below)


def least_votes(due: int, share: tuple[int, int] = (1, 2)) -> int:
    """The smallest number of votes that is more than `share` of those due."""
    above, below = share
    return due * above // below + 1


def has_quorum(due: int, present: int, share: tuple[int, int] = (2, 3)) -> bool:
    return due > 0 and present * share[1] >= due * share[0]


def has_majority(due: int, votes: int, share: tuple[int, int] = (1, 2)) -> bool:
    return votes * share[1] > due * share[0]


def least_candidates(seats: int, percent: int) -> int:
    """How many candidates a ballot for these seats needs with a surplus (差额) of `percent`.

    The surplus is rounded up, so any surplus asks for one candidate more than seats.
    """
    return seats + -(-seats * percent // 100)


def faults(poll: Poll) -> list[tuple[str, str]]:
    """Figures that cannot be, as (field, words); more returned than issued can, and voids."""
    found: list[tuple[str, str]] = []
    if poll.due < 1:
        found.append(("due", "应到人数应大于 0。"))
    if poll.present > poll.due:
        found.append(("present", f"实到人数（{poll.present}）不能多于应到人数（{poll.due}）。"))
    if poll.issued > poll.present:
        found.append(("issued", f"发出选票（{poll.issued}）不能多于实到人数（{poll.present}）。"))
    if poll.valid > poll.returned:
        found.append(("valid", f"有效票（{poll.valid}）不能多于收回的选票（{poll.returned}）。"))
    if found or poll.returned > poll.issued:
        return found
    for candidate, votes in poll.votes.items():
        if votes > poll.valid:
            found.append(
                (f"votes_{candidate}", f"赞成票（{votes}）不能多于有效票（{poll.valid}）。")
            )
    most = poll.valid * poll.seats
    if not found and sum(poll.votes.values()) > most:
        found.append(
            (
                "valid",
                f"赞成票合计 {sum(poll.votes.values())}，多于有效票 {poll.valid} 张"
                f"每张至多选 {poll.seats} 人的 {most} 票：选人数多于应选名额的票为无效票。",
            )
        )
    return found


def count(poll: Poll, law: Law) -> Outcome:
    """Who is elected, step by step with the rule of each step.

    ValueError for figures that `faults` finds impossible.
    """
    if wrong := faults(poll):
        raise ValueError(wrong[0][1])
    need = least_present(poll.due, law.quorum)
    quorum = has_quorum(poll.due, poll.present, law.quorum)
    lines = [
        Line(
            f"应到 {poll.due} 人，实到 {poll.present} 人，至少应到会 {need} 人"
            f"（{share_words(law.quorum)}）：{'可以选举' if quorum else '不能选举'}。",
            quorum,
            QUORUM_RULE,
        )
    ]
    if not quorum:
        return Outcome(Result.NO_QUORUM, open_seats=poll.seats, lines=tuple(lines))
    void = poll.returned > poll.issued
    lines.append(
        Line(
            f"发出选票 {poll.issued} 张，收回 {poll.returned} 张："
            f"{'收回多于发出，选举无效' if void else '收回不多于发出，选举有效'}。",
            not void,
            BALLOT_RULE,
        )
    )
    if void:
        return Outcome(Result.VOID, open_seats=poll.seats, lines=tuple(lines))
    return _seat(poll, law, lines)


def _seat(poll: Poll, law: Law, lines: list[Line]) -> Outcome:
    ranked = sorted(poll.votes, key=lambda candidate: (-poll.votes[candidate], candidate))
    asks_majority = not poll.tie or law.tie_needs_majority
    need = least_votes(poll.due, law.majority)
    passed = [
        candidate
        for candidate in ranked
        if not asks_majority or has_majority(poll.due, poll.votes[candidate], law.majority)
    ]
    if asks_majority:
        lines.append(
            Line(
                f"应到 {poll.due} 人，当选至少 {need} 票（超过{share_words(law.majority)}）："
                f"{len(passed)} 人达到。",
                bool(passed),
                MAJORITY_RULE,
            )
        )
    else:
        lines.append(Line("票数相等者再次投票，得票多的当选。", True, TIE_RULE))
    if len(passed) <= poll.seats:
        left = poll.seats - len(passed)
        if left:
            words = f"应选 {poll.seats} 名，选出 {len(passed)} 名，缺 {left} 名，另行选举。"
        else:
            words = f"应选 {poll.seats} 名，选出 {len(passed)} 名。"
        lines.append(Line(words, not left, SHORT_RULE if left else RULE))
        result = Result.SHORT if left else Result.COMPLETE
        return Outcome(result, tuple(passed), (), left, tuple(lines))
    last = poll.votes[passed[poll.seats - 1]]
    sure = [candidate for candidate in passed if poll.votes[candidate] > last]
    level = [candidate for candidate in passed if poll.votes[candidate] == last]
    if len(sure) + len(level) == poll.seats:
        lines.append(
            Line(f"应选 {poll.seats} 名，得票多的前 {poll.seats} 名当选。", True, MORE_RULE)
        )
        return Outcome(Result.COMPLETE, (*sure, *level), (), 0, tuple(lines))
    left = poll.seats - len(sure)
    lines.append(
        Line(
            f"{len(level)} 人同得 {last} 票，只余 {left} 个名额：就票数相等的人再次投票。",
            False,
            TIE_RULE,
        )
    )
    return Outcome(Result.TIE, tuple(sure), tuple(level), left, tuple(lines))


def share_words(share: tuple[int, int]) -> str:
    """A share as law writes it: 三分之二, 半数."""
    words = {(2, 3): "三分之二", (1, 2): "半数", (3, 4): "四分之三"}
    return words.get(share, f"{share[1]} 分之 {share[0]}")


def band(table: Sequence[Sequence[int | None]], number: int) -> tuple[int, int] | None:
    """The least and most of the row of `[from, below, least, most]` a number lies in."""
    for first, below, least, most in table:
        if number >= (first or 0) and (below is None or number < below):
            return least or 0, most or 0
    return None


def missing_committees(
    elected: Mapping[str, int], women: int, women_least: int
) -> list[tuple[str, str]]:
    """What a new committee still lacks, as (words, rule); the superior may not approve with it.

    elected: how many were elected to each office. women: women among the members.
    """
    found = []
    if not elected.get(Office.CHAIR):
        found.append(("还没有选出主席", RULE))
    if not elected.get(Office.AUDIT):
        found.append(("还没有选出经费审查委员会委员", AUDIT_RULE))
    if women >= women_least and not elected.get(Office.WOMEN):
        found.append(
            (f"女会员 {women} 人，达到 {women_least} 人，还没有产生女职工委员会委员", WOMEN_RULE)
        )
    return found
