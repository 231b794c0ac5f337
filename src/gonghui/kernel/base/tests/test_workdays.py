from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base import workdays

FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
days = st.dates(date(2003, 6, 1), date(2028, 6, 1))
counts = st.integers(-400, 400)


def test_agrees_with_an_independent_calendar():
    day = FIRST
    while day <= LAST:
        assert workdays.is_workday(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "works", "festival"),
    [
        (date(2026, 1, 4), True, ""),
        (date(2026, 2, 14), True, ""),
        (date(2026, 2, 16), False, "春节"),
        (date(2026, 9, 25), False, "中秋节"),
        (date(2026, 11, 22), False, ""),
        (date(2026, 11, 23), True, ""),
        (date(2020, 1, 31), False, "春节"),
        (date(2015, 9, 3), False, "抗战胜利70周年纪念日"),
    ],
)
def test_single_days(day, works, festival):
    assert workdays.is_workday(day) is works
    assert workdays.festival(day) == festival


def test_years_without_notice_are_provisional_and_have_weekends_only():
    assert [y for y in range(2003, 2029) if workdays.is_provisional(y)] == [2003, 2027, 2028]
    assert workdays.is_workday(date(2027, 10, 1))
    assert not workdays.is_workday(date(2027, 10, 2))


def test_a_new_year_bridge_in_december_is_no_notice_of_that_year():
    days = [date(2026, 12, 31), date(2027, 1, 1)]
    assert workdays.years_with_notice(days) == {2027}


def test_every_special_day_changes_something_or_belongs_to_a_festival():
    for special in workdays.special_days().values():
        assert special.festival
        assert special.notice.startswith("国务院")
        if special.works:
            assert special.day.weekday() >= 5, special


@given(days, counts)
def test_counting_undoes_adding(day, n):
    end = workdays.add_workdays(day, n)
    assert workdays.workdays_between(day, end) == n
    assert n == 0 or workdays.is_workday(end)
    assert (end > day) == (n > 0)


@given(days, days)
def test_counting_is_counting(a, b):
    low, high = min(a, b), max(a, b)
    span = [low + timedelta(days=i) for i in range((high - low).days + 1)]
    forward = sum(map(workdays.is_workday, span[1:]))
    backward = sum(map(workdays.is_workday, span[:-1]))
    assert workdays.workdays_between(a, b) == (forward if a <= b else -backward)


@given(days, st.integers(0, 100), st.integers(0, 100))
def test_adding_adds_up(day, n, m):
    end = workdays.add_workdays(workdays.add_workdays(day, n), m)
    assert end == workdays.add_workdays(day, n + m)


def test_deadline_over_the_spring_festival():
    assert workdays.add_workdays(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert workdays.next_workday(date(2026, 2, 15)) == date(2026, 2, 24)
    assert workdays.next_workday(date(2026, 2, 24)) == date(2026, 2, 24)
