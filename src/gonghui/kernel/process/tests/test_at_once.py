"""Two clicking at once, and a process killed between the signature and the next step."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from gonghui.kernel.base.errors import Conflict
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.process import cases, jobs, work
from gonghui.kernel.process.models import CaseEvent, ItemState, WorkItem
from gonghui.kernel.process.tests import flows
from gonghui.kernel.process.tests.conftest import Office
from gonghui.kernel.process.tests.flows import effect, line
from gonghui.kernel.process.tests.flows import work as task
from gonghui.kernel.testing import world as world_module

pytestmark = pytest.mark.django_db(transaction=True)
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def office() -> Office:
    with transaction.atomic():
        world = world_module.build()
        from gonghui.kernel.access.roles import HANDLER

        flows.DONE.clear()
        return Office(world, world.actor("发起人", (HANDLER, world.factory)))


def both(*functions: Callable[[], Any]) -> list[Any]:
    """Run functions at the same time; what each returned or raised."""
    gate = threading.Barrier(len(functions))
    found: list[Any] = [None] * len(functions)

    def run(place: int) -> None:
        gate.wait()
        try:
            found[place] = functions[place]()
        except Exception as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def begun(office: Office, xml: str) -> Any:
    with transaction.atomic():
        return office.start(xml)


def signed(case: Any) -> int:
    return CaseEvent.objects.filter(case=case, kind="decided").count()


def test_of_two_who_click_at_once_one_signs(office: Office) -> None:
    one, two = office.approvers(2, office.world.factory)
    case = begun(office, line(task("check"), effect("save", "approve"), task("next")))
    item = office.only(case)
    found = both(
        lambda: work.decide(item, by=one, choice="agree"),
        lambda: work.decide(item, by=two, choice="agree"),
    )
    lost = [answer for answer in found if isinstance(answer, Conflict)]
    assert len(lost) == 1 and "由" in lost[0].message, found
    assert signed(case) == 1 and len(flows.DONE) == 1
    assert len(office.open(case, "next")) == 1


def test_the_last_two_of_a_countersigning_at_once_go_on_once(office: Office) -> None:
    one, two = office.approvers(2, office.world.factory)
    case = begun(office, line(task("check", mode="all"), effect("save", "approve"), task("next")))
    mine, other = office.open(case)
    found = both(
        lambda: work.decide(mine, by=one, choice="agree"),
        lambda: work.decide(other, by=two, choice="agree"),
    )
    assert [isinstance(answer, WorkItem) for answer in found] == [True, True], found
    assert signed(case) == 2 and len(flows.DONE) == 1
    assert len(office.open(case, "next")) == 1


def test_signing_and_sending_back_at_once_is_one_of_them(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    case = begun(office, line(task("check"), task("sign"), task("next")))
    with transaction.atomic():
        work.decide(office.only(case), by=boss, choice="agree")
    item = office.only(case)
    found = both(
        lambda: work.decide(item, by=boss, choice="agree"),
        lambda: work.send_back(item, by=boss, to="check", reason="再看"),
        lambda: cases.withdraw(case, by=office.starter, reason="不办了"),
    )
    case.refresh_from_db()
    won = [answer for answer in found if not isinstance(answer, Exception)]
    assert all(isinstance(answer, Conflict) for answer in found if answer not in won), found
    assert len(office.open(case)) == (0 if case.state == "withdrawn" else 1)


def killed_after(writes: int, what: Callable[[], Any]) -> bool:
    """Run in a child that kills itself with SIGKILL after so many writes; whether it was killed."""
    child = os.fork()
    if child == 0:
        # The parent's connection is the parent's; this one makes its own and never closes that.
        inherited = connection.connection
        connection.connection = None
        count = 0

        def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal count
            found = execute(sql, params, many, context)
            count += sql.lstrip().startswith(WRITES)
            if count == writes:
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        try:
            with connection.execute_wrapper(counted):
                what()
        finally:
            os._exit(0 if inherited is not None else 1)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_killed_anywhere_between_signature_and_next_step_it_is_as_never_begun(
    office: Office,
) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    case = begun(office, line(task("check"), effect("save", "approve"), task("next", deadline="3")))
    item = office.only(case)
    before = case.engine
    kills = 0
    while killed_after(kills + 1, lambda: work.decide(item, by=boss, choice="agree")):
        kills += 1
        item.refresh_from_db()
        case.refresh_from_db()
        assert (item.state, case.engine, signed(case)) == (ItemState.OPEN, before, 0)
        assert Todo.objects.filter(done_at=None).count() == 1
        assert not office.open(case, "next") and not case.timers.exists()
    assert kills >= 8, "the signature, the effect's line, the next item and its to-do were written"
    # The child that was left alone did it all; doing it again finds it done.
    item.refresh_from_db()
    assert item.state == ItemState.DONE and signed(case) == 1
    assert len(office.open(case, "next")) == 1 and case.timers.count() == 2
    with pytest.raises(Conflict):
        work.decide(item, by=boss, choice="agree")


def test_a_sweep_killed_anywhere_does_its_work_once(office: Office) -> None:
    from datetime import timedelta

    from django.utils import timezone

    office.approvers(1, office.world.factory)
    with transaction.atomic():
        xml = line(
            flows.node("intermediateCatchEvent", "wait", flows.timer("PT1H")),
            effect("save", "approve"),
            task("next"),
        )
        case = office.start(xml)
    now = timezone.now() + timedelta(hours=2)
    kills = 0
    while killed_after(kills + 1, lambda: jobs.sweep_case(case.pk, now)):
        kills += 1
        assert case.timers.count() == 1 and not office.open(case)
    assert kills >= 5
    assert not case.timers.exists() and len(office.open(case, "next")) == 1
    assert not jobs.sweep_case(case.pk, now)
    assert CaseEvent.objects.filter(case=case, kind="effect").count() == 1


def test_two_sweeps_at_once_share_the_work(office: Office) -> None:
    from datetime import timedelta

    from django.utils import timezone

    office.approvers(1, office.world.factory)
    with transaction.atomic():
        case = office.start(
            line(flows.node("intermediateCatchEvent", "wait", flows.timer("PT1H")), task("next"))
        )
    now = timezone.now() + timedelta(hours=2)
    found = both(*[lambda: jobs.sweep_case(case.pk, now)] * 3)
    assert sorted(found) == [False, False, True]
    assert len(office.open(case, "next")) == 1
