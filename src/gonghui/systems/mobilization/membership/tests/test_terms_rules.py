"""Rules of terms: ends, reminders and urgencies, around month ends and leap days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.systems.mobilization.membership.rules import terms
from gonghui.systems.mobilization.membership.rules.terms import Urgency

DAYS = st.dates(date(2001, 10, 27), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("elected", "years", "ends"),
    [
        (date(2023, 5, 10), 3, date(2026, 5, 10)),
        (date(2024, 2, 29), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 5, date(2029, 2, 28)),
        (date(2021, 12, 31), 5, date(2026, 12, 31)),
        (date(2024, 2, 28), 3, date(2027, 2, 28)),
    ],
)
def test_term_ends_on_the_corresponding_day_or_the_last_of_the_month(elected, years, ends):
    assert terms.ends_on(elected, years) == ends


@pytest.mark.parametrize(
    ("deadline", "dates"),
    [
        (date(2026, 8, 31), {6: date(2026, 2, 28), 3: date(2026, 5, 31), 1: date(2026, 7, 31)}),
        (date(2024, 8, 30), {6: date(2024, 2, 29), 3: date(2024, 5, 30), 1: date(2024, 7, 30)}),
        (date(2026, 3, 31), {6: date(2025, 9, 30), 3: date(2025, 12, 31), 1: date(2026, 2, 28)}),
    ],
)
def test_reminders_stand_whole_months_before_the_deadline(deadline, dates):
    assert terms.reminder_dates(deadline, [1, 6, 3]) == dates


@given(DAYS, st.integers(-130, 130))
def test_adding_months_lands_in_that_month_and_never_later_in_it(day, months):
    found = terms.add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day <= day.day
    if found.day != day.day:
        assert (found + timedelta(days=1)).day == 1


@given(DAYS, st.sampled_from([3, 5]))
def test_a_term_is_never_longer_than_its_years(elected, years):
    ends = terms.ends_on(elected, years)
    assert ends.year == elected.year + years
    assert (ends.month, ends.day) <= (elected.month, elected.day)
    assert (ends - elected).days >= 365 * years


@given(DAYS, st.sets(st.integers(1, 24), min_size=1))
def test_reminders_come_before_the_deadline_and_in_order(deadline, months):
    dates = list(terms.reminder_dates(deadline, months).values())
    assert dates == sorted(dates)
    assert all(day < deadline for day in dates)


@given(DAYS, st.integers(-400, 400))
def test_a_day_after_the_reminder_day_the_same_reminder_is_due(deadline, offset):
    today = deadline + timedelta(days=offset)
    due = terms.reminder_due(deadline, today, [6, 3, 1])
    dates = terms.reminder_dates(deadline, [6, 3, 1])
    if offset > 0:
        assert due == 0
    elif due is None:
        assert today < dates[6]
    else:
        assert dates[due] <= today
        assert all(today < day for number, day in dates.items() if number < due)


@given(DAYS, DAYS)
def test_every_deadline_lies_in_exactly_one_window(deadline, today):
    holding = [
        urgency
        for urgency, window in terms.windows(today).items()
        if (window.first is None or window.first <= deadline)
        and (window.last is None or deadline <= window.last)
    ]
    assert len(holding) == 1
    assert terms.urgency(deadline, today) is holding[0]


def test_a_delay_is_shown_until_its_last_day_and_overdue_after():
    today = date(2026, 8, 31)
    assert terms.urgency(today, today, delayed=True) is Urgency.DELAYED
    assert terms.urgency(date(2026, 8, 30), today, delayed=True) is Urgency.OVERDUE
    assert terms.urgency(date(2026, 2, 28), today) is Urgency.OVERDUE
    assert terms.urgency(date(2026, 2, 27), today) is Urgency.OVERDUE_LONG


@given(DAYS)
def test_a_delay_of_six_months_ends_in_the_sixth_month(ends):
    latest = terms.latest_delay(ends, 6)
    assert ends < latest
    assert (latest.year * 12 + latest.month) - (ends.year * 12 + ends.month) == 6


def test_grassroots_choose_three_or_five_years_and_others_have_five():
    assert terms.years_allowed(True, [3, 5], 5) == (3, 5)
    assert terms.years_allowed(False, [3, 5], 5) == (5,)
