"""Two at once: one clerk gets the case, two who join against each other do not wait for ever."""

from __future__ import annotations

import threading

import pytest
from django.db import close_old_connections, connection, transaction

from gonghui.engines.casework.actions import collective, intake, work
from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.casework.testing import complaint
from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.testing import world as world_module

pytestmark = pytest.mark.django_db(transaction=True)


def both(*runs):
    """Run them at the same moment; what each gave, or the code of its refusal."""
    gate, found = threading.Barrier(len(runs)), [None] * len(runs)

    def one(at, run):
        try:
            gate.wait(10)
            found[at] = run()
        except Refusal as refusal:
            found[at] = refusal.code
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=one, args=item) for item in enumerate(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


@pytest.fixture
def place(kind):
    with transaction.atomic():
        return built(kind)


def built(kind):
    world = world_module.build()
    one = world.actor("甲", (HANDLER, world.province))
    two = world.actor("乙", (HANDLER, world.province))
    cases = [
        work.accept(
            complaint(kind, world.province, respondent=world.factory).case, by=one, category="pay"
        )
        for _ in range(2)
    ]
    return world, one, two, cases


def test_two_at_once(place, kind):
    world, one, two, (case, other) = place
    found = both(lambda: work.take(case, by=one).pk, lambda: work.take(case, by=two).pk)
    assert sorted(map(str, found)) == sorted([str(case.pk), "phase"])
    found = both(
        lambda: collective.join(case, by=one, others=[other.pk]).pk,
        lambda: collective.join(other, by=two, others=[case.pk]).pk,
    )
    assert sum(isinstance(item, int) for item in found) == 1, found
    merged = Case.objects.unscoped("test").filter(merged_into__isnull=False)
    assert merged.count() == 1
    found = both(
        lambda: (
            intake.submit(
                kind, world.province, intake.Said("甲", "乙", "sms", name="丙丁", key="k"), by=one
            ).again
        ),
        lambda: (
            intake.submit(
                kind, world.province, intake.Said("甲", "乙", "sms", name="丙丁", key="k"), by=one
            ).again
        ),
    )
    assert sorted(found) == [False, True], found
    assert Intake.objects.unscoped("test").filter(key="k").count() == 1
