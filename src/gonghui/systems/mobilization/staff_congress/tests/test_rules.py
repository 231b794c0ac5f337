"""Votes of staff congresses at and around every bound."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.systems.mobilization.staff_congress import rules
from gonghui.systems.mobilization.staff_congress.rules import Count, Law, Matter

LAW = Law()
HALF, THIRDS = Fraction(1, 2), Fraction(2, 3)


@given(st.integers(1, 5000))
def test_bounds_hold_and_one_fewer_does_not(delegates):
    present = rules.least_present(delegates, LAW)
    assert Fraction(present, delegates) >= THIRDS > Fraction(present - 1, delegates)
    assert rules.has_quorum(delegates, present, LAW)
    assert not rules.has_quorum(delegates, present - 1, LAW)
    strict = rules.least_votes(delegates, Matter.VOTE, LAW)
    assert Fraction(strict, delegates) > HALF >= Fraction(strict - 1, delegates)
    inclusive = rules.least_votes(delegates, Matter.CONTRACT, LAW)
    assert Fraction(inclusive, delegates) >= HALF > Fraction(inclusive - 1, delegates)


@given(
    delegates=st.integers(1, 300),
    data=st.data(),
    matter=st.sampled_from([Matter.VOTE, Matter.CONTRACT, Matter.ELECTION]),
)
def test_a_vote_counts_all_delegates_not_those_present(delegates, data, matter):
    present = data.draw(st.integers(0, delegates))
    issued = data.draw(st.integers(0, present))
    returned = data.draw(st.integers(0, issued + 2))
    agreed = data.draw(st.integers(0, min(returned, issued)))
    count = Count(delegates, present, issued, returned, agreed, 0, 0)
    assert not rules.faults(count)
    carried, lines = rules.decide(count, matter, LAW)
    share = Fraction(agreed, delegates)
    enough = share >= HALF if matter is Matter.CONTRACT else share > HALF
    assert carried == (3 * present >= 2 * delegates and returned <= issued and enough)
    assert carried == (len(lines) == 3 and all(line.holds for line in lines))


@pytest.mark.parametrize(
    ("agreed", "matter", "carried"),
    [
        (50, Matter.VOTE, False),
        (51, Matter.VOTE, True),
        (50, Matter.CONTRACT, True),
        (49, Matter.CONTRACT, False),
    ],
)
def test_by_hand(agreed, matter, carried):
    assert rules.decide(Count(100, 67, 67, 67, agreed, 0, 0), matter, LAW)[0] is carried
    assert not rules.decide(Count(100, 66, 66, 66, agreed, 0, 0), matter, LAW)[0]
    assert not rules.decide(Count(100, 67, 67, 68, 67, 0, 0), matter, LAW)[0]
    assert not rules.has_quorum(0, 0, LAW)


@pytest.mark.parametrize(
    ("employees", "least"), [(20, 20), (100, 30), (600, 30), (601, 31), (2000, 100)]
)
def test_delegates_by_share_and_minimum(employees, least):
    assert rules.least_delegates(employees, LAW) == least


def test_leaders_are_a_fifth_at_most():
    assert rules.composition(200, 30, 6, 8, LAW)[1].holds
    assert not rules.composition(200, 30, 7, 8, LAW)[1].holds


@given(st.integers(1, 500), st.integers(0, 500))
def test_leaders_are_never_above_the_share(delegates, leaders):
    holds = rules.composition(200, delegates, leaders, 8, LAW)[1].holds
    assert holds == (Fraction(leaders, delegates) <= Fraction(1, 5))


def test_impossible_figures_are_named():
    assert rules.faults(Count(100, 60, 61, 60, 1, 0, 0))[0][0] == "issued"
    assert rules.faults(Count(100, 60, 60, 60, 40, 20, 1))[0][0] == "agreed"
    assert not rules.faults(Count(100, 60, 60, 60, 40, 20, 0))
