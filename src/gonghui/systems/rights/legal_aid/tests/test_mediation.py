"""Mediation: consent, avoidance, agreement, the ways open after it and after a failure."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from gonghui.engines.casework.models import Answer, Case
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.systems.rights.legal_aid.actions import mediation, people
from gonghui.systems.rights.legal_aid.jobs.reminding import remind
from gonghui.systems.rights.legal_aid.models import Mediation
from gonghui.systems.rights.legal_aid.queries import mediation as queries
from gonghui.systems.rights.legal_aid.rules import mediation as rules
from gonghui.systems.rights.legal_aid.tests import makers
from gonghui.systems.rights.legal_aid.views import layouts

pytestmark = pytest.mark.django_db


def case_of(row):
    return Case.objects.unscoped("test").get(pk=row.case_id)


def answer_of(row):
    return Answer.objects.get(intake__case_id=row.case_id).text.reveal()


def test_without_consent_there_is_no_mediation(world):
    row = makers.asked_mediation(world, world.factory)
    by = makers.handler(world, row.union)
    row = mediation.take_in(row, by=by)
    assert row.state == "inviting"
    row = mediation.answer(row, by=by, agrees=False, answered_on=timezone.localdate())
    assert row.state == "failed" and "仲裁" in answer_of(row)


def test_a_mediator_with_a_tie_steps_back(world):
    row = makers.sitting(world, world.factory)
    by = makers.handler(world, row.union)
    other = makers.person(world, row.union, "mediator", name="盛晓兰")
    other = people.declare(other, by=by, kind="employer", name=makers.EMPLOYER)
    with pytest.raises(Refusal):
        mediation.appoint(row, by=by, mediator=other.pk, reason="当事人申请回避")
    free = makers.person(world, row.union, "mediator", name="洪立新")
    with pytest.raises(Refusal):
        mediation.appoint(row, by=by, mediator=free.pk)
    row = mediation.appoint(row, by=by, mediator=free.pk, reason="当事人申请回避")
    assert row.mediator_id == free.pk


def test_an_agreement_starts_the_clock_of_confirmation(world):
    row = makers.signed(world, world.factory)
    case = case_of(row)
    clocks = {clock.code: clock for clock in case.clocks.all()}
    assert clocks["mediate"].met_on == row.effective_on
    assert clocks["confirm"].days == 30 and case.due_on == clocks["confirm"].due_on
    assert [hint.title for hint in queries.hints(row)] == [
        "申请司法确认",
        "申请仲裁审查",
        "申请支付令",
    ]
    row = mediation.confirm(
        row,
        by=makers.handler(world, row.union),
        way="court",
        confirmed_on=row.effective_on,
        number="（2026）皖0104民特1号",
    )
    assert case_of(row).clocks.get(code="confirm").met_on == row.effective_on


def test_no_agreement_before_a_sitting(world):
    row = makers.sitting(world, world.factory)
    with pytest.raises(Refusal):
        mediation.agree(
            row,
            by=makers.handler(world, row.union),
            terms="支付经济补偿八千元整。",
            perform_by=timezone.localdate(),
        )


def test_performance_is_followed_up_and_a_breach_shows_the_ways(world):
    row = makers.signed(world, world.factory, perform_by=timezone.localdate())
    assert remind() == 1 and remind() == 0
    row = Mediation.objects.unscoped("test").get(pk=row.pk)
    row = mediation.perform(
        row,
        by=makers.handler(world, row.union),
        extent="partly",
        checked_on=timezone.localdate(),
    )
    assert row.state == "broken" and "支付令" in answer_of(row)
    with pytest.raises(Conflict):
        mediation.fail(row, by=makers.handler(world, row.union), failure="left")


def test_signing_days_lie_between_draft_and_today(world):
    row = makers.drafted(world, world.factory)
    today = timezone.localdate()
    with pytest.raises(Refusal):
        mediation.sign(
            row,
            by=makers.handler(world, row.union),
            applicant_on=today - timedelta(days=1),
            employer_on=today,
        )


def test_a_sitting_lies_after_the_application(world):
    row = makers.sitting(world, world.factory)
    with pytest.raises(Refusal) as told:
        mediation.sit(
            row,
            by=makers.handler(world, row.union),
            at=timezone.make_aware(datetime(1, 1, 1)),
            place="调解室",
            minutes="双方陈述意见",
        )
    assert told.value.field == "at"


def test_ways_that_have_ended_are_not_offered(world):
    row = makers.signed(world, world.factory)
    row.effective_on = timezone.localdate() - timedelta(days=20)
    assert [hint.title for hint in queries.hints(row)] == ["申请司法确认", "申请支付令"]
    row.effective_on = timezone.localdate() - timedelta(days=90)
    assert [hint.title for hint in queries.hints(row)] == ["申请支付令"]
    row.state = "performed"
    assert queries.hints(row) == []


def test_a_confirmed_agreement_that_is_broken_is_enforced(world):
    row = makers.signed(world, world.factory)
    by, today = makers.handler(world, row.union), timezone.localdate()
    row = mediation.confirm(row, by=by, way="court", confirmed_on=today, number="民特1号")
    row = mediation.perform(row, by=by, extent="none", checked_on=today)
    assert [hint.title for hint in queries.hints(row)] == ["申请强制执行"]


def test_an_agreement_to_perform_interrupts_the_limitation(world):
    row = makers.signed(world, world.factory)
    received = timezone.localdate(row.case.received_at)
    row.known_on, row.effective_on = received, received + timedelta(days=12)
    assert queries.limitation(row).until == rules.years_after(row.effective_on, 1)


def test_the_notice_to_both_says_nothing_of_the_limitation(world):
    row = makers.sitting(world, world.factory, details={"知道权利被侵害之日": "2019-05-06"})
    row = mediation.fail(row, by=makers.handler(world, row.union), failure="left")
    assert "届满" in answer_of(row)
    printed = str(layouts.failure(row))
    assert "申请仲裁" in printed and "届满" not in printed and "时效" not in printed
