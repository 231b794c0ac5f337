from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.codes import parameters
from gonghui.kernel.codes.memory import MEMORY, Period, shipped_periods
from gonghui.kernel.codes.models import Revision, RuleParameter
from gonghui.kernel.codes.parameters import (
    BASIC_TERM_YEARS,
    COMMITTEE_MIN_MEMBERS,
    MIN_AGE,
    PARAMETERS,
    NoParameter,
    Parameter,
    parameter,
)
from gonghui.kernel.codes.writing import load, set_parameter

DAY = date(2026, 11, 22)


@pytest.fixture
def memory():
    yield MEMORY
    MEMORY.forget()


def change(value, valid_from, **more):
    facts = {"source_doc": "皖工办〔2026〕1号", "reason": "省总通知", "by_id": 7} | more
    return set_parameter(MIN_AGE, value, valid_from=valid_from, **facts)


def test_every_declared_parameter_has_a_value_today_and_the_other_way_round():
    for key, declared in PARAMETERS.items():
        assert declared.encode(declared.on(DAY)) is not None, key
    assert {key for key, _ in shipped_periods()} == set(PARAMETERS)


def test_shipped_values():
    assert MIN_AGE.on(DAY) == 16
    assert parameter("membership.min_age", DAY) == 16
    assert BASIC_TERM_YEARS.on(DAY) == [3, 5]
    assert COMMITTEE_MIN_MEMBERS.on(date(2010, 1, 1)) == 25


def test_no_value_on_that_day_is_refused_with_the_name_of_the_parameter():
    with pytest.raises(NoParameter) as refused:
        MIN_AGE.on(date(1990, 1, 1))
    assert "入会最低年龄" in str(refused.value)
    assert "1990-01-01" in str(refused.value)
    with pytest.raises(KeyError):
        parameter("no.such.key", DAY)


def test_a_period_includes_its_first_day_and_not_its_last():
    period = Period(1, date(2020, 1, 1), date(2021, 1, 1), "")
    days = (date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1))
    assert [period.holds(day) for day in days] == [False, True, True, False]


def test_declarations_are_checked():
    with pytest.raises(ValueError, match="twice"):
        Parameter("membership.min_age", "", "", int)
    with pytest.raises(ValueError, match="kind"):
        Parameter("x", "", "", float)


def test_values_keep_their_kind(monkeypatch):
    monkeypatch.setattr(parameters, "PARAMETERS", {})
    rate = Parameter("rate", "费率", "%", Decimal)
    assert rate.encode(Decimal("0.50")) == "0.50"
    assert rate.decode("0.50") == Decimal("0.50")
    for bad in (True, "many", "NaN"):
        with pytest.raises(Refusal):
            rate.encode(bad)
    for bad in (True, "16", 16.0, None):
        with pytest.raises(Refusal):
            MIN_AGE.encode(bad)


@pytest.mark.django_db(transaction=True)
def test_a_new_value_counts_from_its_day_and_keeps_the_past(memory):
    load()
    change(18, date(2027, 1, 1))
    assert MIN_AGE.on(date(2026, 12, 31)) == 16
    assert MIN_AGE.on(date(2027, 1, 1)) == 18
    rows = list(RuleParameter.objects.filter(key=MIN_AGE.key).order_by("valid_from"))
    assert [(row.valid_to, row.recorded_by_id) for row in rows] == [
        (date(2027, 1, 1), None),
        (None, 7),
    ]
    assert rows[1].reason == "省总通知"


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_value_never_counts(memory):
    load()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        change(18, date(2027, 1, 1))
        _ = 1 / 0
    assert MIN_AGE.on(date(2027, 1, 1)) == 16


@pytest.mark.django_db(transaction=True)
def test_a_union_may_have_its_own_value(memory):
    load()
    change(18, date(2026, 1, 1), scope_union_id=42)
    assert MIN_AGE.on(DAY, scope=(99, 42, 1)) == 18
    assert MIN_AGE.on(DAY, scope=(99, 1)) == 16
    assert MIN_AGE.on(date(2025, 12, 31), scope=(42,)) == 16


@pytest.mark.django_db
@pytest.mark.parametrize("day", [date(1995, 1, 1), date(1994, 12, 31)])
def test_the_recorded_past_is_not_rewritten(day):
    load()
    with pytest.raises(Refusal) as refused:
        change(18, day)
    assert refused.value.code == "parameter_overlap"
    assert RuleParameter.objects.filter(key=MIN_AGE.key).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["source_doc", "reason"])
def test_document_and_reason_are_demanded(missing):
    with pytest.raises(Refusal) as refused:
        change(18, date(2027, 1, 1), **{missing: " "})
    assert refused.value.field == missing


@pytest.mark.django_db
def test_the_database_refuses_overlapping_periods():
    load()
    facts = {"key": MIN_AGE.key, "value": 17, "source_doc": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleParameter.objects.create(valid_from=date(2026, 1, 1), **facts)
    RuleParameter.objects.create(valid_from=date(2026, 1, 1), scope_union_id=5, **facts)
    RuleParameter.objects.create(valid_from=date(1990, 1, 1), valid_to=date(1995, 1, 1), **facts)


@pytest.mark.django_db(transaction=True)
def test_another_process_sees_a_change_when_its_check_is_due(
    memory, settings, django_assert_num_queries
):
    load()
    settings.CODES_REFRESH_SECONDS = 3600
    RuleParameter.objects.filter(key=MIN_AGE.key).update(value=20)
    Revision.objects.update(token="another")
    MEMORY.expire()
    assert MIN_AGE.on(DAY) == 20
    RuleParameter.objects.filter(key=MIN_AGE.key).update(value=21)
    Revision.objects.update(token="a third")
    with django_assert_num_queries(0):
        assert MIN_AGE.on(DAY) == 20
    MEMORY.expire()
    assert MIN_AGE.on(DAY) == 21


@pytest.mark.django_db(transaction=True)
def test_a_broken_transaction_leaves_the_last_values(memory, settings):
    load()
    settings.CODES_REFRESH_SECONDS = 0
    with transaction.atomic():
        transaction.set_rollback(True)
        MEMORY.expire()
        assert MIN_AGE.on(DAY) == 16
