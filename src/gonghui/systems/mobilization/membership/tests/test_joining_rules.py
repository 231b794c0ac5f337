"""The rules of joining and of routing, by table and by property."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.systems.mobilization.membership.rules import joining, routing
from gonghui.systems.mobilization.membership.rules.routing import Candidate, county_of, suggest

TODAY = date(2026, 11, 20)

candidates = st.lists(
    st.builds(
        Candidate,
        id=st.integers(1, 10**6),
        name=st.sampled_from(
            [
                "快递行业工会联合会",
                "货运物流联合工会",
                "商贸联合工会",
                "井岗联合工会",
                "园区联合工会",
            ]
        ),
        kind=st.sampled_from(["60", "70"]),
        in_county=st.booleans(),
        industry=st.sampled_from(["", "36", "54", "60"]),
        below_industry=st.booleans(),
        members=st.integers(0, 5000),
    ),
    max_size=12,
    unique_by=lambda item: item.id,
)
trades = st.sampled_from(["", "99", *routing.TRADES])


@given(trades, candidates, st.randoms())
def test_suggestion_does_not_depend_on_the_order_of_candidates(trade, found, shuffler):
    shuffled = list(found)
    shuffler.shuffle(shuffled)
    assert suggest(trade, found) == suggest(trade, shuffled)


@given(trades, candidates)
def test_suggestion_is_a_candidate_and_gives_its_reason(trade, found):
    answer = suggest(trade, found)
    assert answer.reason
    if answer.union_id is None:
        return
    chosen = next(item for item in found if item.id == answer.union_id)
    assert answer.name == chosen.name
    words, industries = routing.TRADES.get(trade, ((), ()))
    of_trade = any(w in chosen.name for w in words) or chosen.industry[-2:] in industries
    # Another county's union is proposed only because it is of the worker's trade.
    assert chosen.in_county or of_trade


@given(candidates)
def test_without_a_trade_only_the_county_itself_is_proposed(found):
    answer = suggest("", found)
    if answer.union_id is not None:
        assert next(item for item in found if item.id == answer.union_id).in_county


@given(trades, candidates)
def test_a_union_of_the_trade_in_the_county_always_wins(trade, found):
    words, _ = routing.TRADES.get(trade, ((), ()))
    best = [
        item.id for item in found if item.in_county and any(word in item.name for word in words)
    ]
    if best:
        chosen = suggest(trade, found).union_id
        assert next(item for item in found if item.id == chosen).in_county


@pytest.mark.parametrize(
    ("trade", "names", "expected", "reason"),
    [
        ("03", [("快递行业工会联合会", "60", True)], "快递行业工会联合会", "同行业"),
        ("01", [("快递行业工会联合会", "60", True)], "", "还没有"),
        ("03", [("井岗联合工会", "70", True)], "井岗联合工会", "唯一"),
        ("", [("井岗联合工会", "70", True), ("园区联合工会", "70", True)], "井岗联合工会", "最少"),
        ("03", [("井岗联合工会", "70", False)], "", "还没有"),
        ("03", [], "", "还没有"),
    ],
)
def test_routing_table(trade, names, expected, reason):
    found = [
        Candidate(n, name, kind, in_county) for n, (name, kind, in_county) in enumerate(names, 1)
    ]
    answer = suggest(trade, found)
    assert answer.name == expected
    assert reason in answer.reason


@given(st.text(max_size=6), st.text(max_size=6), st.sets(st.text(min_size=1, max_size=6)))
def test_county_is_a_known_one_or_none(chosen, derived, counties):
    answer = county_of(chosen, derived, counties)
    assert answer == "" or answer in counties
    if chosen in counties:
        assert answer == chosen


@pytest.mark.parametrize(
    ("born", "allowed"),
    [
        (date(2010, 11, 20), True),
        (date(2010, 11, 21), False),
        (date(1950, 1, 1), True),
        (TODAY + timedelta(days=1), False),
        (None, False),
    ],
)
def test_age_counts_in_full_years(born, allowed):
    if allowed:
        joining.check_age(born, TODAY, 16)
        return
    with pytest.raises(Refusal) as caught:
        joining.check_age(born, TODAY, 16)
    assert caught.value.rule


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"is_applicant": True}, "own_application"),
        ({"entered_by": 7}, "entered_by_self"),
        ({"appeal_against": 7}, "appeal_against_self"),
        ({}, ""),
    ],
)
def test_who_must_not_decide(facts, code):
    facts = {
        "user_id": 7,
        "is_applicant": False,
        "entered_by": None,
        "appeal_against": None,
        **facts,
    }
    if not code:
        joining.check_decider(**facts)
        return
    with pytest.raises(Forbidden) as caught:
        joining.check_decider(**facts)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("roots", "above"),
    [
        (["1.2.3."], False),
        (["1.2."], True),
        (["1.2.3.", "1."], True),
        (["1.20."], False),
        ([], False),
    ],
)
def test_deciding_from_above_needs_a_subtree_that_begins_above(roots, above):
    assert joining.decides_from_above(roots, "1.2.3.") is above


@given(st.sampled_from(sorted(joining.ALLOWED)), st.sampled_from(["approved", "withdrawn"]))
def test_what_is_closed_for_good_allows_nothing(verb, state):
    assert not joining.may(verb, state)
