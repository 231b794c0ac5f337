"""Rules of founding (建会): which union a unit may found, how a preparation goes on and lapses.

Sources: 《中华人民共和国工会法》(2021) article 11 (25 members: a committee; fewer: a committee of
its own or with others, or one organiser), article 12 (founding is reported to the superior for
approval); 《中国工会章程》; 《企业工会工作条例》(2006) article 10 (sizes of committees).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gonghui.systems.mobilization.founding.rules.months import add_months

BASIC, JOINT, FEDERATION = "80", "70", "60"
KINDS = {BASIC: "单独基层工会", JOINT: "联合基层工会", FEDERATION: "工会联合会"}
FORM_RULE = "《中华人民共和国工会法》（2021年修正）第十一条"
APPROVAL_RULE = (
    "《中华人民共和国工会法》（2021年修正）第十二条：基层工会的建立，必须报上一级工会批准"
)
CHARTER = "《中国工会章程》"
ENTERPRISE_RULE = "《企业工会工作条例》（总工发〔2006〕41号）第八条至第十条"

FOLLOWS: Mapping[str, frozenset[str]] = {
    "requested": frozenset({"preparing", "returned", "refused", "withdrawn"}),
    "returned": frozenset({"requested", "withdrawn"}),
    "preparing": frozenset({"founded", "lapsed", "withdrawn"}),
}
"""State of a preparation -> the states that may follow."""
OPEN = ("requested", "returned", "preparing")


def may_follow(state: str, to: str) -> bool:
    return to in FOLLOWS.get(state, frozenset())


@dataclass(frozen=True)
class Form:
    """What a number of members may found (组织形式)."""

    title: str
    help: str


def form_of(members: int, least: int) -> Form:
    """The form a union of so many members takes; `least` members ask for a committee."""
    if members >= least:
        return Form(
            "基层工会委员会", f"会员 {members} 人，达到 {least} 人，应当建立基层工会委员会。"
        )
    return Form(
        "基层工会委员会、联合基层工会或组织员",
        f"会员 {members} 人，不足 {least} 人，可以单独建立委员会，也可以由两个以上单位的会员"
        "联合建立，或选举组织员一人。",
    )


def partners_fault(kind: str, units: int, unions: int, least_units: int, least_unions: int) -> str:
    """Why a joint union or a federation has too few taking part; empty when it has enough."""
    if kind == JOINT and units < least_units:
        return f"联合基层工会至少由 {least_units} 个单位组成，现在只有 {units} 个。"
    if kind == FEDERATION and unions < least_unions:
        return f"工会联合会至少由 {least_unions} 个基层工会组成，现在只有 {unions} 个。"
    return ""


def congress_due(replied_on: date, months: int) -> date:
    """By when the congress has to be held, or the preparation lapses."""
    return add_months(replied_on, months)


def has_lapsed(due_on: date, today: date) -> bool:
    """Whether a preparation has lapsed: its last day is over."""
    return today > due_on


def is_near(due_on: date, months: int, today: date) -> bool:
    """Whether the preparatory group is to be reminded: `months` before its last day, not after."""
    return add_months(due_on, -months) <= today <= due_on
