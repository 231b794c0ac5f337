"""Rules of transfers (转会, 会员组织关系接转): stages, terms and who steps in.

Source: 《工会会员会籍管理办法》（2016年12月12日）: membership follows the labour relation
and is carried over (一次入会、动态接转). The measure names no number of days: the term is the
provisional parameter membership.transfer_workdays.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import takewhile

RULE = "《工会会员会籍管理办法》：会员会籍随劳动（工作）关系流动，一次入会、动态接转"
OWN_MATTER = "本人不得办理本人的事项；申请人不得批准自己提出的申请"

REQUESTED = "requested"
RELEASED = "released"
ACCEPTED = "accepted"
REFUSED = "refused"
WITHDRAWN = "withdrawn"
OPEN = (REQUESTED, RELEASED)

MOVES = {
    (REQUESTED, "release"): RELEASED,
    (RELEASED, "accept"): ACCEPTED,
    (REQUESTED, "refuse"): REFUSED,
    (RELEASED, "refuse"): REFUSED,
    (REQUESTED, "withdraw"): WITHDRAWN,
    (RELEASED, "withdraw"): WITHDRAWN,
}
"""(state, verb) → next state; what is not here is refused."""

IN_TERM, ESCALATED, OVERDUE = "in_term", "escalated", "overdue"
"""How far a stage has run late: in its term, with the common superior, late there too."""


def next_state(state: str, verb: str) -> str | None:
    """The state a verb leads to, or None where it is not allowed."""
    return MOVES.get((state, verb))


def due_on(start: date, workdays: int, add_workdays: Callable[[date, int], date]) -> date:
    """The last day of a stage begun on `start`; the day itself does not count."""
    return add_workdays(start, workdays)


def is_late(due: date, today: date) -> bool:
    """Whether the last day of a term has passed."""
    return today > due


def common_superior(path: str, other: str) -> int | None:
    """Id of the nearest union above both; None where there is none.

    path, other: union paths ("1.17.203."). Strictly above: a union that is the other's superior
    cannot be asked to decide in its own stead.
    """
    above = path.rstrip(".").split(".")[:-1]
    above_other = other.rstrip(".").split(".")[:-1]
    shared = list(takewhile(lambda pair: pair[0] == pair[1], zip(above, above_other, strict=False)))
    return int(shared[-1][0]) if shared else None
