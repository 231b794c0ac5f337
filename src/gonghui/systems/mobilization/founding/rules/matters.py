"""Rules of what a union asks its superior for: a later election, its merger, its end.

Sources: 《工会基层组织选举工作条例》(2016): a delay needs the superior's approval; 《中国工会章程》
(2023) on property: of a merged union to its successor, of a dissolved one as the superior decides;
its members decide first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from gonghui.systems.mobilization.founding.rules.elections import (
    Line,
    has_majority,
    has_quorum,
    least_present,
    least_votes,
)
from gonghui.systems.mobilization.founding.rules.months import add_months

DELAY, MERGE, CLOSE = "delay", "merge", "close"
DELAY_RULE = "《工会基层组织选举工作条例》：延期换届应报上一级工会批准，只能延期一次"
DECIDE_RULE = "《中国工会章程》：基层工会组织的撤销、合并，经会员（代表）大会通过，报上一级工会批准"
PROPERTY_RULE = (
    "《中国工会章程》：工会组织合并，其经费财产归合并后的工会所有；工会组织撤销或者解散，"
    "其经费财产由上级工会处置"
)
FOLLOWS: Mapping[str, frozenset[str]] = {
    "submitted": frozenset({"approved", "returned", "refused", "withdrawn"}),
    "returned": frozenset({"submitted", "withdrawn"}),
}


def may_follow(state: str, to: str) -> bool:
    return to in FOLLOWS.get(state, frozenset())


def latest_delay(ends_on: date, months: int) -> date:
    """The last day an election may be delayed to."""
    return add_months(ends_on, months)


def decision(
    due: int, present: int, agreed: int, quorum: tuple[int, int], majority: tuple[int, int]
) -> tuple[bool, list[Line]]:
    """Whether the members decided to merge or end their union, with each step in words."""
    enough = has_quorum(due, present, quorum)
    carried = has_majority(due, agreed, majority)
    lines = [
        Line(
            f"应到 {due} 人，实到 {present} 人，至少应到会 {least_present(due, quorum)} 人。",
            enough,
            DECIDE_RULE,
        ),
        Line(f"同意 {agreed} 票，通过至少 {least_votes(due, majority)} 票。", carried, DECIDE_RULE),
    ]
    return enough and carried, lines


def goes_to(kind: str, successor: str, superior: str) -> str:
    """Who has the property afterwards (财产去向), by the charter."""
    return successor if kind == MERGE else superior
