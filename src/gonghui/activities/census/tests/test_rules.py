"""Rules of the census and of the wish list, by table and by property."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.activities.census.rules import campaign as rules
from gonghui.activities.census.rules import wishes
from gonghui.kernel.base.errors import Forbidden, Refusal

START, END = date(2026, 11, 1), date(2026, 11, 20)


@pytest.mark.parametrize(
    ("measure", "in_ranks", "base", "done"),
    [("growth", 120, 100, 20), ("growth", 90, 100, -10), ("total", 120, 100, 120)],
)
def test_what_counts_as_done(measure, in_ranks, base, done):
    assert rules.done_of(measure, in_ranks, base) == done


@pytest.mark.parametrize(
    ("done", "quota", "shown"),
    [(0, 10, "0.0"), (1, 3, "33.3"), (1, 16, "6.3"), (15, 10, "150.0"), (-3, 100, "-3.0")],
)
def test_completion_to_one_decimal_half_up(done, quota, shown):
    assert rules.percent(done, quota) == Decimal(shown)


def test_no_quota_has_no_completion_and_no_place():
    assert rules.percent(5, 0) is None
    assert rules.ranks({"a": None, "b": Decimal("0.0")}) == {"a": None, "b": 1}


@pytest.mark.parametrize(
    ("day", "plan"),
    [
        (date(2026, 10, 1), 0),
        (START, 0),
        (date(2026, 11, 2), 5),
        (date(2026, 11, 11), 50),
        (END, 95),
        (date(2026, 11, 21), 100),
        (date(2027, 1, 1), 100),
    ],
)
def test_plan_by_the_straight_line(day, plan):
    assert rules.planned(100, START, END, day) == plan


@pytest.mark.parametrize(
    ("done", "quota", "day", "standing"),
    [
        (0, 0, END, "none"),
        (100, 100, START, "met"),
        (0, 100, START, "ahead"),
        (40, 100, date(2026, 11, 11), "ahead"),
        (39, 100, date(2026, 11, 11), "behind"),
        (99, 100, date(2026, 11, 21), "overdue"),
        (94, 100, END, "ahead"),
    ],
)
def test_standing_with_a_lag_of_ten_percent(done, quota, day, standing):
    assert rules.standing(done, quota, START, END, day, 10) == standing


def test_shared_places_leave_a_gap():
    shown = {"a": Decimal("90.0"), "b": Decimal("80.0"), "c": Decimal("80.0"), "d": Decimal("70.0")}
    assert rules.ranks(shown) == {"a": 1, "b": 2, "c": 2, "d": 4}


@given(st.dictionaries(st.integers(), st.decimals(0, 200, places=1) | st.none(), max_size=12))
def test_places_follow_completion(percents):
    places = rules.ranks(percents)
    for a, first in percents.items():
        for b, second in percents.items():
            if first is not None and second is not None:
                assert (places[a] < places[b]) == (first > second)


@given(st.integers(0, 10**6), st.integers(2, 400), st.integers(-10, 420))
def test_plan_never_falls_and_ends_at_the_quota(quota, days, n):
    deadline = START + timedelta(days=days - 1)
    today, next_day = START + timedelta(days=n), START + timedelta(days=n + 1)
    first = rules.planned(quota, START, deadline, today)
    assert 0 <= first <= rules.planned(quota, START, deadline, next_day) <= quota
    assert rules.planned(quota, START, deadline, deadline + timedelta(days=1)) == quota


def test_a_split_below_the_own_quota_warns_and_above_is_said():
    assert "还差 100 人" in rules.Split(1000, 900).words
    assert "多 100 人" in rules.Split(900, 1000).words
    assert rules.Split(900, 900).short == 0


@pytest.mark.parametrize("shares", [{}, {3: 5}, {1: -1}])
def test_shares_are_for_direct_subordinates_and_not_negative(shares):
    with pytest.raises(Refusal):
        rules.check_shares(shares, [1, 2])
    rules.check_shares({1: 5, 2: 0}, [1, 2])


@pytest.mark.parametrize(
    ("base", "start", "end"),
    [(START, START, START), (END, START, END), (START, END, START)],
)
def test_days_out_of_order_are_refused(base, start, end):
    with pytest.raises(Refusal):
        rules.check_days(base, start, end)
    rules.check_days(START, START, END)


@pytest.mark.parametrize(("new", "today"), [(END, START), (date(2026, 11, 25), date(2026, 12, 1))])
def test_a_deadline_only_moves_later_and_not_into_the_past(new, today):
    with pytest.raises(Refusal):
        rules.check_extension(END, new, today)


def test_pasted_lines():
    text = "合肥市总工会\t1,200\n\n芜湖市总工会，300\n  六安 市总工会 45 "
    assert rules.read_shares(text) == [
        ("合肥市总工会", 1200),
        ("芜湖市总工会", 300),
        ("六安 市总工会", 45),
    ]
    for wrong in ("合肥市总工会", "合肥\t-3", "合肥\t3.5", "\t12"):
        with pytest.raises(Refusal):
            rules.read_shares(wrong)


@pytest.mark.parametrize(
    ("verb", "state"), [("amend", "open"), ("open", "open"), ("split", "draft"), ("urge", "closed")]
)
def test_verbs_wait_for_their_state(verb, state):
    with pytest.raises(Refusal):
        rules.check_state(verb, state)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("希望工会开设暑期托管班", "建议办暑期子女托管班", True),
        ("暑假办子女托管班", "暑假办子女托管班！", True),
        ("增加体检项目", "希望增加体检的项目", True),
        ("暑假办子女托管班", "食堂延长晚餐时间", False),
        ("希望工会组织", "建议工会提供", False),
    ],
)
def test_alike_titles(one, other, alike):
    assert (wishes.similarity(one, other) >= wishes.SIMILAR_FROM) is alike


@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_symmetric_and_bounded(one, other):
    found = wishes.similarity(one, other)
    assert 0 <= found <= 1
    assert found == wishes.similarity(other, one)


@given(st.text(min_size=2, max_size=40).filter(lambda text: any(c.isalnum() for c in text)))
def test_a_title_is_like_itself(text):
    assert not wishes.bigrams(text) or wishes.similarity(text, text) == 1


def test_similar_offers_the_most_alike_first():
    others = [(1, "食堂延长时间"), (2, "暑假办托管班"), (3, "暑假办子女托管班")]
    assert wishes.similar("暑假办子女托管班", others) == [3, 2]


@pytest.mark.parametrize(("union_id", "mine"), [(1, True), (17, True), (3, False), (7, False)])
def test_only_unions_on_the_path(union_id, mine):
    assert wishes.on_path("1.17.203.", union_id) is mine
    if not mine:
        with pytest.raises(Forbidden):
            wishes.check_place("1.17.203.", union_id)


@pytest.mark.parametrize(
    ("answered", "state", "day", "late"),
    [
        (False, "new", date(2026, 11, 28), True),
        (False, "new", date(2026, 11, 27), False),
        (True, "new", date(2026, 12, 28), False),
        (False, "declined", date(2026, 12, 28), False),
    ],
)
def test_overdue_answers(answered, state, day, late):
    assert wishes.overdue(answered, state, date(2026, 11, 27), day) is late


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "//evil.example", "ftp://a.b/c", "https:///x", "x", "/\\evil.example"],
)
def test_links_that_lead_astray_are_refused(address):
    with pytest.raises(Refusal):
        wishes.check_link(address)


@pytest.mark.parametrize("address", ["", "/hall/", "https://ah.example.cn/a?b=1"])
def test_links_of_services(address):
    assert wishes.check_link(address) == address


@pytest.mark.parametrize("title", ["", "托管", "！！！！！！", "好" * 61])
def test_titles_say_something(title):
    with pytest.raises(Refusal):
        wishes.check_words(title)
