"""Rules of staff congresses (职工代表大会): who represents the staff, what a vote needs.

Sources: 《企业民主管理规定》(2012): delegates at least 5 % of the staff and not fewer than thirty,
leaders at most a fifth of them; at least two thirds of the delegates present; carried by more than
half of all delegates. 《集体合同规定》(2004): a draft of a collective contract by at least half of
all delegates. Shares are compared as whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

RULE = "《企业民主管理规定》（总工发〔2012〕12号）"
SIZE_RULE = f"{RULE}：职工代表按不少于全体职工人数的百分之五确定，最少不少于三十人"
LEADERS_RULE = f"{RULE}：中层以上管理人员和领导人员一般不超过职工代表总人数的百分之二十"
QUORUM_RULE = f"{RULE}：职工代表大会须有三分之二以上的职工代表出席"
VOTE_RULE = f"{RULE}：选举和表决须获全体职工代表过半数赞成票"
CONTRACT_RULE = "《集体合同规定》（劳动和社会保障部令第22号）：经全体职工代表半数以上同意，方获通过"
PAPERS_RULE = "无记名投票收回的票多于发出的票，表决无效，应重新表决"
LEFT_RULE = f"{RULE}：职工代表与企业终止劳动关系的，代表资格自行终止，由原选区补选"
PUBLICITY_RULE = f"{RULE}：企业实行厂务公开，职工有权提出意见"


class Matter(StrEnum):
    """What an item of the agenda asks the delegates for (议题性质)."""

    REPORT = "report"
    VOTE = "vote"
    CONTRACT = "contract"
    ELECTION = "election"

    @property
    def label(self) -> str:
        return MATTERS[self]

    @property
    def votes(self) -> bool:
        return self is not Matter.REPORT

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(item.value, item.label) for item in cls]


MATTERS = {
    Matter.REPORT: "听取报告",
    Matter.VOTE: "审议通过",
    Matter.CONTRACT: "集体合同草案表决",
    Matter.ELECTION: "民主选举或评议",
}


@dataclass(frozen=True)
class Law:
    """The figures in force: shares as (above, below)."""

    quorum: tuple[int, int] = (2, 3)
    majority: tuple[int, int] = (1, 2)
    least_percent: int = 5
    least_delegates: int = 30
    leaders_percent: int = 20
    assembly_below: int = 100


@dataclass(frozen=True)
class Line:
    text: str
    holds: bool
    rule: str


def least_present(delegates: int, law: Law) -> int:
    above, below = law.quorum
    return -(-delegates * above // below)


def has_quorum(delegates: int, present: int, law: Law) -> bool:
    return delegates > 0 and present * law.quorum[1] >= delegates * law.quorum[0]


def least_votes(delegates: int, matter: Matter, law: Law) -> int:
    """Votes that carry: more than half of all delegates; at least half for a contract."""
    above, below = law.majority
    if matter is Matter.CONTRACT:
        return -(-delegates * above // below)
    return delegates * above // below + 1


@dataclass(frozen=True)
class Count:
    """A vote as counted; delegates: all of them, present or not."""

    delegates: int
    present: int
    issued: int
    returned: int
    agreed: int
    against: int
    abstained: int


def faults(count: Count) -> list[tuple[str, str]]:
    """Figures that cannot be, as (field, words)."""
    found = []
    if count.issued > count.present:
        found.append(("issued", f"发出的票（{count.issued}）不能多于出席代表（{count.present}）。"))
    if count.returned <= count.issued and (
        count.agreed + count.against + count.abstained > count.returned
    ):
        found.append(("agreed", f"赞成、反对、弃权合计不能多于收回的票（{count.returned}）。"))
    return found


def decide(count: Count, matter: Matter, law: Law) -> tuple[bool, list[Line]]:
    """Whether a vote is carried, step by step; papers above those issued void it."""
    quorum = has_quorum(count.delegates, count.present, law)
    whole = count.returned <= count.issued
    need = least_votes(count.delegates, matter, law)
    enough = count.agreed >= need
    rule = CONTRACT_RULE if matter is Matter.CONTRACT else VOTE_RULE
    lines = [
        Line(
            f"职工代表 {count.delegates} 人，出席 {count.present} 人，"
            f"至少应出席 {least_present(count.delegates, law)} 人。",
            quorum,
            QUORUM_RULE,
        ),
        Line(
            f"发出 {count.issued} 票，收回 {count.returned} 票"
            f"{'' if whole else '，收回多于发出，表决无效'}。",
            whole,
            PAPERS_RULE,
        ),
    ]
    if quorum and whole:
        lines.append(
            Line(
                f"赞成 {count.agreed} 票，反对 {count.against} 票，弃权 {count.abstained} 票；"
                f"按全体代表计，至少须 {need} 票赞成：{'通过' if enough else '未通过'}。",
                enough,
                rule,
            )
        )
    return quorum and whole and enough, lines


def least_delegates(employees: int, law: Law) -> int:
    """How many delegates a staff needs at least, never more than there are people."""
    share = -(-employees * law.least_percent // 100)
    return min(employees, max(law.least_delegates, share))


def composition(employees: int, delegates: int, leaders: int, women: int, law: Law) -> list[Line]:
    """What the delegates must be, each line with its rule."""
    least = least_delegates(employees, law)
    most = delegates * law.leaders_percent // 100
    return [
        Line(
            f"职工 {employees} 人，职工代表至少 {least} 人，现有 {delegates} 人。",
            delegates >= least,
            SIZE_RULE,
        ),
        Line(
            f"中层以上管理人员 {leaders} 人，"
            f"不超过代表总数的 {law.leaders_percent}%（{most} 人）。",
            leaders <= most,
            LEADERS_RULE,
        ),
        Line(
            f"女职工代表 {women} 人。",
            women > 0 or delegates == 0,
            f"{RULE}：女职工代表应有适当比例",
        ),
    ]


PROPOSAL_FOLLOWS: Mapping[str, frozenset[str]] = {
    "submitted": frozenset({"filed", "declined", "withdrawn"}),
    "filed": frozenset({"answered"}),
    "answered": frozenset({"closed", "filed"}),
}
"""State of a proposal -> what may follow."""


def may_follow(state: str, to: str) -> bool:
    return to in PROPOSAL_FOLLOWS.get(state, frozenset())
