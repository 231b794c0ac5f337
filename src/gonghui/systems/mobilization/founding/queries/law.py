"""The figures law and the province set for founding and elections, in force on a day."""

from __future__ import annotations

from datetime import date

from gonghui.kernel.codes.parameters import (
    COMMITTEE_MIN_MEMBERS,
    COMMITTEE_SURPLUS_PERCENT,
    STANDING_SURPLUS_PERCENT,
    Parameter,
)
from gonghui.systems.mobilization.founding.rules.elections import Law, Office

QUORUM = Parameter("election.quorum", "选举到会人数的最低比例", "分子、分母", list)
MAJORITY = Parameter("election.majority", "当选须超过应到人数的比例", "分子、分母", list)
TIE_MAJORITY = Parameter("election.tie_needs_majority", "票数相等再投仍须过半数", "是或否", bool)
AUDIT_SURPLUS_PERCENT = Parameter(
    "election.audit_surplus_percent", "经费审查委员会委员候选人最低差额率", "%", int
)
COMMITTEE_SIZES = Parameter(
    "election.committee_sizes", "按会员人数的委员名额（起、止、最少、最多）", "人", list
)
DELEGATE_SIZES = Parameter(
    "election.delegate_sizes", "按会员人数的会员代表名额（起、止、最少、最多）", "人", list
)
DELEGATES_FROM = Parameter(
    "election.delegates_from_members", "可以召开会员代表大会的会员人数", "人", int
)
WOMEN_COMMITTEE = Parameter(
    "union.women_committee_min", "应当建立女职工委员会的女会员人数", "人", int
)
PREPARATION_MONTHS = Parameter("founding.preparation_months", "建会筹备期限", "月", int)
PREPARATION_REMINDER = Parameter("founding.reminder_months", "筹备到期前提醒提前量", "月", int)
JOINT_UNITS = Parameter("founding.joint_min_units", "联合基层工会最少单位数", "个", int)
FEDERATION_UNIONS = Parameter(
    "founding.federation_min_unions", "工会联合会最少成员工会数", "个", int
)
REPLY_WORKDAYS = Parameter("founding.reply_workdays", "建会申请批复时限", "工作日", int)


def law_on(day: date) -> Law:
    """What decides an election held on a day."""
    return Law(_share(QUORUM, day), _share(MAJORITY, day), TIE_MAJORITY.on(day))


def _share(parameter: Parameter, day: date) -> tuple[int, int]:
    above, below = parameter.on(day)
    return int(above), int(below)


def surplus_on(day: date) -> dict[Office, int]:
    """The least surplus of candidates by office, in percent; none for the offices left out."""
    return {
        Office.COMMITTEE: COMMITTEE_SURPLUS_PERCENT.on(day),
        Office.STANDING: STANDING_SURPLUS_PERCENT.on(day),
        Office.AUDIT: AUDIT_SURPLUS_PERCENT.on(day),
    }


def committee_least(day: date) -> int:
    """How many members ask for a committee."""
    return COMMITTEE_MIN_MEMBERS.on(day)
