"""Terms in workdays or calendar days, with pauses and one extension (办理时限).

Days are counted from the day after the start (民法典第二百零一条); a day inside a pause does not
count. A term of calendar days that ends on a day off ends on the next workday (第二百零三条). A
pause holds its first day and all after it up to, not including, the day work goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.workdays import add_workdays, is_workday

ONE_DAY = timedelta(days=1)
LONGEST = 1_000
ONCE = "同一时限只能延长一次，延长须经批准"


class Unit(StrEnum):
    WORK = "work"
    CALENDAR = "calendar"


UNIT_WORDS = {Unit.WORK: "个工作日", Unit.CALENDAR: "日"}


class Light(StrEnum):
    """How a clock stands. DONE and LATE are settled ones."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"
    DONE = "done"
    LATE = "late"


LIGHT_WORDS = {
    Light.GREEN: "正常",
    Light.YELLOW: "即将到期",
    Light.RED: "已超期",
    Light.PAUSED: "已暂停",
    Light.DONE: "按期完成",
    Light.LATE: "超期完成",
}


@dataclass(frozen=True)
class Term:
    """So many days of a unit, with its source."""

    days: int
    unit: Unit
    source: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.days <= LONGEST:
            raise ValueError(f"a term has 1 to {LONGEST} days, not {self.days}")

    @property
    def words(self) -> str:
        return f"{self.days}{UNIT_WORDS[self.unit]}"


@dataclass(frozen=True)
class Stop:
    """A pause: from a day up to, not including, another; without an end while it lasts."""

    from_on: date
    until_on: date | None = None

    def holds(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


def counts(day: date, unit: Unit, pauses: Sequence[Stop]) -> bool:
    """Whether a day is one of the days of a term."""
    if any(pause.holds(day) for pause in pauses):
        return False
    return unit is Unit.CALENDAR or is_workday(day)


def _counting(start: date, unit: Unit, pauses: Sequence[Stop]) -> Iterator[date]:
    day = start
    while True:
        day += ONE_DAY
        if counts(day, unit, pauses):
            yield day


def due(start: date, term: Term, pauses: Sequence[Stop] = (), extra: int = 0) -> date | None:
    """The last day of a term; None while it is paused without an end before that day.

    extra: days of an extension, in the unit of the term; it is counted on, not anew.
    """
    open_from = min((pause.from_on for pause in pauses if pause.until_on is None), default=None)
    left = term.days + extra
    for day in _counting(start, term.unit, [p for p in pauses if p.until_on is not None]):
        if open_from is not None and day >= open_from:
            return None
        left -= 1
        if left <= 0:
            break
    if term.unit is Unit.WORK:
        return day
    while not (is_workday(day) and counts(day, Unit.CALENDAR, pauses)):
        if open_from is not None and day >= open_from:
            return None
        day += ONE_DAY
    return day


def used(start: date, today: date, unit: Unit, pauses: Sequence[Stop] = ()) -> int:
    """How many days of a term have gone by the end of today; 0 before it starts."""
    days = (today - start).days
    return sum(counts(start + timedelta(days=n), unit, pauses) for n in range(1, days + 1))


def warns_on(due_on: date, lead: int) -> date:
    """The first day a clock is yellow: `lead` workdays before its last day."""
    return add_workdays(due_on, -lead) if lead > 0 else due_on


def turns_yellow_until(today: date, lead: int) -> date:
    """The latest due day that is yellow today; what a query compares with."""
    return add_workdays(today, lead) if lead > 0 else today


def light(due_on: date | None, today: date, lead: int, met_on: date | None = None) -> Light:
    """How a clock stands at the end of today. due_on None: paused."""
    if met_on is not None:
        return Light.LATE if due_on is not None and met_on > due_on else Light.DONE
    if due_on is None:
        return Light.PAUSED
    if today > due_on:
        return Light.RED
    return Light.YELLOW if due_on <= turns_yellow_until(today, lead) else Light.GREEN


def check_pause(paused: bool, pausable: bool) -> None:
    """Refuse a second pause, and one where the law knows none."""
    if paused:
        raise Conflict("办理时限已经暂停。", remedy="恢复后才能再次暂停。", code="paused")
    if not pausable:
        raise Refusal(
            "这项业务的时限不能暂停。",
            rule="法定时限没有暂停的规定",
            remedy="确需更长时间的，请在到期前申请延期。",
            code="not_pausable",
        )


def check_extension(
    days: int, most: int, due_on: date | None, today: date, *, asked_before: bool, source: str = ""
) -> None:
    """Refuse an extension that is a second one, too long, not foreseen or asked for too late."""
    if most <= 0:
        raise Refusal(
            "这项时限不能延长。", rule=source or "规定中没有延长的办法", code="no_extension"
        )
    if asked_before:
        raise Conflict("这项时限已经申请过延期。", rule=ONCE, code="extended")
    if not 1 <= days <= most:
        raise Refusal(
            f"延长天数应在 1 到 {most} 之间。", rule=source or ONCE, field="days", code="too_long"
        )
    if due_on is None:
        raise Conflict("时限暂停期间不能申请延期。", remedy="请先恢复办理。", code="paused")
    if today > due_on:
        raise Refusal(
            "时限已经届满，不能再申请延期。",
            rule=source or ONCE,
            remedy="请尽快办结，并向督办的上级工会说明超期原因。",
            code="too_late",
        )


def check_resume_day(from_on: date, until_on: date) -> None:
    """A pause ends no earlier than it began."""
    if until_on < from_on:
        raise Refusal("恢复日期不能早于暂停日期。", field="until_on", code="order")
