"""The figures of law in force on a day, with the documents they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gonghui.kernel.codes.memory import MEMORY
from gonghui.kernel.codes.parameters import Parameter
from gonghui.systems.rights.law.queries import parameters as law
from gonghui.systems.rights.law.rules.double_wage import DoubleWageLaw
from gonghui.systems.rights.law.rules.injury import InjuryLaw
from gonghui.systems.rights.law.rules.leave import LeaveLaw
from gonghui.systems.rights.law.rules.limitation import LimitationLaw
from gonghui.systems.rights.law.rules.overtime import OvertimeLaw
from gonghui.systems.rights.law.rules.severance import SeveranceLaw

OVERTIME = (
    law.PAY_DAYS,
    law.DAY_HOURS,
    law.OVERTIME_WORKDAY,
    law.OVERTIME_REST,
    law.OVERTIME_HOLIDAY,
    law.OVERTIME_MOST,
    law.MINIMUM_WAGE,
    law.MINIMUM_WAGES,
)
SEVERANCE = (
    law.CAP_TIMES,
    law.CAP_YEARS,
    law.DAMAGES_TIMES,
    law.AVERAGE_WAGE,
    law.MINIMUM_WAGE,
    law.MINIMUM_WAGES,
)
DOUBLE_WAGE = (law.CONTRACT_MONTHS, law.DOUBLE_MONTHS)
INJURY = (
    law.LUMP_MONTHS,
    law.PENSION_PERCENT,
    law.CARE_PERCENT,
    law.INJURY_LEAST,
    law.INJURY_MOST,
    law.AVERAGE_WAGE,
    law.MEDICAL_MONTHS,
    law.JOB_MONTHS,
    law.FUNERAL_MONTHS,
    law.DEATH_TIMES,
    law.URBAN_INCOME,
    law.DEPENDANT_PERCENT,
)
LEAVE = (law.LEAVE_TIERS, law.LEAVE_PRIVATE, law.LEAVE_RATE, law.PAY_DAYS)
LIMITATION = (
    law.ARBITRATION_MONTHS,
    law.INJURY_WORKER_MONTHS,
    law.INJURY_UNIT_DAYS,
    law.LAWSUIT_DAYS,
    law.CONFIRMATION_DAYS,
)


@dataclass(frozen=True)
class Figure:
    """One figure as it is shown below a calculation. entered: not a zero that says nothing yet."""

    title: str
    value: str
    source: str
    since: str
    note: str
    provisional: bool
    entered: bool


def used(parameters: Sequence[Parameter], day: date, scope: Sequence[int] = ()) -> list[Figure]:
    """The figures in force that day; those not in force then are left out."""
    found = []
    periods = MEMORY.live().periods
    for parameter in parameters:
        for union_id in (*scope, None):
            rows = periods.get((parameter.key, union_id), ())
            period = next((row for row in reversed(rows) if row.holds(day)), None)
            if period is None:
                continue
            value = parameter.decode(period.value)
            entered = any(value) if isinstance(value, list) else bool(value)
            found.append(
                Figure(
                    parameter.title,
                    f"{_shown(value)} {parameter.unit}" if entered else "还没有录入",
                    period.source_doc,
                    period.valid_from.isoformat(),
                    period.note,
                    period.provisional,
                    entered,
                )
            )
            break
    return found


def stated(parameter: Parameter, day: date, scope: Sequence[int] = ()) -> str:
    """A figure as a page says it: 5 个工作日（暂定）."""
    found = used((parameter,), day, scope)
    if not found:
        return ""
    return f"{found[0].value}（暂定）" if found[0].provisional else found[0].value


def _shown(value: object) -> str:
    if isinstance(value, list):
        rows = [
            "、".join(str(one) for one in row) if isinstance(row, list) else row for row in value
        ]
        joint = "；" if any(isinstance(row, list) for row in value) else "、"
        return joint.join(str(row) for row in rows)
    return str(value)


def _on(
    parameters: Sequence[Parameter],
    day: date,
    scope: Sequence[int],
    given: Mapping[Parameter, Decimal | None],
) -> list[object]:
    """Values in the order asked for; what somebody gave themselves stands before the parameter."""
    return [given.get(item) or item.on(day, scope) for item in parameters]


def overtime(day: date, scope: Sequence[int] = (), minimum: Decimal | None = None) -> OvertimeLaw:
    values = _on(
        (
            law.OVERTIME_WORKDAY,
            law.OVERTIME_REST,
            law.OVERTIME_HOLIDAY,
            law.PAY_DAYS,
            law.DAY_HOURS,
            law.OVERTIME_MOST,
            law.MINIMUM_WAGE,
        ),
        day,
        scope,
        {law.MINIMUM_WAGE: minimum},
    )
    return OvertimeLaw(*values)


def minimum_wage(tier: int | None, day: date, scope: Sequence[int] = ()) -> Decimal | None:
    """The monthly minimum wage of a class of places (1 to 4) that day; None unknown."""
    found = law.MINIMUM_WAGES.on(day, scope)
    return Decimal(found[tier - 1]) if tier and tier <= len(found) else None


def severance(
    day: date,
    scope: Sequence[int] = (),
    average: Decimal | None = None,
    minimum: Decimal | None = None,
) -> SeveranceLaw:
    named = (law.CAP_TIMES, law.CAP_YEARS, law.DAMAGES_TIMES, law.AVERAGE_WAGE, law.MINIMUM_WAGE)
    given = {law.AVERAGE_WAGE: average, law.MINIMUM_WAGE: minimum}
    return SeveranceLaw(*_on(named, day, scope, given))


def double_wage(day: date) -> DoubleWageLaw:
    return DoubleWageLaw(*_on(DOUBLE_WAGE, day, (), {}))


def injury(day: date, scope: Sequence[int] = (), average: Decimal | None = None) -> InjuryLaw:
    return InjuryLaw(*_on(INJURY, day, scope, {law.AVERAGE_WAGE: average}))


def leave(day: date) -> LeaveLaw:
    return LeaveLaw(*_on(LEAVE, day, (), {}))


def limitation(day: date) -> LimitationLaw:
    return LimitationLaw(*_on(LIMITATION, day, (), {}))
