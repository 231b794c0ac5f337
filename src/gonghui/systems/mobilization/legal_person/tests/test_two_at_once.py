"""Two at once: deciding one application, taking one sheet, asking the platform one question."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.testing import world as world_module
from gonghui.systems.mobilization.legal_person.actions import certificates, codes, examining
from gonghui.systems.mobilization.legal_person.jobs.codes import ask_next, outcome_of
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    Certificate,
    CodeRequest,
    Counter,
    LegalPerson,
    Sheet,
    UnionCode,
)
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.rules import procedures as rules
from gonghui.systems.mobilization.legal_person.tests import makers

pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls: Callable[[], object]) -> list[str]:
    """Each in a thread and a connection of its own, begun at once; "done" or what it was told."""
    start = threading.Barrier(len(calls))
    told: list[str] = []

    def run(call: Callable[[], object]) -> None:
        try:
            start.wait(10)
            call()
            told.append("done")
        except Refusal as refusal:
            told.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(told) == len(calls)
    return sorted(told, key=lambda text: text != "done")


def within(call: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        with transaction.atomic():
            raise_wall(Scope.everything())
            call()

    return run


def test_one_decision_and_one_sheet_each():
    with transaction.atomic():
        raise_wall(Scope.everything())
        world = world_module.build()
        county = world.shushan
        made = makers.examined(world, world.factory)
        one, other = (world.actor(name, (APPROVER, county)) for name in ("甲审批", "乙审批"))
        makers.legal_person(world, world.shop)
        first, second = queries.certificates_of(makers.approved(world, world.shop, rules.REISSUE))
        clerks = [world.actor(name, (HANDLER, county)) for name in ("甲经办", "乙经办")]
        for number, copy in (("ZB1", first.copy), ("ZB2", first.copy), ("ZB3", second.copy)):
            makers.sheet(world, county, number=number, copy=copy)
        series = Counter.objects.get(series__startswith="document/").last

    told = together(
        within(lambda: examining.approve(made, by=one)),
        within(lambda: examining.refuse(made, by=other, reason="住所证明不实")),
    )
    assert told[0] == "done" and "不能" in told[1]
    with transaction.atomic():
        raise_wall(Scope.everything())
        found = Application.objects.unscoped("test").get(pk=made.pk)
        assert found.state in {"coding", "refused"} and found.decided_by_name in {
            "甲审批",
            "乙审批",
        }
        assert found.granted == (found.state == "coding")
        asked = CodeRequest.objects.unscoped("test").filter(application=made).count()
        assert asked == int(found.granted)
        assert Counter.objects.get(series__startswith="document/").last == series + 1

    told = together(*(within(lambda by=by: certificates.print_out(first, by=by)) for by in clerks))
    assert told[0] == "done" and "不能打印" in told[1]
    sheets = Sheet.objects.unscoped("test")
    assert sheets.filter(certificate=first).count() == 1
    assert sheets.get(certificate=first).number == "ZB1"
    assert sheets.filter(copy=first.copy, state="stock").count() == 1

    with transaction.atomic():
        raise_wall(Scope.everything())
        makers.legal_person(world, world.jinggang)
        third = next(
            item
            for item in queries.certificates_of(
                makers.approved(world, world.jinggang, rules.REISSUE)
            )
            if item.copy == second.copy
        )
    # One sheet is left for two certificates.
    told = together(
        within(lambda: certificates.print_out(second, by=clerks[0])),
        within(lambda: certificates.print_out(third, by=clerks[1])),
    )
    assert told[0] == "done" and "没有库存" in told[1]
    assert sheets.filter(copy=second.copy, state="used").count() == 1


def test_many_workers_and_one_answer_for_each(outside):
    with transaction.atomic():
        raise_wall(Scope.everything())
        world = world_module.build()
        makers.code_range(world, world.shushan)
        unions = (world.factory, world.shop, world.jinggang)
        made = [makers.coding(world, union) for union in unions]
    outside.become("slow")
    # A lease runs out while the platform dawdles: two workers hold the same question.
    first = codes.claim(timezone.now())
    later = timezone.now() + codes.LEASE * 2
    second = next(taken for taken in iter(lambda: codes.claim(later), None) if taken.pk == first.pk)
    one, two = outcome_of(first), outcome_of(second)
    assert one.uscc == two.uscc
    told = together(
        lambda: codes.settle(first, one, timezone.now()),
        lambda: codes.settle(second, two, timezone.now()),
    )
    assert told == ["done", "done"]
    rows = UnionCode.objects.unscoped("test")
    assert rows.count() == 1 == LegalPerson.objects.unscoped("test").count()
    CodeRequest.objects.unscoped("test").update(leased_until=None, next_at=timezone.now())

    def work() -> None:
        while ask_next():
            pass

    assert together(work, work, work) == ["done"] * 3
    assert rows.count() == 3 == len(set(rows.values_list("uscc", flat=True)))
    assert set(outside.codes()) == set(rows.values_list("uscc", flat=True))
    assert Certificate.objects.unscoped("test").count() == 2 * len(made)
