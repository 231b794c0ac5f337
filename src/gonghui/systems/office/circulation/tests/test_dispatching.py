"""Errands in batches: each union once, whatever dies in between; the page says how far it is."""

import os
import signal
import subprocess
import sys
from collections import Counter

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.testing import world as world_module
from gonghui.systems.office.circulation.actions import dispatching, filing, issuing
from gonghui.systems.office.circulation.models import Delivery, Dispatch
from gonghui.systems.office.circulation.tests import makers

pytestmark = pytest.mark.django_db


def sealed(world, union):
    taken = makers.number(world, union)
    return makers.outgoing(
        world,
        union,
        number=taken,
        number_text=taken.text,
        state="sealed",
        signed_at=timezone.now(),
    )


@pytest.fixture
def few(monkeypatch):
    """Batches of two."""
    monkeypatch.setattr(dispatching, "BATCH", 2)


@pytest.fixture
def clerk(world):
    return world.actor("省经办", (HANDLER, world.province))


def everybody(world):
    rows = Union.objects.unscoped("test").filter(status="active").exclude(pk=world.province.pk)
    return sorted(rows.values_list("pk", flat=True))


def sent(document):
    rows = Delivery.objects.unscoped("test").filter(document=document).exclude(state="recalled")
    return sorted(rows.values_list("union_id", flat=True))


def waiting():
    rows = Todo.objects.filter(kind=dispatching.RECEIPT, done_at=None)
    return sorted(rows.values_list("union_id", flat=True))


def errand(document, what="send"):
    return Dispatch.objects.unscoped("test").get(document=document, what=what)


def test_batch_by_batch_everybody_gets_one(world, clerk, few, client_of):
    document = sealed(world, world.province)
    document = issuing.distribute(document, by=clerk, group="all")
    assert document.state == "issued" and len(sent(document)) == 2
    total = len(everybody(world))
    assert (errand(document).done, errand(document).total) == (2, total)
    page = client_of(clerk).get(f"/w/outgoing/{document.pk}/").content.decode()
    assert f"正在分发：2 / {total} 个单位" in page
    with pytest.raises(Conflict):
        issuing.distribute(document, by=clerk, unions=[world.hefei])
    for row in Delivery.objects.unscoped("test").filter(document=document):
        issuing.recall(row, by=clerk, reason="先撤回两件")
    with pytest.raises(Conflict) as refused:
        filing.file_outgoing(document, by=clerk, retention="D10", category="BGS")
    assert refused.value.code == "errands"
    while dispatching.run_next():
        pass
    assert len(sent(document)) == total - 2 and waiting() == sent(document)
    issuing.distribute(document, by=clerk, group="all")
    assert sent(document) == everybody(world) == waiting()
    assert {row.state for row in Dispatch.objects.unscoped("test")} == {"done"}
    page = client_of(clerk).get(f"/circulation/outgoing/{document.pk}/progress/").content.decode()
    assert "已办完" in page


def test_a_second_errand_meets_nobody_twice(world, clerk, few):
    document = issuing.distribute(sealed(world, world.province), by=clerk, group="all")
    # The named one waits in the first errand as well; whoever comes first opens its receipt.
    last = Union.objects.unscoped("test").get(pk=everybody(world)[-1])
    issuing.distribute(document, by=clerk, unions=[last])
    while dispatching.run_next():
        pass
    assert sent(document) == everybody(world)
    assert errand_totals(document) == len(everybody(world))


def errand_totals(document):
    rows = Dispatch.objects.unscoped("test").filter(document=document, what="send")
    return sum(row.done for row in rows)


def test_recalling_stops_what_is_still_going_out(world, clerk, few):
    document = issuing.distribute(sealed(world, world.province), by=clerk, group="all")
    issuing.recall_all(document, by=clerk, reason="附件有误，重新发文")
    while dispatching.run_next():
        pass
    assert sent(document) == [] == waiting()
    assert errand(document).state == "stopped" and errand(document, "recall").done == 2


def test_urging_goes_by_batches_and_skips_what_came_in(world, clerk, few):
    document = issuing.distribute(sealed(world, world.province), by=clerk, group="cities")
    while dispatching.run_next():
        pass
    hefei = Delivery.objects.unscoped("test").get(document=document, union=world.hefei)
    issuing.receive(hefei, by=world.actor("市经办", (HANDLER, world.hefei)))
    issuing.urge_all(document, by=clerk)
    while dispatching.run_next():
        pass
    rows = Delivery.objects.unscoped("test").filter(document=document)
    assert Counter(rows.values_list("urged", flat=True)) == {0: 1, 1: 2}
    assert Todo.objects.filter(done_at=None, title__contains="已催收 1 次").count() == 2


def test_only_the_organ_itself_distributes(world, few):
    document = sealed(world, world.hefei)
    for actor in (
        world.actor("省经办", (HANDLER, world.province), (APPROVER, world.province)),
        world.actor("邻市", (HANDLER, world.wuhu), (APPROVER, world.wuhu)),
    ):
        for act in (
            lambda by: issuing.distribute(document, by=by, group="direct"),
            lambda by: issuing.urge_all(document, by=by),
            lambda by: filing.file_outgoing(document, by=by, retention="Y", category="BGS"),
        ):
            with pytest.raises(Forbidden):
                act(actor)


WORKER = """
import sys, time
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from gonghui.systems.office.circulation.actions import dispatching
dispatching.BATCH = 1
print("ready", flush=True)
send = dispatching._send
def slowly(errand):
    found = send(errand)
    print("sent", flush=True)
    time.sleep(0.05)
    return found
dispatching._send = slowly
while dispatching.run_next():
    pass
"""


@pytest.mark.django_db(transaction=True)
def test_killed_in_and_between_batches(monkeypatch):
    with transaction.atomic():
        world = world_module.build()
        clerk = world.actor("省经办", (HANDLER, world.province))
        document = sealed(world, world.province)
    monkeypatch.setattr(dispatching, "BATCH", 1)
    issuing.distribute(document, by=clerk, group="all")
    command = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    # Some batches are whole, one is open: what that one opened is gone with it.
    for _ in range(4):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert errand(document).done == len(sent(document)) < len(everybody(world))
    while dispatching.run_next():
        pass
    assert sent(document) == everybody(world) == waiting()
    found = errand(document)
    assert (found.state, found.done, found.total) == (
        "done",
        len(everybody(world)),
        len(everybody(world)),
    )
