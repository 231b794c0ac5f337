"""Rules of profiles, change requests, the tree and professional workers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.systems.mobilization.membership.rules import changes, organisers, tree, unions

PATHS = st.lists(st.integers(1, 99), min_size=1, max_size=6, unique=True).map(
    lambda ids: "".join(f"{pk}." for pk in ids)
)
FIELDS = [item.field for item in unions.ITEMS]


def test_whole_profile_scores_a_hundred_and_an_empty_one_nothing():
    whole = dict.fromkeys(FIELDS, "x")
    assert unions.completeness(whole, grassroots=True) == unions.Completeness(100, ())
    empty = unions.completeness({}, grassroots=True)
    assert empty.score == 0
    assert "职工人数" in empty.missing


def test_superiors_are_not_asked_for_a_workplace():
    missing = unions.completeness({}, grassroots=False).missing
    assert "所在单位名称" not in missing
    assert "工会主席" in missing


@given(st.sets(st.sampled_from(FIELDS)), st.sampled_from(FIELDS), st.booleans())
def test_filling_in_never_lowers_the_score(filled, more, grassroots):
    before = unions.completeness(dict.fromkeys(filled, "x"), grassroots=grassroots)
    after = unions.completeness(dict.fromkeys({*filled, more}, "x"), grassroots=grassroots)
    assert after.score >= before.score
    assert len(after.missing) <= len(before.missing)
    assert (after.score == 100) == (not after.missing)


@pytest.mark.parametrize(
    ("numbers", "part"),
    [
        ((100, 40, 30), ""),
        ((100, 101, 0), "女职工"),
        ((100, 0, 101), "农民工"),
        ((None, 3, None), "还应填写职工人数"),
        ((None, None, None), ""),
    ],
)
def test_parts_of_a_headcount_are_not_larger_than_the_whole(numbers, part):
    fault = unions.headcount_fault(*numbers)
    assert part in fault
    assert bool(fault) == bool(part)


def test_only_what_differs_is_asked_for():
    before = {"name": "甲工会", "industry": "36", "chair": ""}
    asked = {"name": "甲工会", "industry": "", "chair": "王建国", "parent": None}
    assert changes.changed(before, asked) == {"chair": "王建国"}


@given(PATHS, PATHS)
def test_common_superior_holds_both_places_and_nothing_lower_does(one, other):
    shared = changes.common_superior(one, other)
    assert one.startswith(shared)
    assert other.startswith(shared)
    assert shared == changes.common_superior(other, one)
    rest_of_one, rest_of_other = one[len(shared) :], other[len(shared) :]
    if rest_of_one and rest_of_other:
        assert rest_of_one.split(".")[0] != rest_of_other.split(".")[0]


def test_ids_that_begin_alike_share_nothing():
    assert changes.common_superior("1.2.3.", "1.20.3.") == "1."


def test_a_change_of_superior_is_decided_above_both():
    assert changes.deciding_path("1.2.3.4.", "1.2.3.", "1.2.9.") == "1.2."
    assert changes.deciding_path("1.2.3.4.", "1.2.3.", "1.2.") == "1.2."
    assert changes.deciding_path("1.2.3.4.", "1.2.3.", None) == "1.2.3."


@given(st.sampled_from(list(changes.FOLLOWS)), st.sampled_from(list(changes.FOLLOWS)))
def test_what_is_decided_stays_decided(state, to):
    if state in (changes.APPROVED, changes.REJECTED, changes.WITHDRAWN):
        assert not changes.may_follow(state, to)


@pytest.mark.parametrize(
    ("kind", "parent", "may"),
    [
        ("10", "10", False),
        ("20", "10", True),
        ("20", "20", False),
        ("30", "20", True),
        ("30", "10", False),
        ("50", "30", True),
        ("80", "50", True),
        ("80", "40", True),
    ],
)
def test_local_unions_follow_the_divisions(kind, parent, may):
    assert tree.may_stand_under(kind, parent) is may


def test_blank_lines_name_no_union():
    assert tree.names_of_parts("  一分厂工会 \n\n二分厂工会\n ") == ["一分厂工会", "二分厂工会"]


@pytest.mark.parametrize(
    ("end", "today", "due"),
    [
        (date(2026, 12, 31), date(2026, 10, 31), None),
        (date(2026, 12, 31), date(2026, 11, 1), 60),
        (date(2026, 12, 31), date(2026, 11, 30), 60),
        (date(2026, 12, 31), date(2026, 12, 1), 30),
        (date(2026, 12, 31), date(2026, 12, 31), 30),
        (date(2026, 12, 31), date(2027, 1, 1), 0),
    ],
)
def test_contract_reminders(end, today, due):
    assert organisers.notice_due(end, today) == due


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)))
def test_a_contract_lasts_longer_than_a_day_and_at_most_ten_years(start):
    assert organisers.contract_fault(start, start)
    assert organisers.contract_fault(start, start.replace(year=start.year + 11, day=1))
    assert not organisers.contract_fault(start, start.replace(year=start.year + 3, day=1))


def test_years_before_hiring_and_to_come_are_not_assessed():
    assert organisers.assessment_fault(2027, date(2024, 5, 1), date(2026, 11, 20))
    assert organisers.assessment_fault(2023, date(2024, 5, 1), date(2026, 11, 20))
    assert not organisers.assessment_fault(2025, date(2024, 5, 1), date(2026, 11, 20))
