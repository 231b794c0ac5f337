"""The calculators: worked examples by hand, and what must hold at every bound."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.workdays import is_workday
from gonghui.systems.rights.law.rules import (
    double_wage,
    injury,
    leave,
    limitation,
    overtime,
    severance,
    showing,
    spans,
)
from gonghui.systems.rights.law.rules.severance import Ground, Service

D = Decimal
OVERTIME = overtime.OvertimeLaw(D(150), D(200), D(300), D("21.75"), D(8), D(36), D(0))
SEVERANCE = severance.SeveranceLaw(D(3), D(12), D(2), D(8000), D(0))
DOUBLE = double_wage.DoubleWageLaw(1, 11)
INJURY = injury.InjuryLaw(
    [27, 25, 23, 21, 18, 16, 13, 11, 9, 7],
    [90, 85, 80, 75, 70, 60],
    [50, 40, 30],
    D(60),
    D(300),
    D(8000),
    [],
    [],
    6,
    20,
    D(54188),
    [40, 30, 10],
)
LEAVE = leave.LeaveLaw([[1, 5, 2], [10, 10, 3], [20, 15, 4]], 20, D(300), D("21.75"))
LIMITS = limitation.LimitationLaw(12, 12, 30, 15, 30)
days = st.dates(date(2008, 1, 1), date(2040, 12, 31))
wages = st.decimals(D(1), D(100_000), places=2)


def weekday(day: date) -> bool:
    return day.weekday() < 5


def test_numbers_of_articles_are_written_as_laws_write_them():
    written = {1: "一", 10: "十", 12: "十二", 47: "四十七", 107: "一百零七", 110: "一百一十"}
    assert {number: showing.chinese(number) for number in written} == written
    assert showing.chinese(1260) == "一千二百六十"


def test_overtime_by_hand():
    """5220 / 21.75 / 8 = 30 an hour: 10 h × 1.5, 8 h × 2, 8 h × 3."""
    found = overtime.overtime(overtime.Overtime(D(5220), D(10), D(8), D(8)), OVERTIME)
    assert [line.amount for line in found.lines[1:]] == [D("450.00"), D("480.00"), D("720.00")]
    assert found.total == D("1650.00")
    assert "第四十四条" in found.lines[1].clauses[0].words


def test_overtime_is_never_reckoned_below_the_minimum_wage():
    least = replace(OVERTIME, minimum_wage=D(2060))
    low = overtime.overtime(overtime.Overtime(D(1000), D(10)), least)
    assert low.total == overtime.overtime(overtime.Overtime(D(2060), D(10)), least).total


def test_under_flexible_hours_a_rest_day_is_a_workday_and_a_holiday_stays_one():
    plain = overtime.overtime(overtime.Overtime(D(5220), rest_hours=D(8)), OVERTIME)
    flexible = overtime.Overtime(D(5220), rest_hours=D(8), holiday_hours=D(8), flexible=True)
    assert plain.total == D("480.00")
    assert overtime.overtime(flexible, OVERTIME).total == D("360.00") + D("720.00")


@pytest.mark.parametrize(("hours", "warned"), [("36", False), ("36.5", True)])
def test_more_hours_than_a_month_may_have_are_pointed_out(hours, warned):
    found = overtime.overtime(overtime.Overtime(D(5220), D(hours)), OVERTIME)
    assert any("第四十一条" in words for words in found.cautions) is warned


@pytest.mark.parametrize(
    ("last", "months"),
    [
        (date(2020, 1, 1), "0.5"),
        (date(2020, 6, 29), "0.5"),
        (date(2020, 6, 30), "1"),
        (date(2020, 12, 31), "1"),
        (date(2021, 1, 1), "1.5"),
        (date(2021, 6, 30), "2"),
        (date(2024, 12, 31), "5"),
    ],
)
def test_six_months_count_as_a_year_and_less_as_half_a_one(last, months):
    assert severance.months_since(date(2020, 1, 1), last) == D(months)


def test_severance_by_hand():
    """3 years and 7 months at 6000: four months; no notice: the last month's wage on top."""
    asked = Service(date(2020, 1, 1), date(2023, 7, 31), D(6000), Ground.CHANGE, D(6500))
    assert severance.severance(asked, SEVERANCE).total == D("30500.00")
    assert severance.severance(replace(asked, notified=True), SEVERANCE).total == D("24000.00")


def test_high_wages_are_capped_in_amount_and_years():
    """15 years at 30000 where the average is 8000: 24000 × 12."""
    asked = Service(date(2008, 1, 1), date(2022, 12, 31), D(30000), Ground.LAYOFF)
    assert severance.severance(asked, SEVERANCE).total == D("288000.00")
    exactly = replace(asked, average=D(24000))
    assert severance.severance(exactly, SEVERANCE).total == D("360000.00")


def test_damages_are_twice_and_without_notice_pay():
    asked = Service(date(2020, 1, 1), date(2022, 12, 31), D(5000), Ground.ILLEGAL)
    assert severance.severance(asked, SEVERANCE).total == D("30000.00")


def test_damages_count_from_the_first_day_also_before_2008():
    asked = Service(date(2006, 1, 1), date(2009, 12, 31), D(5000), Ground.ILLEGAL)
    assert severance.severance(asked, SEVERANCE).total == D("40000.00")


def test_service_before_2008_counts_each_year_begun_and_twelve_at_most():
    asked = Service(date(2006, 7, 1), date(2008, 12, 31), D(4000), Ground.LAYOFF)
    assert severance.severance(asked, SEVERANCE).total == D("12000.00")
    old = Service(date(1990, 1, 1), date(2008, 12, 31), D(4000), Ground.AGREED)
    assert severance.severance(old, SEVERANCE).total == D(4000) * 13
    assert severance.severance(replace(old, ground=Ground.EXPIRED), SEVERANCE).total == D(4000)


@pytest.mark.parametrize("ground", [Ground.OWN, Ground.MISCONDUCT])
def test_nothing_is_owed_when_a_worker_leaves_or_was_dismissed_rightly(ground):
    asked = Service(date(2020, 1, 1), date(2023, 1, 1), D(6000), ground)
    assert severance.severance(asked, SEVERANCE).total == 0


@given(first=days, length=st.integers(0, 10_000), longer=st.integers(0, 500), wage=wages)
def test_longer_service_is_never_worth_less(first, length, longer, wage):
    def owed(more: int) -> Decimal:
        last = first + timedelta(days=length + more)
        return severance.severance(Service(first, last, wage, Ground.LAYOFF), SEVERANCE).total

    assert owed(0) <= owed(longer)


@given(first=days, length=st.integers(0, 15_000), wage=wages)
def test_severance_lies_within_half_a_month_of_the_years(first, length, wage):
    last = first + timedelta(days=length)
    months = severance.months_since(first, last)
    exact = D((last - first).days + 1) / D("365.2425")
    assert exact - D("0.02") <= months <= exact + D("0.52")
    assert months % D("0.5") == 0


def test_a_service_that_ends_before_it_began_is_refused():
    with pytest.raises(Refusal, match="离职日期"):
        severance.severance(
            Service(date(2020, 2, 1), date(2020, 1, 1), D(1), Ground.OWN), SEVERANCE
        )


def test_double_wage_by_hand():
    """Begun 15 March, signed 1 June: from 15 April on, April's part by its days, and May."""
    asked = double_wage.Unwritten(date(2024, 3, 15), D(6000), date(2024, 12, 31), date(2024, 6, 1))
    found = double_wage.double_wage(asked, DOUBLE)
    assert [line.amount for line in found.lines if line.counts] == [D("3200.00"), D("6000.00")]


@pytest.mark.parametrize(
    ("signed", "span"),
    [
        (date(2024, 4, 15), None),
        (date(2024, 4, 16), (date(2024, 4, 15), date(2024, 4, 15))),
        (None, (date(2024, 4, 15), date(2025, 3, 14))),
    ],
)
def test_double_wage_begins_after_a_month_and_lasts_eleven(signed, span):
    asked = double_wage.Unwritten(date(2024, 3, 15), D(6000), date(2026, 1, 1), signed)
    assert double_wage.owed_span(asked, DOUBLE) == span


@given(first=days, wage=wages)
def test_a_whole_year_without_a_contract_is_eleven_wages(first, wage):
    asked = double_wage.Unwritten(first, wage, date(2060, 1, 1))
    owed = double_wage.double_wage(asked, DOUBLE).total
    assert abs(owed - 11 * wage) <= wage * D("0.11") + D("0.12")


@pytest.mark.parametrize(("grade", "lump"), [(1, 27), (4, 21), (5, 18), (7, 13), (10, 7)])
def test_lump_sum_of_each_grade(grade, lump):
    found = injury.injury(injury.Injury(grade, D(6000)), INJURY)
    assert found.total == D(6000) * lump
    assert any("伤残津贴" in line.title for line in found.lines) is (grade <= 6)


@given(wage=wages, grade=st.integers(1, 10))
def test_the_wage_of_injury_stays_between_its_bounds(wage, grade):
    owed = injury.injury(injury.Injury(grade, wage), INJURY).total
    months = INJURY.lump_months[grade - 1]
    assert D(4800) * months <= owed <= D(24000) * months


@given(wage=wages, grade=st.integers(1, 9))
def test_a_heavier_injury_is_worth_more(wage, grade):
    heavier = injury.injury(injury.Injury(grade, wage), INJURY).total
    assert heavier > injury.injury(injury.Injury(grade + 1, wage), INJURY).total


def test_death_at_work_and_the_cap_of_its_pensions():
    asked = injury.Injury(injury.DEATH, D(6000), spouse=True, others=3, alone=1)
    found = injury.injury(asked, INJURY)
    assert found.total == D(8000) * 6 + D(54188) * 20
    monthly = next(line for line in found.lines if "抚恤金" in line.title)
    assert monthly.amount == D("6000.00")
    assert not monthly.counts


def test_the_shares_of_dependants_are_those_in_force():
    asked = injury.Injury(injury.DEATH, D(6000), spouse=True, others=1, alone=1)
    for shares, amount in (([40, 30, 10], "4800.00"), ([50, 20, 5], "4500.00")):
        found = injury.injury(asked, replace(INJURY, dependant_percent=shares))
        monthly = next(line for line in found.lines if "抚恤金" in line.title)
        assert monthly.amount == D(amount)


def test_what_the_province_has_not_entered_is_said_and_not_made_up():
    found = injury.injury(injury.Injury(7, D(6000), leaving=True), INJURY)
    assert sum("省级人民政府规定" in words for words in found.cautions) == 2


@pytest.mark.parametrize(
    ("began", "due"),
    [
        (date(2023, 1, 1), 5),
        (date(2023, 7, 1), 2),
        (date(2024, 1, 1), 0),
        (date(2015, 1, 1), 5),
        (date(2014, 12, 31), 10),
        (date(2005, 1, 1), 10),
        (date(2004, 12, 31), 15),
    ],
)
def test_days_of_leave_by_years_worked(began, due):
    found = leave.leave(leave.Leave(began, 2024, joined=max(began, date(2024, 1, 1))), LEAVE)
    assert found.answer.startswith(f"未休年休假 {due} 天" if due else "还没有年休假")


def test_leave_pay_by_hand():
    """4350 / 21.75 = 200 a day; 5 days at 300 % are 3000, of which 1000 were paid."""
    found = leave.leave(leave.Leave(date(2020, 1, 1), 2024, D(4350)), LEAVE)
    assert found.total == D("2000.00")
    assert "3,000.00" in found.lines[-1].arithmetic


def test_leave_of_a_part_of_the_year_drops_part_days():
    """Left on 30 June 2025: 181 days / 365 × 5 = 2.47."""
    asked = leave.Leave(date(2018, 1, 1), 2025, D(4350), taken=1, left=date(2025, 6, 30))
    assert leave.leave(asked, LEAVE).answer.startswith("未休年休假 1 天")
    more = replace(asked, taken=4)
    assert leave.leave(more, LEAVE).total == 0


@pytest.mark.parametrize(("sick", "none"), [(59, False), (60, True)])
def test_long_sick_leave_takes_the_leave(sick, none):
    found = leave.leave(leave.Leave(date(2020, 1, 1), 2024, sick_days=sick), LEAVE)
    assert ("不享受" in found.answer) is none


@given(began=st.dates(date(1980, 1, 1), date(2023, 12, 31)), gone=st.integers(0, 365))
def test_leave_of_part_of_a_year_is_never_more_than_of_the_whole(began, gone):
    left = date(2024, 1, 1) + timedelta(days=gone)
    asked = leave.Leave(began, 2024, D(5000), left=left)
    assert leave.leave(asked, LEAVE).total <= D("6896.56")


def test_limitation_ends_a_year_later_and_goes_over_days_off():
    asked = limitation.Case(limitation.Claim.ARBITRATION, date(2024, 3, 12))
    found = limitation.limitation(asked, LIMITS, is_workday, date(2024, 4, 1))
    assert found.due_on == date(2025, 3, 12)
    saturday = limitation.Case(limitation.Claim.ARBITRATION, date(2024, 3, 15))
    assert limitation.limitation(saturday, LIMITS, is_workday, date(2024, 4, 1)).due_on == date(
        2025, 3, 17
    )


def test_a_claim_in_time_begins_the_year_anew_and_a_late_one_does_not():
    began = date(2022, 3, 14)
    late = limitation.Case(limitation.Claim.ARBITRATION, began, (date(2023, 3, 15),))
    found = limitation.limitation(late, LIMITS, is_workday, date(2023, 4, 1))
    assert found.due_on == date(2023, 3, 14)
    assert "不发生中断" in found.cautions[0]
    in_time = limitation.Case(limitation.Claim.ARBITRATION, began, (date(2023, 3, 14),))
    found = limitation.limitation(in_time, LIMITS, is_workday, date(2023, 4, 1))
    assert found.due_on == date(2024, 3, 14)


def test_suspended_days_are_added_once():
    spans_ = ((date(2024, 4, 1), date(2024, 4, 10)), (date(2024, 4, 5), date(2024, 4, 12)))
    asked = limitation.Case(limitation.Claim.ARBITRATION, date(2024, 3, 12), (), spans_)
    found = limitation.limitation(asked, LIMITS, weekday, date(2024, 4, 1))
    assert found.due_on == date(2025, 3, 12) + timedelta(days=12)


@pytest.mark.parametrize(
    ("span", "end"),
    [
        # 12 days were left on 1 March: they run from 1 July to Saturday 12 July.
        ((date(2025, 3, 1), date(2025, 6, 30)), date(2025, 7, 14)),
        ((date(2025, 3, 12), date(2025, 3, 20)), date(2025, 3, 21)),
        ((date(2025, 3, 13), date(2025, 6, 30)), date(2025, 3, 12)),
        ((date(2024, 1, 1), date(2024, 3, 22)), date(2025, 3, 24)),
    ],
)
def test_what_is_left_of_a_term_runs_on_after_it_was_suspended(span, end):
    asked = limitation.Case(limitation.Claim.ARBITRATION, date(2024, 3, 12), (), (span,))
    found = limitation.limitation(asked, LIMITS, weekday, date(2024, 4, 1))
    assert found.due_on == end


@given(began=days, after=st.integers(1, 400), length=st.integers(0, 400))
def test_no_term_ends_while_it_is_suspended(began, after, length):
    first = began + timedelta(days=after)
    last = first + timedelta(days=length)
    asked = limitation.Case(limitation.Claim.ARBITRATION, began, (), ((first, last),))
    found = limitation.limitation(asked, LIMITS, weekday, began)
    assert not first <= found.due_on <= last


def test_terms_that_do_not_begin_anew_refuse_claims():
    asked = limitation.Case(limitation.Claim.LAWSUIT, date(2024, 3, 12), (date(2024, 3, 13),))
    with pytest.raises(Refusal, match="不因主张权利"):
        limitation.limitation(asked, LIMITS, weekday, date(2024, 3, 20))


@given(began=days, claim=st.sampled_from(limitation.Claim))
def test_the_last_day_is_a_workday_and_not_before_the_term(began, claim):
    found = limitation.limitation(limitation.Case(claim, began), LIMITS, weekday, began)
    months, length = limitation._term(claim, LIMITS)
    least = spans.add_months(began, months) + timedelta(days=length)
    assert weekday(found.due_on)
    assert least <= found.due_on <= least + timedelta(days=2)


@given(first=days, months=st.integers(0, 480))
def test_full_months_are_the_most_that_fit(first, months):
    last = spans.add_months(first, months) - timedelta(days=1)
    assert spans.full_months(first, last) >= months if first.day <= 28 else True
    assert spans.full_months(first, last) <= months
