"""What comes due: waits, reminders, escalation; and only that is touched."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER
from gonghui.kernel.base.errors import Conflict
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.process import cases, jobs, work
from gonghui.kernel.process.tests.conftest import Office
from gonghui.kernel.process.tests.flows import arrows, diagram, effect, line, node, timer
from gonghui.kernel.process.tests.flows import work as task
from gonghui.kernel.process.timing import due_of


def at(due: datetime | None, **later: int) -> datetime:
    assert due is not None
    return due + timedelta(**later)


def test_a_wait_ends_when_it_is_due_and_not_before(office: Office) -> None:
    office.approvers(1, office.world.factory)
    case = office.start(line(node("intermediateCatchEvent", "wait", timer("PT2H")), task("next")))
    due = case.timers.get().due_at
    assert not jobs.sweep_case(case.pk, at(due, seconds=-1))
    assert jobs.sweep_case(case.pk, at(due))
    assert office.at(case) == ["next"]


def test_a_time_beside_a_task_takes_it_from_its_signer(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    xml = diagram(
        node("startEvent", "start"),
        task("ask"),
        node("boundaryEvent", "late", timer("P3D"), attachedToRef="ask"),
        task("instead"),
        node("endEvent", "end"),
        arrows("start>ask", "ask>end", "late>instead", "instead>end"),
    )
    case = office.start(xml)
    item = office.only(case)
    assert jobs.sweep_case(case.pk, at(case.timers.get().due_at))
    assert office.at(case) == ["instead"] and not case.timers.exists()
    with pytest.raises(Conflict):
        work.decide(item, by=boss, choice="agree")
    signed = office.start()
    work.decide(office.only(signed), by=boss, choice="agree")
    assert not signed.timers.exists() and not office.at(signed)


def test_a_term_is_reminded_of_then_reported_above_who_may_then_sign(office: Office) -> None:
    office.approvers(1, office.world.factory)
    above = office.person("镇审批人", (APPROVER, office.world.jinggang))
    case = office.start(line(task("check", deadline="3")))
    item = office.only(case)
    remind, overdue = case.timers.order_by("due_at")
    today = timezone.localdate()
    assert timezone.localdate(remind.due_at) == add_workdays(add_workdays(today, 3), -1)
    assert jobs.sweep_case(case.pk, at(remind.due_at))
    assert Message.objects.filter(template="process.reminded").count() == 1
    assert jobs.sweep_case(case.pk, at(overdue.due_at))
    raised = Todo.objects.get(kind="process.escalated", done_at=None)
    assert raised.union_id == office.world.jinggang.pk
    assert Message.objects.filter(template="process.overdue").count() == 2
    assert "已同时报合肥市蜀山区井岗镇总工会" in cases.history(case).last().text or (
        office.world.jinggang.name in cases.history(case).last().text
    )
    item.refresh_from_db()
    work.decide(item, by=above, choice="agree")
    assert not Todo.objects.filter(done_at=None).exists()
    assert not case.timers.exists()


def test_a_step_refused_is_tried_again_later_and_said_once(office: Office) -> None:
    xml = line(node("intermediateCatchEvent", "wait", timer("PT1H")), effect("save", "refuse"))
    case = office.start(xml)
    now = at(case.timers.get().due_at)
    for _ in range(2):
        assert not jobs.sweep_case(case.pk, now)
        later = case.timers.get().due_at
        assert later is not None and later > now
        now = later
    stuck = cases.history(case).filter(kind="stuck")
    assert stuck.count() == 1 and "外部条件不具备" in stuck.get().opinion


def test_a_signed_step_is_not_reminded_of(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    case = office.start(line(task("check", deadline="3"), task("next")))
    work.decide(office.only(case), by=boss, choice="agree")
    assert not case.timers.exists()


def test_a_sweep_reads_only_what_is_due(office: Office) -> None:
    office.approvers(1, office.world.factory)
    waiting = line(node("intermediateCatchEvent", "wait", timer("P30D")), task("next"))
    for _ in range(3):
        office.start(waiting)
        waiting = ""
    with CaptureQueriesContext(connection) as found:
        assert not jobs.sweep()
    assert len(found) == 1


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("PT2H", datetime(2026, 9, 30, 12)),
        ("P3D", datetime(2026, 10, 3, 10)),
        ("P1DT30M", datetime(2026, 10, 1, 10, 30)),
        # The National Day holiday of 2026 lies between.
        ("1", datetime(2026, 10, 8, 23, 59, 59)),
    ],
)
def test_durations(detail: str, expected: datetime) -> None:
    zone = timezone.get_default_timezone()
    begun = datetime(2026, 9, 30, 10, tzinfo=zone)
    assert due_of(detail, begun) == expected.replace(tzinfo=zone)


@pytest.mark.parametrize("detail", ["", "P", "PT", "soon", "P1Y", "-1", "１", "P9999D"])
def test_what_is_no_duration(detail: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        due_of(detail, timezone.now())
