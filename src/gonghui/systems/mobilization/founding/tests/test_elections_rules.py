"""Elections at and around every bound: quorum, papers, majority, surplus, ties."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.systems.mobilization.founding.rules import elections as rules
from gonghui.systems.mobilization.founding.rules import founding, matters
from gonghui.systems.mobilization.founding.rules.elections import Law, Poll, Result
from gonghui.systems.mobilization.founding.rules.months import add_months

LAW = Law()
NUMBERS = st.integers(1, 5000)


@given(NUMBERS)
def test_two_thirds_is_enough_and_one_fewer_is_not(due):
    least = rules.least_present(due)
    assert Fraction(least, due) >= Fraction(2, 3) > Fraction(least - 1, due)
    assert rules.has_quorum(due, least) and not rules.has_quorum(due, least - 1)


@given(NUMBERS)
def test_half_is_not_enough_and_one_more_than_half_is(due):
    least = rules.least_votes(due)
    assert Fraction(least, due) > Fraction(1, 2) >= Fraction(least - 1, due)
    assert rules.has_majority(due, least) and not rules.has_majority(due, least - 1)


@pytest.mark.parametrize(
    ("due", "present", "holds"),
    [
        (3, 2, True),
        (3, 1, False),
        (100, 67, True),
        (100, 66, False),
        (99, 66, True),
        (1, 1, True),
        (0, 0, False),
    ],
)
def test_quorum_by_hand(due, present, holds):
    assert rules.has_quorum(due, present) is holds


@pytest.mark.parametrize(
    ("due", "votes", "holds"),
    [(100, 50, False), (100, 51, True), (101, 50, False), (101, 51, True), (2, 1, False)],
)
def test_majority_by_hand(due, votes, holds):
    assert rules.has_majority(due, votes) is holds


@pytest.mark.parametrize(
    ("seats", "percent", "least"),
    [(7, 5, 8), (20, 5, 21), (21, 5, 23), (10, 10, 11), (11, 10, 13), (1, 0, 1), (40, 5, 42)],
)
def test_surplus_is_rounded_up(seats, percent, least):
    assert rules.least_candidates(seats, percent) == least


@given(st.integers(1, 300), st.integers(1, 100))
def test_surplus_is_the_least_that_holds(seats, percent):
    least = rules.least_candidates(seats, percent)
    assert (least - seats) * 100 >= seats * percent > (least - 1 - seats) * 100


@st.composite
def polls(draw):
    """Counts that can be: papers within those present, votes within the valid papers."""
    due = draw(st.integers(1, 400))
    present = draw(st.integers(0, due))
    issued = draw(st.integers(0, present))
    returned = draw(st.integers(0, issued + 2))
    valid = draw(st.integers(0, returned))
    candidates = draw(st.integers(1, 8))
    seats = draw(st.integers(1, candidates))
    left, votes = valid * seats, {}
    for number in range(1, candidates + 1):
        votes[number] = draw(st.integers(0, min(valid, left)))
        left -= votes[number]
    return Poll(due, present, issued, returned, valid, seats, votes, draw(st.booleans()))


@given(polls())
def test_every_count_obeys_the_rules(poll):
    assert not rules.faults(poll)
    outcome = rules.count(poll, LAW)
    assert len(outcome.elected) + outcome.open_seats == poll.seats
    assert len(set(outcome.elected) | set(outcome.tied)) == len(outcome.elected) + len(outcome.tied)
    if 3 * poll.present < 2 * poll.due:
        assert outcome.result is Result.NO_QUORUM and not outcome.elected
        return
    if poll.returned > poll.issued:
        assert outcome.result is Result.VOID and not outcome.elected
        return
    assert outcome.result not in (Result.NO_QUORUM, Result.VOID)
    chosen = {poll.votes[item] for item in outcome.elected}
    if not poll.tie:
        assert all(2 * votes > poll.due for votes in chosen)
        passed = sum(2 * votes > poll.due for votes in poll.votes.values())
    else:
        passed = len(poll.votes)
    assert (outcome.result is Result.SHORT) == (passed < poll.seats)
    others = [item for item in poll.votes if item not in outcome.elected]
    if chosen and others and passed >= poll.seats:
        assert min(chosen) > max(poll.votes[item] for item in others) or not outcome.tied
        assert min(chosen) >= max(poll.votes[item] for item in others)
    if outcome.result is Result.TIE:
        assert len({poll.votes[item] for item in outcome.tied}) == 1
        assert len(outcome.tied) > outcome.open_seats > 0
    if outcome.result is Result.COMPLETE:
        assert len(outcome.elected) == poll.seats and not outcome.open_seats


@given(polls(), st.integers(1, 50))
def test_one_paper_too_many_voids_whatever_was_counted(poll, more):
    over = Poll(
        poll.due,
        poll.due,
        poll.issued,
        poll.issued + more,
        min(poll.valid, poll.issued + more),
        poll.seats,
        poll.votes,
        poll.tie,
    )
    outcome = rules.count(over, LAW)
    assert outcome.result is Result.VOID
    assert not outcome.elected and not outcome.tied and outcome.open_seats == poll.seats
    even = Poll(
        poll.due, poll.due, poll.issued, poll.issued, 0, poll.seats, dict.fromkeys(poll.votes, 0)
    )
    assert rules.count(even, LAW).result is not Result.VOID


def poll(votes, **facts):
    values = {"due": 100, "present": 90, "issued": 90, "returned": 90, "valid": 90, "seats": 2}
    return Poll(**{**values, **facts}, votes=votes)


def test_the_count_by_hand():
    assert rules.count(poll({1: 60, 2: 55, 3: 50}), LAW).elected == (1, 2)
    short = rules.count(poll({1: 60, 2: 50, 3: 40}), LAW)
    assert (short.result, short.elected, short.open_seats) == (Result.SHORT, (1,), 1)
    tie = rules.count(poll({1: 60, 2: 55, 3: 55}), LAW)
    assert (tie.result, tie.elected, tie.tied) == (Result.TIE, (1,), (2, 3))
    level = rules.count(poll({1: 55, 2: 55, 3: 54}), LAW)
    assert (level.result, level.elected) == (Result.COMPLETE, (1, 2))
    again = rules.count(poll({2: 30, 3: 29}, seats=1, tie=True), LAW)
    assert again.elected == (2,)
    strict = Law(tie_needs_majority=True)
    assert rules.count(poll({2: 30, 3: 29}, seats=1, tie=True), strict).result is Result.SHORT
    assert rules.count(poll({2: 30, 3: 30}, seats=1, tie=True), LAW).result is Result.TIE


def test_the_lines_say_figures_and_rule():
    outcome = rules.count(poll({1: 60, 2: 55, 3: 50}), LAW)
    assert "应到 100 人，实到 90 人，至少应到会 67 人" in outcome.lines[0].text
    assert "当选至少 51 票" in outcome.lines[2].text
    assert outcome.lines[-1].text == "应选 2 名，选出 2 名。"
    more = rules.count(poll({1: 60, 2: 55, 3: 52}), LAW)
    assert more.lines[-1].text == "应选 2 名，得票多的前 2 名当选。"
    assert all(line.rule.startswith("《工会基层组织选举工作条例》") for line in outcome.lines)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"due": 0, "present": 0, "issued": 0}, "due"),
        ({"present": 101}, "present"),
        ({"issued": 91}, "issued"),
        ({"valid": 91}, "valid"),
        ({"valid": 59}, "votes_1"),
        ({"valid": 70, "seats": 1}, "valid"),
    ],
)
def test_impossible_figures_are_named(facts, field):
    found = rules.faults(poll({1: 60, 2: 55, 3: 50}, **facts))
    assert found[0][0] == field
    with pytest.raises(ValueError):
        rules.count(poll({1: 60, 2: 55, 3: 50}, **facts), LAW)


def test_bands_and_committees():
    table = [[0, 25, 1, 3], [25, 201, 3, 7], [201, None, 7, 15]]
    assert [rules.band(table, n) for n in (0, 24, 25, 200, 201, 9_999)] == [
        (1, 3),
        (1, 3),
        (3, 7),
        (3, 7),
        (7, 15),
        (7, 15),
    ]
    whole = {"chair": 1, "audit": 3}
    assert rules.missing_committees(whole, 9, 10) == []
    assert len(rules.missing_committees(whole, 10, 10)) == 1
    assert len(rules.missing_committees({}, 10, 10)) == 3


def test_founding_forms_and_partners():
    assert "应当建立" in founding.form_of(25, 25).help
    assert "不足 25 人" in founding.form_of(24, 25).help
    assert founding.partners_fault("70", 1, 0, 2, 2) and not founding.partners_fault(
        "70", 2, 0, 2, 2
    )
    assert founding.partners_fault("60", 0, 1, 2, 2) and not founding.partners_fault(
        "60", 0, 2, 2, 2
    )
    assert not founding.partners_fault("80", 0, 0, 2, 2)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(1, 6), st.integers(0, 400))
def test_reminder_and_lapse_meet_at_the_last_day(due, months, ago):
    today = due - timedelta(days=ago)
    assert not founding.has_lapsed(due, today)
    assert founding.has_lapsed(due, due + timedelta(days=1))
    assert founding.is_near(due, months, due)
    assert not founding.is_near(due, months, due + timedelta(days=1))
    assert founding.is_near(due, months, today) == (today >= add_months(due, -months))
    if founding.is_near(due, months, today):
        assert due <= add_months(today, months + 1)


@pytest.mark.parametrize(
    ("due", "present", "agreed", "carried"),
    [(90, 60, 46, True), (90, 59, 46, False), (90, 60, 45, False), (91, 61, 46, True)],
)
def test_members_decide_on_their_unions_end(due, present, agreed, carried):
    found, lines = matters.decision(due, present, agreed, (2, 3), (1, 2))
    assert found is carried and len(lines) == 2
