"""The calculators (计算器): answers of a form and a day to an outcome shown step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gonghui.kernel.base.workdays import is_workday
from gonghui.kernel.codes.parameters import Parameter
from gonghui.systems.rights.law.queries import figures
from gonghui.systems.rights.law.rules import (
    double_wage,
    injury,
    leave,
    limitation,
    overtime,
    severance,
)
from gonghui.systems.rights.law.rules.showing import ZERO, Outcome

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Calculator:
    """One calculator. day: answers, today -> the day whose law applies; run: answers, that day,
    today, scope -> the outcome."""

    code: str
    title: str
    help: str
    icon: str
    parameters: tuple[Parameter, ...]
    day: Callable[[Answers, date], date]
    run: Callable[[Answers, date, date, Sequence[int]], Outcome]


def _minimum(answers: Answers, day: date, scope: Sequence[int]) -> Decimal | None:
    """What was typed, else the figure of the class of places that was chosen."""
    typed: Decimal | None = answers.get("minimum")
    return typed or figures.minimum_wage(int(answers.get("tier") or 0), day, scope)


def _overtime(answers: Answers, day: date, today: date, scope: Sequence[int]) -> Outcome:
    asked = overtime.Overtime(
        answers["monthly"],
        answers.get("workday_hours") or ZERO,
        answers.get("rest_hours") or ZERO,
        answers.get("holiday_hours") or ZERO,
        bool(answers.get("flexible")),
    )
    minimum = _minimum(answers, day, scope)
    return overtime.overtime(asked, figures.overtime(day, scope, minimum))


def _severance(answers: Answers, day: date, today: date, scope: Sequence[int]) -> Outcome:
    asked = severance.Service(
        answers["first"],
        answers["last"],
        answers["average"],
        severance.Ground(answers["ground"]),
        answers.get("last_month"),
        bool(answers.get("notified")),
    )
    given = answers.get("local_average"), _minimum(answers, day, scope)
    return severance.severance(asked, figures.severance(day, scope, *given))


def _double(answers: Answers, day: date, today: date, scope: Sequence[int]) -> Outcome:
    asked = double_wage.Unwritten(
        answers["first"], answers["monthly"], today, answers.get("signed"), answers.get("last")
    )
    return double_wage.double_wage(asked, figures.double_wage(day))


def _injury(answers: Answers, day: date, today: date, scope: Sequence[int]) -> Outcome:
    asked = injury.Injury(
        int(answers["grade"]),
        answers["wage"],
        bool(answers.get("leaving")),
        answers.get("leave_months") or Decimal(0),
        answers.get("care") or "",
        bool(answers.get("spouse")),
        answers.get("others") or 0,
        answers.get("alone") or 0,
    )
    return injury.injury(asked, figures.injury(day, scope, answers.get("local_average")))


def _leave(answers: Answers, day: date, today: date, scope: Sequence[int]) -> Outcome:
    asked = leave.Leave(
        answers["began"],
        answers["year"],
        answers.get("monthly") or ZERO,
        answers.get("taken") or 0,
        answers.get("joined"),
        answers.get("left"),
        answers.get("sick_days") or 0,
        answers.get("private_days") or 0,
    )
    return leave.leave(asked, figures.leave(day))


def _limitation(answers: Answers, day: date, today: date, scope: Sequence[int]) -> Outcome:
    asked = limitation.Case(
        limitation.Claim(answers["claim"]),
        answers["began"],
        tuple(item for item in (answers.get("claimed"),) if item),
        ((answers["suspended_from"], answers["suspended_to"]),)
        if answers.get("suspended_from") and answers.get("suspended_to")
        else (),
    )
    return limitation.limitation(asked, figures.limitation(day), is_workday, today)


def _year(answers: Answers, today: date) -> date:
    return min(date(answers["year"], 12, 31), max(today, date(answers["year"], 1, 1)))


CALCULATORS = {
    item.code: item
    for item in (
        Calculator(
            "overtime",
            "加班工资",
            "工作日、休息日、法定节假日加班该付多少",
            "clock",
            figures.OVERTIME,
            lambda answers, today: answers.get("month") or today,
            _overtime,
        ),
        Calculator(
            "severance",
            "经济补偿和赔偿金",
            "离职补偿、代通知金、违法解除赔偿",
            "scale",
            figures.SEVERANCE,
            lambda answers, today: answers["last"],
            _severance,
        ),
        Calculator(
            "double-wage",
            "没签合同二倍工资",
            "没有书面劳动合同的二倍工资差额",
            "file-text",
            figures.DOUBLE_WAGE,
            lambda answers, today: answers["first"] if answers["first"] > FIRST else FIRST,
            _double,
        ),
        Calculator(
            "injury",
            "工伤待遇",
            "一次性补助、津贴、护理费、工亡待遇",
            "stethoscope",
            figures.INJURY,
            lambda answers, today: answers["happened"],
            _injury,
        ),
        Calculator(
            "leave",
            "带薪年休假",
            "应休天数和未休工资报酬",
            "sun",
            figures.LEAVE,
            _year,
            _leave,
        ),
        Calculator(
            "limitation",
            "仲裁时效和期限",
            "最后哪一天，可以设置提醒",
            "calendar-event",
            figures.LIMITATION,
            lambda answers, today: max(answers["began"], limitation.IN_FORCE),
            _limitation,
        ),
    )
}
FIRST = severance.IN_FORCE


def as_stored(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON."""
    return {
        "title": outcome.title,
        "answer": outcome.answer,
        "total": str(outcome.total) if outcome.total is not None else None,
        "due_on": outcome.due_on.isoformat() if outcome.due_on else None,
        "cautions": list(outcome.cautions),
        "lines": [
            {
                "title": line.title,
                "arithmetic": line.arithmetic,
                "amount": str(line.amount) if line.amount is not None else None,
                "counts": line.counts,
                "clauses": [[item.statute, item.article, item.part] for item in line.clauses],
            }
            for line in outcome.lines
        ],
    }
