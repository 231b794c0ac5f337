"""Supervision: two supervisors, letters in order, delivery, replies, and no name to the unit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gonghui.engines.casework.models import Case, Clock
from gonghui.kernel.base.errors import Refusal
from gonghui.systems.rights.legal_aid.actions import supervision
from gonghui.systems.rights.legal_aid.jobs.reminding import remind
from gonghui.systems.rights.legal_aid.models import Letter, Watch
from gonghui.systems.rights.legal_aid.tests import makers
from gonghui.systems.rights.legal_aid.views import layouts

pytestmark = pytest.mark.django_db


def again(row):
    return Watch.objects.unscoped("test").select_related("case", "union").get(pk=row.pk)


def test_an_investigation_takes_two_supervisors(world):
    row = makers.clue(world, world.factory)
    by = makers.handler(world, row.union)
    row = supervision.take_in(row, by=by)
    one = makers.person(world, row.union, "supervisor")
    with pytest.raises(Refusal) as told:
        supervision.appoint(row, by=by, supervisors=[one.pk], plan="查工资表")
    assert told.value.code == "team"
    mediator = makers.person(world, row.union, "mediator")
    with pytest.raises(Refusal):
        supervision.appoint(row, by=by, supervisors=[one.pk, mediator.pk], plan="查工资表")


def test_a_letter_never_names_who_told(world):
    row = makers.found(world, world.factory)
    by = makers.handler(world, row.union)
    with pytest.raises(Refusal) as told:
        supervision.write(row, by=by, kind="opinion", text=f"{makers.NAME}反映贵单位超时加班")
    assert told.value.code == "leak"
    letter = supervision.write(row, by=by, kind="opinion")
    printed = str(layouts.letter(Letter.objects.select_related("watch__union").get(pk=letter.pk)))
    assert makers.NAME not in printed and "13805510000" not in printed
    assert makers.EMPLOYER in printed


def test_who_wrote_a_letter_does_not_sign_it(world):
    row = makers.written(world, world.factory)
    by = makers.approver(world, row.union)
    Letter.objects.filter(watch=row).update(author_id=by.user_id)
    with pytest.raises(Refusal):
        supervision.issue(row, by=by)
    letter = supervision.issue(row, by=makers.approver(world, row.union))
    assert "意见" in letter.number and again(row).state == "waiting"


def test_escalation_waits_for_the_reply_term(world):
    row = makers.delivered(world, world.factory)
    by = makers.handler(world, row.union)
    case = Case.objects.unscoped("test").get(pk=row.case_id)
    letter = row.letters.get()
    assert case.due_on == letter.reply_due_on
    with pytest.raises(Refusal):
        supervision.write(row, by=by, kind="proposal")
    late = timezone.localdate() - timedelta(days=1)
    Letter.objects.filter(pk=letter.pk).update(reply_due_on=late)
    assert remind() == 1 and remind() == 0
    supervision.write(row, by=by, kind="proposal", addressee="蜀山区人力资源和社会保障局")
    supervision.issue(row, by=makers.approver(world, row.union))
    assert again(row).state == "escalated"
    row = supervision.close(again(row), by=by, conclusion="已转劳动保障监察机构立案")
    assert row.state == "closed"


def test_a_reply_is_verified_before_it_is_closed(world):
    row = makers.delivered(world, world.factory)
    by = makers.handler(world, row.union)
    supervision.reply(row, by=by, replied_on=timezone.localdate(), text="已补发加班工资")
    assert again(row).state == "answered"
    row = supervision.verify(again(row), by=by, corrected=False, finding="只补发一半")
    assert row.state == "answered"
    supervision.write(again(row), by=by, kind="proposal")
    row = supervision.verify(
        again(row), by=by, corrected=True, finding="抽查二十人均已补发", recovered=5000
    )
    assert row.state == "corrected"
    assert supervision.close(again(row), by=by, conclusion="已整改").state == "closed"


def test_a_risk_without_violation_gets_a_tip_only(world):
    row = makers.found(world, world.factory, violation=False, risk=True)
    by = makers.handler(world, row.union)
    with pytest.raises(Refusal):
        supervision.write(row, by=by, kind="opinion")
    assert supervision.write(row, by=by, kind="tip").kind == "tip"


def test_a_second_letter_of_a_sort_has_a_clock_of_its_own(world):
    row = makers.delivered(world, world.factory)
    by = makers.handler(world, row.union)
    today = timezone.localdate()
    supervision.reply(row, by=by, replied_on=today, text="正在整改")
    supervision.write(again(row), by=by, kind="opinion", text="逾期未整改，再次提出意见。")
    supervision.issue(again(row), by=makers.approver(world, row.union))
    supervision.deliver(again(row), by=by, delivery="mail", delivered_on=today, receipt="邮件回执")
    clocks = Clock.objects.filter(case_id=row.case_id, code="reply_opinion").order_by("pk")
    assert [clock.met_on for clock in clocks] == [today, None]
    case = Case.objects.unscoped("test").get(pk=row.case_id)
    assert case.due_on == row.letters.order_by("-pk").first().reply_due_on
