"""Rules of aid, mediation and supervision, by table and at their bounds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.systems.rights.legal_aid.rules import (
    aid,
    conflicts,
    mediation,
    registers,
    supervision,
)
from gonghui.systems.rights.legal_aid.rules.matters import LAWS, MATTERS
from gonghui.systems.rights.legal_aid.rules.subsidy import subsidy

DAYS = st.dates(date(2008, 1, 1), date(2040, 12, 31))
YUAN = st.decimals(0, 100_000, places=2)
LINE = Decimal("1800")
TABLE = [
    ["advice", 100, 0, 0, 200],
    ["litigation", 2000, 300, 200, 5000],
]


def test_every_matter_has_its_clause():
    assert set(LAWS) == set(MATTERS)


@pytest.mark.parametrize("matter", ["pay", "injury"])
def test_migrant_wage_and_injury_cases_need_no_means_test(matter):
    found = aid.eligibility("migrant", matter, Decimal("99999"), LINE)
    assert found.met and found.means == aid.EXEMPT
    assert aid.eligibility("worker", matter, Decimal("99999"), LINE).met is False
    assert aid.eligibility("migrant", "hours", Decimal("99999"), LINE).met is False


@given(income=YUAN)
def test_the_line_itself_is_within_it(income):
    found = aid.eligibility("worker", "pay", income, LINE)
    assert found.met is (income <= LINE)
    assert aid.eligibility("worker", "pay", income, LINE, gravely=True).met


def test_scope_of_union_matters():
    assert aid.eligibility("cadre", "union", None, LINE).means == aid.EXEMPT
    assert aid.eligibility("body", "other", None, LINE).met
    assert aid.eligibility("worker", "union", Decimal(1), LINE).met is False
    assert aid.eligibility("cadre", "pay", None, LINE).met is None


def test_grounds_carry_a_proposal_or_not():
    unknown = aid.eligibility("worker", "pay", None, LINE)
    over = aid.eligibility("worker", "pay", Decimal(5000), LINE)
    good = aid.eligibility("worker", "pay", LINE, LINE)
    for found, lacking in ((unknown, ()), (over, ()), (good, ["身份证明"])):
        with pytest.raises(Refusal):
            aid.check_grounds(True, found, lacking)
        aid.check_grounds(False, found, lacking)
    aid.check_grounds(True, good, ())


def test_materials_differ_by_means_and_agent():
    exempt = aid.eligibility("migrant", "pay", None, LINE)
    seen = {"id", "relation", "claim"}
    assert aid.lacking_materials(seen, exempt) == []
    assert aid.lacking_materials(seen, exempt, by_agent=True) == ["代为申请的授权委托书"]
    tested = aid.eligibility("worker", "pay", LINE, LINE)
    assert aid.lacking_materials(seen, tested) == ["家庭经济状况证明"]


@pytest.mark.parametrize(
    ("rules", "verb"),
    [(module, verb) for module in (aid, mediation, supervision) for verb in module.ALLOWED],
)
def test_verbs_are_bound_to_states(rules, verb):
    for state in rules.STATES:
        if state in rules.ALLOWED[verb]:
            rules.check_state(verb, state)
        else:
            with pytest.raises(Conflict):
                rules.check_state(verb, state)


@pytest.mark.parametrize("rules", [aid, mediation, supervision])
def test_finished_is_finished(rules):
    for states in rules.ALLOWED.values():
        assert not set(states) & set(rules.FINISHED)


def test_results_go_with_their_amount():
    aid.check_result("won", None, Decimal(10))
    for result, amount in (("lost", 1), ("advised", 1), ("won", -1), ("none", 0)):
        with pytest.raises(Refusal):
            aid.check_result(result, None, Decimal(amount))


@given(there=st.sets(st.sampled_from([paper.code for paper in aid.ORDER])))
def test_a_file_keeps_its_order_and_needs_what_every_file_has(there):
    lines = aid.file_of(there)
    order = [paper.code for paper in aid.ORDER]
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    places = [order.index(line.paper.code) for line in lines]
    assert places == sorted(places)
    whole = all(paper.code in there for paper in aid.ORDER if paper.always)
    if whole:
        assert all(line.there for line in aid.check_file(there))
    else:
        with pytest.raises(Refusal, match="还缺少"):
            aid.check_file(there)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("安徽徽泰智能装备有限公司", "安徽徽泰智能装备（有限公司）", True),
        ("安徽徽泰智能装备有限公司", "徽泰智能装备", True),
        ("甲公司", "乙公司", False),
        ("王强", "王强", True),
        ("王强", "王强生物科技有限公司", False),
        ("", "王强", False),
    ],
)
def test_names_are_compared_by_what_tells_them_apart(one, other, alike):
    assert conflicts.same(one, other) is alike


@given(until=DAYS, cooling=st.integers(0, 60), after=st.integers(0, 3000))
def test_a_tie_counts_to_its_last_day(until, cooling, after):
    tie = conflicts.Tie("client", "某公司", until)
    last = conflicts.months_after(until, cooling)
    assert conflicts.counts(tie, last, cooling)
    assert not conflicts.counts(tie, last + timedelta(days=1 + after), cooling)
    assert conflicts.counts(conflicts.Tie("client", "某公司"), date.max, cooling)


def test_conflicts_name_no_name():
    ties = [conflicts.Tie("relative", "赵明义"), conflicts.Tie("employer", "合肥某某制造有限公司")]
    parties = [("对方当事人", "合肥某某制造有限公司"), ("申请人", "赵明义"), ("第三人", "")]
    words = conflicts.found(ties, parties, date(2026, 11, 23), 24)
    assert words == ["申请人是其申报的近亲属", "对方当事人是其申报的任职单位"]
    with pytest.raises(Refusal) as told:
        conflicts.check(words)
    assert "赵明义" not in str(told.value)
    conflicts.check([])


@given(hearings=st.integers(0, 20), people=st.integers(1, 60))
def test_a_subsidy_is_the_sum_of_its_lines_up_to_its_bound(hearings, people):
    found = subsidy("litigation", hearings, people, TABLE)
    summed = sum(amount for _, amount in found.lines)
    assert found.total == min(summed, Decimal(5000))
    assert found.capped is (summed > 5000)
    assert found.total >= 2000


def test_first_hearing_and_first_person_are_in_the_base():
    assert subsidy("litigation", 1, 1, TABLE).total == 2000
    assert subsidy("litigation", 2, 1, TABLE).total == 2300
    assert subsidy("advice", 3, 3, TABLE).total == 100
    with pytest.raises(Refusal):
        subsidy("mediation", 0, 1, TABLE)


@given(day=DAYS, days=st.integers(1, 60))
def test_terms_begin_the_day_after(day, days):
    assert (mediation.last_day(day, days) - day).days == days


def test_the_later_signature_takes_effect():
    drafted, today = date(2026, 11, 2), date(2026, 11, 20)
    assert mediation.check_signatures(drafted, date(2026, 11, 3), date(2026, 11, 5), today) == date(
        2026, 11, 5
    )
    for one, other in ((date(2026, 11, 1), today), (drafted, today + timedelta(days=1))):
        with pytest.raises(Refusal):
            mediation.check_signatures(drafted, one, other, today)


@given(known=DAYS)
def test_limitation_is_a_year_and_over_the_day_after(known):
    found = mediation.limitation(known, 1)
    assert found.until == mediation.years_after(known, 1)
    assert not found.over(found.until)
    assert found.over(found.until + timedelta(days=1))


@given(known=DAYS, shift=st.integers(0, 800))
def test_only_an_interruption_within_the_term_counts(known, shift):
    day = known + timedelta(days=shift)
    first = mediation.limitation(known, 1)
    found = mediation.limitation(known, 1, interrupted=[day])
    inside = day <= first.until
    assert found.until == (mediation.years_after(day, 1) if inside else first.until)


def test_arrears_of_pay_wait_for_the_end_of_employment():
    known = date(2024, 2, 29)
    assert mediation.limitation(known, 1, matter="pay", employed=True).until is None
    left = mediation.limitation(known, 1, matter="pay", left_on=date(2026, 1, 31))
    assert left.until == date(2027, 1, 31)
    assert mediation.limitation(known, 1, matter="injury", employed=True).until == date(2025, 2, 28)
    assert "届满" in mediation.after_failure(mediation.limitation(known, 1), date(2026, 1, 1)).text


def test_after_an_agreement_the_ways_have_their_terms():
    hints = mediation.after_agreement(date(2026, 11, 1), "pay", 30, 15)
    assert [hint.until for hint in hints] == [date(2026, 12, 1), date(2026, 11, 16), None]
    assert len(mediation.after_agreement(date(2026, 11, 1), "hours", 30, 15)) == 2


def test_letters_follow_one_another():
    sent = supervision.Sent
    check = supervision.check_next
    check("tip", [], violation=False)
    check("opinion", [sent("tip", True)], violation=True)
    check("proposal", [sent("opinion", True, overdue=True)], violation=True)
    check("proposal", [sent("opinion", True, replied=True, corrected=False)], violation=True)
    refused = [
        ("opinion", [], False),
        ("proposal", [], True),
        ("proposal", [sent("tip", True, overdue=True)], True),
        ("proposal", [sent("opinion", True, replied=True, corrected=True)], True),
        ("tip", [sent("opinion", True)], True),
        ("opinion", [sent("tip", False)], True),
        ("memo", [], True),
    ]
    for kind, before, violation in refused:
        with pytest.raises(Refusal):
            check(kind, before, violation=violation)


@given(due=DAYS, late=st.integers(-30, 30))
def test_a_reply_is_late_the_day_after(due, late):
    day = due + timedelta(days=late)
    assert supervision.overdue(due, None, day) is (late > 0)
    assert supervision.overdue(due, day, date.max) is (late > 0)
    assert not supervision.overdue(None, None, day)


@pytest.mark.parametrize("kind", list(supervision.LETTERS))
def test_letters_name_the_unit_and_the_clause(kind):
    words = "".join(supervision.wording(kind, "某公司", "pay", "拖欠工资三个月", 15))
    assert "劳动合同法" in words and "拖欠工资三个月" in words


@given(checked=DAYS, months=st.integers(1, 36))
def test_the_yearly_examination_counts_to_its_last_day(checked, months):
    standing = registers.Standing("active", None, checked, (), 0, 0)
    last = conflicts.months_after(checked, months)
    assert registers.unfit(standing, last, check_months=months) == []
    assert registers.unfit(standing, last + timedelta(days=1), check_months=months)


def test_everything_against_somebody_is_said_at_once():
    day = date(2026, 11, 23)
    standing = registers.Standing("suspended", day - timedelta(days=1), None, ("injury",), 5, 5)
    assert len(registers.unfit(standing, day, matter="pay", check_months=15)) == 5
    with pytest.raises(Refusal):
        registers.check_fit(standing, day, matter="pay", check_months=15, field="lawyer")
    with pytest.raises(Refusal):
        registers.check_days(day, day - timedelta(days=1))
    supervision.check_team(2, 2)
    with pytest.raises(Refusal):
        supervision.check_team(1, 2)
