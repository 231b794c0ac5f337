"""Every calculator against cases reckoned by hand from the clause, with the figures now shipped."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from gonghui.kernel.base.workdays import is_workday
from gonghui.kernel.codes.memory import shipped_periods
from gonghui.systems.rights.law.rules import (
    double_wage,
    injury,
    leave,
    limitation,
    overtime,
    severance,
)
from gonghui.systems.rights.law.rules.injury import Injury
from gonghui.systems.rights.law.rules.leave import Leave
from gonghui.systems.rights.law.rules.limitation import Case, Claim
from gonghui.systems.rights.law.rules.overtime import Overtime
from gonghui.systems.rights.law.rules.severance import Ground, Service
from gonghui.systems.rights.law.rules.showing import Outcome

D = Decimal
LEAST = D("0")


def shipped(key: str, day: date = date(2026, 1, 5)):
    """The value of a parameter as the package brings it."""
    value = next(p.value for p in shipped_periods()[(f"law.{key}", None)] if p.holds(day))
    return D(value) if isinstance(value, str) else value


def over(**given) -> Outcome:
    law = overtime.OvertimeLaw(
        *(shipped(f"overtime_{key}") for key in ("workday", "rest", "holiday")),
        shipped("pay_days"),
        shipped("day_hours"),
        shipped("overtime_most"),
        given.pop("minimum", LEAST),
    )
    return overtime.overtime(Overtime(**given), law)


def unwritten(**given) -> Outcome:
    law = double_wage.DoubleWageLaw(shipped("contract_months"), shipped("double_months"))
    return double_wage.double_wage(double_wage.Unwritten(**given), law)


def hurt(**given) -> Outcome:
    names = ("injury_lump_months", "injury_pension_percent", "injury_care_percent")
    bounds = ("injury_least_percent", "injury_most_percent")
    law = injury.InjuryLaw(
        *(shipped(key) for key in (*names, *bounds)),
        D(8000),
        shipped("injury_medical_months"),
        shipped("injury_job_months"),
        shipped("funeral_months"),
        shipped("death_times"),
        shipped("urban_income", date(2025, 6, 1)),
        shipped("injury_dependant_percent"),
    )
    return injury.injury(Injury(**given), law)


def rested(**given) -> Outcome:
    law = leave.LeaveLaw(
        shipped("leave_tiers"),
        shipped("leave_private_days"),
        shipped("leave_rate"),
        shipped("pay_days"),
    )
    return leave.leave(Leave(**given), law)


def until(claim: Claim, began: date, *claimed: date) -> Outcome:
    keys = ("arbitration_months", "injury_worker_months", "injury_unit_days", "lawsuit_days")
    law = limitation.LimitationLaw(*(shipped(key) for key in (*keys, "confirmation_days")))
    return limitation.limitation(Case(claim, began, claimed), law, is_workday, began)


def day(text: str) -> date:
    return date.fromisoformat(text)


def paid_off(first: str, last: str, wage: int, ground: Ground, **given) -> Outcome:
    """With what the place sets: local, the average wage; minimum, the minimum wage."""
    local, minimum = given.pop("local", LEAST), given.pop("minimum", LEAST)
    law = severance.SeveranceLaw(
        shipped("severance_cap_times"),
        shipped("severance_cap_years"),
        shipped("damages_times"),
        local,
        minimum,
    )
    asked = Service(day(first), day(last), D(wage), ground, **given)
    return severance.severance(asked, law)


CONTRACT, RULE = "《劳动合同法》第四十七条第一款", "《劳动合同法实施条例》第二十七条"
OWED = {
    # Overtime: 4350 / 21.75 / 8 = 25 an hour.
    "加班 25 × 12 × 150%": (
        lambda: over(monthly=D(4350), workday_hours=D(12)),
        "450.00",
        "《劳动法》第四十四条第一项",
    ),
    "加班 25 × 16 × 200%": (
        lambda: over(monthly=D(4350), rest_hours=D(16)),
        "800.00",
        "《劳动法》第四十四条第二项",
    ),
    "加班 25 × 8 × 300%": (
        lambda: over(monthly=D(4350), holiday_hours=D(8)),
        "600.00",
        "《劳动法》第四十四条第三项",
    ),
    "加班 2060 ÷ 21.75 ÷ 8 × 10 × 150% = 177.586": (
        lambda: over(monthly=D(1740), workday_hours=D(10), minimum=D(2060)),
        "177.59",
        "《劳动法》第四十八条",
    ),
    # Severance.
    "补偿 三年七个月 4 × 6000": (
        lambda: paid_off("2020-01-01", "2023-07-31", 6000, Ground.LAYOFF),
        "24000.00",
        CONTRACT,
    ),
    "补偿 五个月 0.5 × 6000": (
        lambda: paid_off("2024-01-01", "2024-05-31", 6000, Ground.EXPIRED),
        "3000.00",
        CONTRACT,
    ),
    "补偿 满六个月 1 × 6000": (
        lambda: paid_off("2024-01-01", "2024-06-30", 6000, Ground.EXPIRED),
        "6000.00",
        CONTRACT,
    ),
    "补偿 两年 2 × 5000 + 代通知金 5200 × 1": (
        lambda: paid_off("2022-03-01", "2024-02-29", 5000, Ground.INCOMPETENT, last_month=D(5200)),
        "15200.00",
        "《劳动合同法实施条例》第二十条",
    ),
    "赔偿 五年 5 × 7000 × 2": (
        lambda: paid_off("2019-05-06", "2024-05-05", 7000, Ground.ILLEGAL),
        "70000.00",
        "《劳动合同法》第八十七条",
    ),
    "补偿 封顶 8000 × 3 × 12": (
        lambda: paid_off("2008-01-01", "2023-12-31", 30000, Ground.LAYOFF, local=D(8000)),
        "288000.00",
        "《劳动合同法》第四十七条第二款",
    ),
    "补偿 最低工资 1 × 2060": (
        lambda: paid_off("2023-04-01", "2024-03-31", 1500, Ground.LAYOFF, minimum=D(2060)),
        "2060.00",
        RULE,
    ),
    "补偿 2008 年前两年三个月按 3 个月，后两年九个月按 3 个月": (
        lambda: paid_off("2005-10-01", "2010-09-30", 3000, Ground.LAYOFF),
        "18000.00",
        "《劳动合同法》第九十七条第三款",
    ),
    "补偿 2008 年前十四年协商解除最多 12 个月": (
        lambda: paid_off("1994-01-01", "2008-12-31", 2500, Ground.AGREED),
        "32500.00",
        "《劳动合同法》第九十七条第三款",
    ),
    # Double wage.
    "二倍 11 × 4000": (
        lambda: unwritten(first=day("2024-01-01"), monthly=D(4000), until=day("2025-06-30")),
        "44000.00",
        "《劳动合同法》第八十二条第一款",
    ),
    "二倍 6000 × 16/30 + 6000": (
        lambda: unwritten(
            first=day("2024-03-15"),
            monthly=D(6000),
            until=day("2024-12-31"),
            signed=day("2024-06-01"),
        ),
        "9200.00",
        "《劳动合同法实施条例》第六条",
    ),
    # Injury: the average wage is 8000, so 4800 to 24000.
    "工伤 十级 7 × 6000": (
        lambda: hurt(grade=10, wage=D(6000)),
        "42000.00",
        "《工伤保险条例》第三十七条",
    ),
    "工伤 七级低于下限 13 × 4800": (
        lambda: hurt(grade=7, wage=D(4000)),
        "62400.00",
        "《工伤保险条例》第六十四条第二款",
    ),
    "工伤 五级 18 × 5000 + 停工留薪 3 × 5000": (
        lambda: hurt(grade=5, wage=D(5000), leave_months=D(3)),
        "105000.00",
        "《工伤保险条例》第三十三条",
    ),
    "工亡 54188 × 20 + 8000 × 6": (
        lambda: hurt(grade=0, wage=D(6000)),
        "1131760.00",
        "《工伤保险条例》第三十九条第一款第三项",
    ),
    # Leave: 6525 / 21.75 = 300 a day, 4350 / 21.75 = 200 a day; twice on top of the wage.
    "年休假 十二年 10 × 300 × 2": (
        lambda: rested(began=day("2012-07-01"), year=2024, monthly=D(6525)),
        "6000.00",
        "《职工带薪年休假条例》第五条第三款",
    ),
    "年休假 新入职 275 ÷ 365 × 5 = 3.77 天": (
        lambda: rested(
            began=day("2015-01-01"), year=2024, monthly=D(4350), joined=day("2024-04-01")
        ),
        "1200.00",
        "《企业职工带薪年休假实施办法》第五条",
    ),
    "年休假 离职 181 ÷ 365 × 5 = 2.48 天，已休 1 天": (
        lambda: rested(
            began=day("2018-01-01"), year=2025, monthly=D(4350), taken=1, left=day("2025-06-30")
        ),
        "400.00",
        "《企业职工带薪年休假实施办法》第十二条",
    ),
    "年休假 年中满一年 184 ÷ 365 × 5 = 2.52 天": (
        lambda: rested(began=day("2023-07-01"), year=2024, monthly=D(4350)),
        "800.00",
        "《企业职工带薪年休假实施办法》第五条",
    ),
}


@pytest.mark.parametrize("name", OWED)
def test_what_is_owed_is_what_was_reckoned_by_hand(name):
    run, amount, clause = OWED[name]
    found = run()
    assert found.total == D(amount)
    assert clause in [item.words for line in found.lines for item in line.clauses]


@pytest.mark.parametrize("name", OWED)
def test_every_amount_that_counts_names_its_clause_and_its_arithmetic(name):
    for line in OWED[name][0]().lines:
        if line.counts:
            assert line.clauses, line
            assert any(sign in line.arithmetic for sign in "×＝=合计"), line


MONTHLY = {
    "一级 10000 × 90%": (hurt, {"grade": 1, "wage": D(10000)}, "伤残津贴", "9000.00"),
    "六级 5000 × 60%": (hurt, {"grade": 6, "wage": D(5000)}, "伤残津贴", "3000.00"),
    "完全不能自理 8000 × 50%": (
        hurt,
        {"grade": 1, "wage": D(10000), "care": "full"},
        "生活护理费",
        "4000.00",
    ),
    "配偶和一名子女 6000 × 70%": (
        hurt,
        {"grade": 0, "wage": D(6000), "spouse": True, "others": 1},
        "抚恤金",
        "4200.00",
    ),
}


@pytest.mark.parametrize("name", MONTHLY)
def test_what_is_due_by_the_month_is_shown_and_not_added(name):
    run, given, title, amount = MONTHLY[name]
    line = next(line for line in run(**given).lines if title in line.title)
    assert (line.amount, line.counts) == (D(amount), False)
    assert line.clauses


ENDS = [
    (Claim.ARBITRATION, "2024-03-12", (), "2025-03-12", "第二十七条第一款"),
    # 15 March 2025 is a Saturday.
    (Claim.ARBITRATION, "2024-03-15", (), "2025-03-17", "第二百零三条"),
    (Claim.ARBITRATION, "2024-03-12", ("2024-09-10",), "2025-09-10", "第二十七条第二款"),
    (Claim.ARREARS, "2024-12-31", (), "2025-12-31", "第二十七条第四款"),
    # 5 October 2025 lies in the National Day holiday, which ends on the 8th.
    (Claim.LAWSUIT, "2025-09-20", (), "2025-10-09", "第五十条"),
    (Claim.INJURY_WORKER, "2025-02-10", (), "2026-02-10", "第十七条第二款"),
    # 1 February 2025 lies in the Spring Festival, which ends on the 4th.
    (Claim.INJURY_UNIT, "2025-01-02", (), "2025-02-05", "第十七条第一款"),
    (Claim.CONFIRMATION, "2025-03-03", (), "2025-04-02", "第三十三条"),
]


@pytest.mark.parametrize(("claim", "began", "claimed", "end", "clause"), ENDS)
def test_the_last_day_is_what_was_counted_on_a_calendar(claim, began, claimed, end, clause):
    found = until(claim, day(began), *map(day, claimed))
    assert found.due_on == day(end)
    assert any(clause in item.words for line in found.lines for item in line.clauses)


def test_who_goes_over_a_weekend_is_told_the_day_that_is_safe():
    found = until(Claim.ARBITRATION, day("2024-03-15"))
    assert any("2025-03-15 以前" in words and "暂定" in words for words in found.cautions)


def test_figures_nobody_has_verified_are_marked_and_have_a_source():
    unsure = {"minimum_wages", "minimum_wage", "average_wage", "urban_income", "comment_days"}
    for (key, _), periods in shipped_periods().items():
        if key.startswith("law."):
            assert all(period.source_doc for period in periods), key
            if key.removeprefix("law.") in unsure:
                assert all(period.provisional and period.note for period in periods), key


def test_every_clause_a_calculator_names_is_in_the_library():
    folder = files("gonghui.systems.rights.law").joinpath("data")
    known = {
        line.partition("：")[2].strip()
        for item in folder.iterdir()
        for line in item.read_text("utf-8").splitlines()[:12]
        if line.startswith("简称：")
    }
    named = {
        item.statute for run, *_ in OWED.values() for line in run().lines for item in line.clauses
    }
    assert named <= known, named - known
