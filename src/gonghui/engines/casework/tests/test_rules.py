"""Clocks by property, the confidentiality matrix, routing, likeness, sampling, codes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.engines.casework.rules import (
    clocks,
    codes,
    collective,
    confidentiality,
    fingerprint,
    phases,
    routing,
    sampling,
)
from gonghui.engines.casework.rules.clocks import Light, Stop, Term, Unit
from gonghui.engines.casework.rules.confidentiality import Relation, Shown
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.workdays import add_workdays, is_workday, workdays_between

MAKE_UP_DAYS = [
    day
    for day in (date(2019, 1, 1) + timedelta(days=n) for n in range(2900))
    if day.weekday() >= 5 and is_workday(day)
]
days = st.dates(date(2019, 1, 1), date(2026, 10, 1))
lengths = st.integers(1, 90)
units = st.sampled_from(list(Unit))


@st.composite
def pauses(draw, start):
    """Pauses one after another, the last perhaps still open."""
    found, day = [], start
    for _ in range(draw(st.integers(0, 3))):
        day += timedelta(days=draw(st.integers(0, 40)))
        until = day + timedelta(days=draw(st.integers(0, 30)))
        found.append(Stop(day, until))
        day = until
    return found


@st.composite
def runs(draw):
    start = draw(days)
    return start, draw(pauses(start))


@given(days, lengths)
def test_workdays_end_where_the_calendar_of_workdays_says(start, n):
    day = clocks.due(start, Term(n, Unit.WORK))
    assert day == add_workdays(start, n)
    assert workdays_between(start, day) == n


@given(days, lengths)
def test_calendar_days_end_on_the_day_or_the_next_workday(start, n):
    day = clocks.due(start, Term(n, Unit.CALENDAR))
    plain = start + timedelta(days=n)
    assert day >= plain and is_workday(day)
    assert not any(is_workday(plain + timedelta(days=i)) for i in range((day - plain).days))


@given(runs(), lengths, units)
def test_a_term_has_its_days_however_it_is_paused(run, n, unit):
    start, stops = run
    day = clocks.due(start, Term(n, unit), stops)
    spent = clocks.used(start, day, unit, stops)
    if unit is Unit.WORK:
        assert spent == n and is_workday(day)
    else:
        assert spent >= n
    assert not any(stop.holds(day) for stop in stops)


@given(runs(), lengths, units, st.integers(1, 30))
def test_an_extension_is_counted_on(run, n, unit, extra):
    start, stops = run
    plain = clocks.due(start, Term(n, unit), stops)
    assert clocks.due(start, Term(n, unit), stops, extra) == clocks.due(
        start, Term(n + extra, unit), stops
    )
    assert clocks.due(start, Term(n, unit), stops, extra) >= plain


@given(runs(), lengths, units, st.integers(0, 60), st.integers(1, 40))
def test_a_pause_never_shortens_and_moves_workdays_by_what_it_holds(run, n, unit, at, length):
    start, _ = run
    plain = clocks.due(start, Term(n, unit))
    stop = Stop(start + timedelta(days=at), start + timedelta(days=at + length))
    later = clocks.due(start, Term(n, unit), [stop])
    assert later >= plain
    if stop.from_on > plain:
        assert later == plain
    if unit is Unit.WORK:
        lost = sum(
            is_workday(stop.from_on + timedelta(days=i))
            for i in range(length)
            if start < stop.from_on + timedelta(days=i)
        )
        if stop.from_on <= plain:
            assert later == add_workdays(start, n + lost)


@given(runs(), lengths, units, st.integers(0, 100))
def test_while_a_pause_lasts_there_is_no_last_day(run, n, unit, at):
    start, _ = run
    plain = clocks.due(start, Term(n, unit))
    stop = Stop(start + timedelta(days=at))
    assert clocks.due(start, Term(n, unit), [stop]) == (None if stop.from_on <= plain else plain)


@given(days, lengths, units)
def test_a_pause_of_no_day_changes_nothing(start, n, unit):
    nothing = Stop(start + timedelta(days=1), start + timedelta(days=1))
    assert clocks.due(start, Term(n, unit), [nothing]) == clocks.due(start, Term(n, unit))


def counted_by_hand(start, term, stops, extra=0):
    """The last day of a term found by walking the calendar a day at a time, off a wall calendar.

    Written apart from the rules: a set of the days inside pauses, a count, nothing shared.
    """
    stopped = set()
    for stop in stops:
        day = stop.from_on
        while day < (stop.until_on or start + timedelta(days=1500)):
            stopped.add(day)
            day += timedelta(days=1)
    open_from = min((stop.from_on for stop in stops if stop.until_on is None), default=date.max)
    day, left = start, term.days + extra
    while True:
        day += timedelta(days=1)
        if day >= open_from:
            return None
        if day in stopped or (term.unit is Unit.WORK and not is_workday(day)):
            continue
        left -= 1
        if left <= 0 and is_workday(day):
            return day


@given(runs(), lengths, units, st.integers(0, 30), st.booleans())
def test_any_mix_of_pauses_and_an_extension_agrees_with_a_count_by_hand(run, n, unit, extra, ends):
    start, stops = run
    if stops and not ends:
        stops = [*stops[:-1], Stop(stops[-1].from_on)]
    term = Term(n, unit)
    assert clocks.due(start, term, stops, extra) == counted_by_hand(start, term, stops, extra)


@given(runs(), lengths, units, st.integers(1, 20), st.integers(1, 20))
def test_the_order_of_pausing_and_extending_does_not_matter(run, n, unit, extra, more):
    start, stops = run
    term = Term(n, unit)
    longer = clocks.due(start, term, stops, extra + more)
    assert longer == clocks.due(start, Term(n + extra, unit), stops, more)
    assert longer == clocks.due(start, Term(n + more, unit), list(reversed(stops)), extra)


@given(st.sampled_from(MAKE_UP_DAYS), st.integers(1, 15))
def test_a_make_up_saturday_counts_and_ends_a_term(day, n):
    assert day.weekday() >= 5 and is_workday(day)
    start = day - timedelta(days=1)
    assert clocks.due(start, Term(1, Unit.WORK)) == day
    assert clocks.due(day - timedelta(days=n), Term(n, Unit.CALENDAR)) == day


def test_holidays_and_make_up_days_of_the_national_day_2025():
    # 2025-09-28 is a make-up Sunday; 10-01 to 10-08 are off, 10-11 a make-up Saturday.
    assert clocks.due(date(2025, 9, 26), Term(4, Unit.WORK)) == date(2025, 10, 9)
    assert clocks.due(date(2025, 9, 26), Term(6, Unit.WORK)) == date(2025, 10, 11)
    assert clocks.due(date(2025, 9, 22), Term(15, Unit.CALENDAR)) == date(2025, 10, 9)


@given(days, st.integers(1, 60), st.integers(0, 5), st.integers(-30, 90))
def test_lights_go_green_yellow_red_and_never_back(start, n, lead, at):
    day = clocks.due(start, Term(n, Unit.WORK))
    today = start + timedelta(days=at)
    light = clocks.light(day, today, lead)
    assert (light is Light.RED) == (today > day)
    if light is Light.YELLOW:
        assert clocks.warns_on(day, lead) <= today or day <= clocks.turns_yellow_until(today, lead)
    order = [Light.GREEN, Light.YELLOW, Light.RED]
    tomorrow = clocks.light(day, today + timedelta(days=1), lead)
    assert order.index(tomorrow) >= order.index(light)


def test_settled_and_paused_lights():
    day = date(2026, 3, 2)
    assert clocks.light(None, day, 3) is Light.PAUSED
    assert clocks.light(day, day, 3, met_on=day) is Light.DONE
    assert clocks.light(day, day, 3, met_on=day + timedelta(days=1)) is Light.LATE


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({"days": 5, "most": 0}, "no_extension"),
        ({"days": 31}, "too_long"),
        ({"days": 0}, "too_long"),
        ({"asked_before": True}, "extended"),
        ({"due_on": None}, "paused"),
        ({"today": date(2026, 3, 3)}, "too_late"),
    ],
)
def test_an_extension_is_refused(given_, code):
    ask = {
        "days": 10,
        "most": 30,
        "due_on": date(2026, 3, 2),
        "today": date(2026, 3, 2),
        "asked_before": False,
        **given_,
    }
    with pytest.raises(Refusal) as refused:
        clocks.check_extension(**ask)
    assert refused.value.code == code
    clocks.check_extension(10, 30, date(2026, 3, 2), date(2026, 3, 2), asked_before=False)


@pytest.mark.parametrize("secrecy", ["named", "confidential", "anonymous"])
def test_the_unit_complained_of_sees_nothing_at_any_level(secrecy):
    for disclosed in (False, True):
        sight = confidentiality.sight(secrecy, Relation.RESPONDENT, disclosed=disclosed)
        assert sight == confidentiality.NOTHING


@pytest.mark.parametrize(
    ("secrecy", "relation", "name", "reveal"),
    [
        ("named", Relation.HANDLER, Shown.MASKED, True),
        ("named", Relation.SUPERIOR, Shown.MASKED, True),
        ("named", Relation.OWN, Shown.FULL, False),
        ("named", Relation.JOINT, Shown.HIDDEN, False),
        ("named", Relation.NONE, Shown.HIDDEN, False),
        ("confidential", Relation.HANDLER, Shown.HIDDEN, True),
        ("confidential", Relation.SUPERIOR, Shown.HIDDEN, True),
        ("confidential", Relation.JOINT, Shown.HIDDEN, False),
        ("confidential", Relation.NONE, Shown.HIDDEN, False),
        ("anonymous", Relation.HANDLER, Shown.HIDDEN, False),
        ("anonymous", Relation.OWN, Shown.HIDDEN, False),
    ],
)
def test_the_matrix(secrecy, relation, name, reveal):
    sight = confidentiality.sight(secrecy, relation)
    assert (sight.name, sight.reveal) == (name, reveal)
    assert sight.case == (relation in {Relation.OWN, Relation.HANDLER, Relation.SUPERIOR})


def test_only_named_complainants_are_disclosed_to_joint_units():
    told = confidentiality.sight("named", Relation.JOINT, disclosed=True)
    assert told.name is Shown.MASKED
    anonymous = confidentiality.sight("anonymous", Relation.JOINT, disclosed=True)
    assert anonymous.name is Shown.HIDDEN


@given(st.booleans(), st.booleans(), st.booleans())
def test_being_of_the_unit_outweighs_every_role(at_desk, above, joint):
    found = confidentiality.relation_of(
        own=False, in_respondent=True, at_desk=at_desk, above_desk=above, joint=joint
    )
    assert found is Relation.RESPONDENT


def test_what_names_somebody_is_cut_out_and_found():
    text = "我叫 赵明义，电话 138 0551 0000，身份证340104199005170013，厂里欠薪。"
    cut = confidentiality.redact(text, ["赵明义"])
    assert "赵明义" not in cut and "0551" not in cut and "340104" not in cut and "欠薪" in cut
    assert confidentiality.leaks("请找赵 明 义核实", ["赵明义"])
    assert confidentiality.leaks("电话13805510000", [])
    assert not confidentiality.leaks("2026年3月起欠薪1200000元", ["赵明义"])
    with pytest.raises(Refusal) as refused:
        confidentiality.check_for_others("赵明义反映", ["赵明义"])
    assert refused.value.code == "leak"


def test_a_case_is_kept_as_its_strictest_complaint():
    assert confidentiality.strictest(["named", "anonymous", "confidential"]) == "anonymous"
    assert confidentiality.strictest([]) == "named"


ids = st.lists(st.integers(1, 50), min_size=1, max_size=6, unique=True)


@given(ids, st.sampled_from(list(routing.DEPTHS)), st.integers(1, 50))
def test_no_case_is_sent_to_the_unit_or_below_it(chain, level, respondent):
    place = routing.Place(tuple(chain))
    if respondent == chain[0]:
        with pytest.raises(Refusal):
            routing.target(place, level, respondent)
        return
    found = routing.target(place, level, respondent)
    assert found in chain
    above = chain[: chain.index(found) + 1]
    assert respondent not in above
    routing.check_target(routing.Place(tuple(above)), respondent)


def test_the_table_of_the_engine():
    def level(**values):
        asked = {"complaints": 1, "crisis": False, "difficulty": "common", **values}
        return routing.DISPATCH.decide(asked, on=date(2026, 11, 1)).outcome["level"]

    assert level() == "county"
    assert level(difficulty="hard") == "city"
    assert level(complaints=30) == "city"
    assert level(crisis=True) == "province"
    assert level(difficulty="complex", complaints=30) == "province"


KEY = b"k" * 32
ELEVEN = "华阳机械公司从三月起不发加班工资，每天加班到晚上九点，找厂长也不给答复"


def test_like_texts_meet_and_unlike_ones_do_not():
    one = fingerprint.marks(ELEVEN, KEY)
    near = fingerprint.marks(f"您好，{ELEVEN}。请工会帮帮我们", KEY)
    far = fingerprint.marks("想咨询一下今年职工疗休养怎么报名，需要带什么材料", KEY)
    assert fingerprint.shared(one, one) == 1
    assert fingerprint.shared(one, near) > 0.6
    assert fingerprint.shared(one, far) < 0.2
    assert set(fingerprint.bands(one)) & set(fingerprint.bands(near))
    assert not set(fingerprint.bands(one)) & set(fingerprint.bands(far))
    assert fingerprint.marks(ELEVEN, b"x" * 32) != one


def sign(pk, **facts):
    return collective.Sign(
        **{
            "case_id": pk,
            "respondent": "华阳机械",
            "category": "pay",
            "received_on": date(2026, 3, 2),
            "marks": fingerprint.marks(ELEVEN, KEY),
            **facts,
        }
    )


def test_likeness_is_explained():
    found = collective.likeness(sign(1), sign(2, received_on=date(2026, 3, 5)))
    assert found.score >= 90 and "被反映单位相同" in found.because and not found.same_person
    again = collective.likeness(sign(1, person_id=7), sign(2, person_id=7))
    assert again.same_person and again.score == 100
    other = collective.likeness(sign(1), sign(2, respondent="另一家", category="safety", marks=()))
    assert other.score < 60


@pytest.mark.parametrize(
    ("kinds", "settled", "code"),
    [
        (["a"], [], "alone"),
        (["a", "b"], ["received"], "kinds"),
        (["a", "a"], ["closed"], "settled"),
    ],
)
def test_joining_is_refused(kinds, settled, code):
    with pytest.raises(Refusal) as refused:
        collective.check_join(1, kinds, settled, phases.ALLOWED["join"])
    assert refused.value.code == code


settled = st.lists(
    st.builds(
        sampling.Settled,
        st.integers(1, 10_000),
        st.booleans(),
        st.one_of(st.none(), st.floats(1, 5)),
    ),
    max_size=80,
    unique_by=lambda case: case.case_id,
)


@given(settled, st.integers(1, 100), st.randoms())
def test_a_draw_can_be_repeated_and_leaves_out_no_bad_one(cases, percent, shuffler):
    drawn = sampling.draw(cases, percent, "seed")
    mixed = list(cases)
    shuffler.shuffle(mixed)
    assert sampling.draw(mixed, percent, "seed") == drawn
    chosen = {pk for pk, _ in drawn}
    assert len(chosen) == len(drawn)
    for case in cases:
        if case.late or (case.score is not None and case.score <= 2):
            assert case.case_id in chosen


def test_other_seeds_draw_others():
    cases = [sampling.Settled(pk, False, None) for pk in range(200)]
    assert sampling.draw(cases, 10, "a") != sampling.draw(cases, 10, "b")
    assert len(sampling.draw(cases, 10, "a")) == 20


def test_points():
    full = {code: most for code, (_, most) in sampling.CRITERIA.items()}
    assert sampling.total(full) == 100 and sampling.passes(full)
    assert not sampling.passes({**full, "secrecy": 14})
    with pytest.raises(Refusal):
        sampling.total({**full, "time": 21})
    with pytest.raises(Refusal):
        sampling.total({})


@given(st.randoms(use_true_random=False))
def test_codes_are_read_as_they_are_written(source):
    code = codes.code_of(source.randbytes(64))
    assert codes.read(f" {code.lower()} ") == code.replace("-", "")


@pytest.mark.parametrize("text", ["", "ABCD", "0123-4567-89AB", "K7QX-9M2P-4TRI"])
def test_other_codes_are_refused(text):
    with pytest.raises(Refusal):
        codes.read(text)


def test_every_phase_takes_only_its_verbs():
    for verb, allowed in phases.ALLOWED.items():
        for phase in phases.WORDS:
            if phase in allowed:
                phases.check(verb, phase)
            else:
                with pytest.raises(Conflict):
                    phases.check(verb, phase)
    assert all(
        not set(allowed) & {"declined", "merged", "withdrawn"}
        for allowed in phases.ALLOWED.values()
    )


def test_reopening_has_its_time_and_its_number():
    phases.check_reopen(30, 30, 1, 3)
    with pytest.raises(Refusal):
        phases.check_reopen(31, 30, 1, 3)
    with pytest.raises(Refusal):
        phases.check_reopen(1, 30, 3, 3)
