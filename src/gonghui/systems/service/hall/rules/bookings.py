"""Appointments (预约办理): which days are offered, what may be done in which state."""

from __future__ import annotations

from datetime import date

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.workdays import add_workdays, is_workday
from gonghui.kernel.resource.services import Known, Verdict

ASKED, AGREED, DONE, DECLINED = "asked", "agreed", "done", "declined"
WITHDRAWN, MISSED = "withdrawn", "missed"
ALLOWED = {
    "agree": (ASKED,),
    "decline": (ASKED,),
    "done": (AGREED,),
    "missed": (AGREED,),
    "withdraw": (ASKED, AGREED),
    "supplement": (ASKED, AGREED),
    "appeal": (DECLINED,),
}
OFFERED_DAYS = 10
ANSWER_WORKDAYS = 1
OLD = 60
HOME_RULE = "《关于切实解决老年人运用智能技术困难的实施方案》（国办发〔2020〕45号）"


def check_state(verb: str, state: str) -> None:
    """Conflict when a booking is not in a state for a verb."""
    if state not in ALLOWED[verb]:
        raise Conflict("这个预约的状态已经变了。", remedy="请刷新页面查看。", code="state")


def days(today: date) -> list[date]:
    """The workdays somebody can come on, from the next one."""
    return [add_workdays(today, n) for n in range(1, OFFERED_DAYS + 1)]


def check_day(day: date, today: date) -> None:
    """Refusal for a day that has passed or is no workday."""
    if day < today:
        raise Refusal("约定的日子已经过去。", remedy="请另选一天。", field="day", code="past")
    if not is_workday(day):
        raise Refusal(
            "这一天不上班。",
            rule="国务院办公厅公布的放假安排",
            remedy="请另选一个工作日。",
            field="day",
            code="workday",
        )


def may_visit(known: Known) -> Verdict:
    """A home visit is for the old and for whoever cannot come."""
    if known.age is None:
        return Verdict(None, "到窗口的人人可约；上门的年满六十周岁，或说明行动不便")
    if known.age >= OLD:
        return Verdict(True, f"您今年 {known.age} 岁：可以约工会上门")
    return Verdict(None, "到窗口的都可以约；行动不便的写明情况，也可以约工会上门")
