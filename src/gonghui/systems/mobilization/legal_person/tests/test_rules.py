"""Rules of C1.2: terms, clock, delays, materials, codes, comparison, sheet numbers."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.identifiers import (
    USCC_CHARACTERS,
    organisation_code_check_character,
    synthetic_uscc,
    uscc_check_character,
)
from gonghui.kernel.base.workdays import add_workdays, workdays_between
from gonghui.systems.mobilization.legal_person.rules import certificates, codes, comparing
from gonghui.systems.mobilization.legal_person.rules import procedures as rules
from gonghui.systems.mobilization.legal_person.rules.materials import MATERIAL_TABLE

DAYS = st.dates(date(2021, 1, 1), date(2030, 1, 1))


def test_late_counts_calendar_days_from_the_day_after():
    day = date(2026, 3, 2)
    for procedure in (rules.NEW, rules.CHANGE):
        assert not rules.is_late(procedure, day, day + timedelta(30), 30)
        assert rules.is_late(procedure, day, day + timedelta(31), 30)
    assert not rules.is_late(rules.ELECTION, day, day, 0)
    assert rules.is_late(rules.ELECTION, day, day + timedelta(1), 0)
    assert not rules.is_late(rules.REISSUE, day, day + timedelta(400), 30)


@given(DAYS, st.integers(0, 14), st.integers(0, 90))
def test_the_clock_stands_while_it_is_stopped(day, ran, stood):
    """Whatever time passes between stop and start, the workdays used are those it ran."""
    clock = rules.started(day, 15)
    stop = add_workdays(day, ran)
    again = stop + timedelta(stood)
    found = rules.resumed(rules.stopped(clock, stop), again)
    used = workdays_between(day, stop) + workdays_between(again, found.due)
    assert used == 15 and found.left is None


def test_a_clock_stopped_after_its_term_stays_over_it():
    clock = rules.started(date(2026, 3, 2), 5)
    stopped = rules.stopped(clock, clock.due + timedelta(10))
    assert stopped.left < 0
    later = rules.resumed(stopped, date(2026, 6, 1))
    assert later.due < date(2026, 6, 1)


def test_a_term_is_three_or_five_years_to_the_day():
    assert rules.valid_to(date(2024, 2, 29), 3, [3, 5]) == date(2027, 2, 28)
    assert rules.valid_to(date(2026, 3, 2), 5, [3, 5]) == date(2031, 3, 2)
    with pytest.raises(Refusal, match="3、5"):
        rules.valid_to(date(2026, 3, 2), 4, [3, 5])


@pytest.mark.parametrize("days", [0, -1])
def test_a_delay_begins_after_the_term(days):
    with pytest.raises(Refusal):
        rules.check_delay(
            date(2026, 8, 31), date(2026, 8, 31) + timedelta(days), delayed_before=False, months=6
        )


def test_a_delay_is_at_most_six_months_and_once():
    ends = date(2026, 8, 31)
    found = rules.check_delay(ends, date(2027, 2, 28), delayed_before=False, months=6)
    assert found == date(2027, 2, 28)
    with pytest.raises(Refusal, match="最迟 2027-02-28"):
        rules.check_delay(ends, date(2027, 3, 1), delayed_before=False, months=6)
    with pytest.raises(Refusal, match="不能再次延期"):
        rules.check_delay(ends, date(2026, 10, 1), delayed_before=True, months=6)


def _needed(procedure: str, **case: bool) -> list[str]:
    values = {"procedure": procedure, "representative": False, "residence": False, "joint": False}
    return MATERIAL_TABLE.decide({**values, **case}, date(2026, 3, 2)).outcome["materials"]


def test_each_procedure_has_its_own_list_and_what_lacks_is_named():
    lists = {code: tuple(i.code for i in items) for code, items in rules.MATERIALS.items()}
    assert set(lists) == set(rules.PROCEDURES) and len(set(lists.values())) == 6
    for procedure in rules.PROCEDURES:
        needed = _needed(procedure)
        rules.check_materials(procedure, needed, needed)
        for one in needed:
            with pytest.raises(Refusal, match=rules.material_of(procedure, one).title[:4]):
                rules.check_materials(procedure, set(needed) - {one}, needed)
    changing = {"form", "basis", "old"}
    assert set(_needed(rules.CHANGE)) == changing
    for changed, words in (("representative", "身份证件"), ("residence", "住所")):
        with pytest.raises(Refusal, match=words):
            rules.check_materials(rules.CHANGE, changing, _needed(rules.CHANGE, **{changed: True}))


def test_a_table_may_ask_for_what_is_in_another_list():
    needed = [*_needed(rules.REISSUE), "residence"]
    assert rules.listed(rules.REISSUE, needed)[-1].title == "住所使用证明"
    assert rules.material_of(rules.REISSUE, "residence", needed).required
    with pytest.raises(Refusal, match="不收这种材料"):
        rules.material_of(rules.REISSUE, "residence")
    assert not rules.listed(rules.REISSUE, [])[0].required


def test_every_state_is_left_only_by_its_verbs():
    with pytest.raises(Conflict, match="不能核准"):
        rules.check_state("approve", rules.EXAMINING, "审查中")
    for verb in rules.ALLOWED:
        assert verb in rules.VERBS
    closed = {rules.DONE, rules.WITHDRAWN, rules.LAPSED, rules.UNACCEPTED}
    for states in rules.ALLOWED.values():
        assert not states & closed


SPAN = codes.span("81340104", "MC000000", "MCYYYYYY")
ASKED = {"key": "k-1", "name": "甲工会", "region": "340104", "classes": ("1",), "spans": (SPAN,)}


def code(body: str = "MC00000A", region: str = "340104", prefix: str = "81") -> str:
    first17 = f"{prefix}{region}{body}{organisation_code_check_character(body)}"
    return first17 + uscc_check_character(first17)


def answer(**said):
    return codes.Answer(
        **{"state": "allotted", "key": "k-1", "name": "甲工会", "uscc": code(), **said}
    )


def test_a_true_answer_gives_its_code():
    assert codes.checked(answer(), **ASKED) == code()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"key": "k-2"}, "answer.key"),
        ({"name": "乙工会"}, "answer.name"),
        ({"uscc": ""}, "uscc.length"),
        ({"uscc": code()[:17] + "I"}, "uscc.characters"),
        ({"uscc": code(prefix="91")}, "answer.class"),
        ({"uscc": code(prefix="89")}, "answer.class"),
        ({"uscc": code(region="340103")}, "answer.region"),
        ({"uscc": code("MB000000")}, "answer.range"),
        ({"uscc": code("MD000000")}, "answer.range"),
    ],
)
def test_an_answer_that_cannot_be_true_is_refused(said, why):
    with pytest.raises(Refusal) as caught:
        codes.checked(answer(**said), **ASKED)
    assert caught.value.code == why


@given(st.integers(0, 17), st.sampled_from(USCC_CHARACTERS))
def test_every_single_wrong_character_is_found(place, sign):
    right = code()
    wrong = right[:place] + sign + right[place + 1 :]
    if wrong != right:
        with pytest.raises(Refusal):
            codes.checked(answer(uscc=wrong), **ASKED)


@given(st.integers(0, 2**32))
def test_no_code_of_elsewhere_passes(seed):
    rng = random.Random(seed)
    found = synthetic_uscc(rng, rng.choice(["340104", "340103", "320102"]))
    if not SPAN.holds(found):
        with pytest.raises(Refusal):
            codes.checked(answer(uscc=found), **ASKED)


@pytest.mark.parametrize(
    "said", [None, [], "x", {}, {"state": "done"}, {"state": 1}, {"uscc": code()}]
)
def test_what_is_not_an_answer_is_none(said):
    with pytest.raises(Refusal):
        codes.read(said)


@given(
    st.text(USCC_CHARACTERS, min_size=8, max_size=8),
    st.text(USCC_CHARACTERS, min_size=8, max_size=8),
)
def test_ranges_meet_when_they_share_a_code(first, second):
    low, high = sorted((first, second), key=codes.ordinal)
    one = codes.span("81340104", low, high)
    assert one.holds(f"81340104{low}00") and one.holds(f"81340104{high}00")
    assert one.meets(codes.span("81340104", high, high))
    assert not one.meets(codes.span("81340103", low, high))
    assert one.size == codes.ordinal(high) - codes.ordinal(low) + 1


@pytest.mark.parametrize(
    "given",
    [
        ("83340104", "0" * 8, "1" * 8),
        ("81340104", "0" * 7, "1" * 8),
        ("81340104", "I" * 8, "Y" * 8),
        ("81340104", "1" * 8, "0" * 8),
    ],
)
def test_a_range_that_cannot_be_is_refused(given):
    with pytest.raises(Refusal):
        codes.span(*given)


def test_waiting_doubles_and_never_passes_ten_minutes():
    waits = [codes.delay(n) for n in range(1, 40)]
    assert waits[:3] == [10, 20, 40] and max(waits) == 600


def test_comparison_ignores_width_and_blanks_and_what_is_not_declared():
    lines = comparing.compare(
        {"name": "甲 工会（筹）", "residence": "", "representative_name": "占国强"},
        {"name": "甲工会(筹)", "residence": "某路", "representative_name": "束文斌"},
    )
    assert [(line.field, line.same) for line in lines] == [
        ("name", True),
        ("representative_name", False),
    ]
    assert [line.field for line in comparing.undecided(lines, {})] == ["representative_name"]
    made = {"representative_name": {"declared": "占国强", "recorded": "束文斌"}}
    assert not comparing.undecided(lines, made)
    # What was decided on is no longer what stands there.
    made["representative_name"]["recorded"] = "盛晓兰"
    assert comparing.undecided(lines, made)


def test_sheets_are_numbered_without_gaps():
    assert certificates.sheet_numbers("皖", "0098", 3) == ["皖0098", "皖0099", "皖0100"]
    for given_ in [("", "9999", 2), ("", "12", 1), ("?", "0001", 1), ("", "0001", 2001)]:
        with pytest.raises(Refusal):
            certificates.sheet_numbers(*given_)
