import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from gonghui.kernel.base.errors import Missing
from gonghui.kernel.bus import dispatch, subscribers
from gonghui.kernel.bus.models import Inbox, Outbox
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.bus.subscribers import subscriber

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    monkeypatch.setattr(subscribers, "_subscribers", {})


@pytest.fixture
def effects():
    """A table that handlers write to, so that effects obey transactions."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bus_effects (who text, subject text)")
    yield lambda: _rows("SELECT who, subject FROM bus_effects ORDER BY 1, subject::int")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bus_effects")


def _rows(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def write(who, row):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bus_effects VALUES (%s, %s)", [who, row.subject])


def publish_some(count, type="cn.gonghui.membership.joined"):
    with transaction.atomic():
        for number in range(count):
            publish(type, str(number), {})


def make_due():
    Outbox.objects.update(next_attempt_at=timezone.now())


def test_prefixes():
    told = []
    subscriber("cn.gonghui.membership", name="all")(lambda row: told.append("all"))
    subscriber("cn.gonghui.membership.joined", name="exact")(lambda row: told.append("exact"))
    subscriber("cn.gonghui.member", name="other")(lambda row: told.append("other"))
    publish_some(1)
    assert dispatch.dispatch_pending() == 1
    assert told == ["all", "exact"]
    assert Outbox.objects.get().delivered_at
    assert dispatch.dispatch_pending() == 0


def test_a_name_is_taken_once():
    subscriber("a", name="x")(print)
    with pytest.raises(ValueError, match="twice"):
        subscriber("a", name="x")(repr)


def test_one_failure_leaves_the_others_and_undoes_itself(effects):
    broken = [True]

    @subscriber("cn.gonghui", name="甲")
    def first(row):
        write("甲", row)

    @subscriber("cn.gonghui", name="乙")
    def second(row):
        write("乙", row)
        if broken[0]:
            raise RuntimeError("对方系统无应答")

    publish_some(1)
    dispatch.dispatch_pending()
    assert effects() == [("甲", "0")]
    row = Outbox.objects.get()
    assert (row.delivered_at, row.attempts) == (None, 1)
    assert row.last_error == "乙：RuntimeError 对方系统无应答"
    assert row.next_attempt_at > timezone.now() + timedelta(seconds=3)
    assert dispatch.dispatch_pending() == 0

    broken[0] = False
    make_due()
    dispatch.dispatch_pending()
    assert effects() == [("乙", "0"), ("甲", "0")]
    assert Outbox.objects.get().delivered_at
    assert Inbox.objects.count() == 2


def test_dead_letters(capsys):
    @subscriber("cn.gonghui", name="甲")
    def handle(row):
        raise RuntimeError("坏了")

    publish_some(1)
    for _attempt in range(dispatch.ATTEMPTS.default):
        make_due()
        assert dispatch.dispatch_pending() == 1
    make_due()
    assert dispatch.dispatch_pending() == 0
    call_command("bus", "dead")
    shown = capsys.readouterr().out
    assert "失败 8 次" in shown
    assert "甲：RuntimeError 坏了" in shown
    call_command("bus", "revive", str(dispatch.dead_letters().get().pk))
    assert dispatch.dispatch_pending() == 1
    with pytest.raises(Missing):
        dispatch.revive(10**9)


def test_a_constraint_broken_at_commit_hurts_only_its_event(effects):
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE bus_effects ADD UNIQUE (subject) DEFERRABLE INITIALLY DEFERRED;"
            "INSERT INTO bus_effects VALUES ('早', '2')"
        )

    @subscriber("cn.gonghui", name="甲")
    def handle(row):
        write("甲", row)

    publish_some(4)
    dispatch.dispatch_pending()
    assert effects() == [("早", "2"), ("甲", "0"), ("甲", "1"), ("甲", "3")]
    [row] = Outbox.objects.filter(delivered_at=None)
    assert (row.subject, row.attempts) == ("2", 1)


def test_two_dispatchers_share_the_work(effects):
    @subscriber("cn.gonghui", name="甲")
    def handle(row):
        write("甲", row)

    publish_some(60)

    def run():
        try:
            while dispatch._dispatch_some(5):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    dispatch.dispatch_pending()
    assert effects() == [("甲", str(number)) for number in range(60)]


def test_delivered_events_are_forgotten_after_a_while():
    publish_some(2)
    dispatch.dispatch_pending()
    assert dispatch.forget_delivered() == 0
    Outbox.objects.filter(subject="0").update(delivered_at=timezone.now() - timedelta(days=31))
    assert dispatch.forget_delivered() == 1
    assert Outbox.objects.get().subject == "1"


CONSUMER = """
import sys, time
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.db import connection
from gonghui.kernel.bus import dispatch
from gonghui.kernel.bus.subscribers import subscriber
dispatch.EVENTS_AT_ONCE = 10

@subscriber("cn.gonghui", name="甲")
def handle(row):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bus_effects VALUES ('甲', %s)", [row.subject])
    print(row.subject, flush=True)
    time.sleep(0.01)

while dispatch.dispatch_pending(20):
    pass
"""


def test_killed_in_the_middle_nothing_is_lost_and_nothing_doubled(effects):
    publish_some(150)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(CONSUMER),
        connection.settings_dict["NAME"],
    ]
    kills = 0
    while Outbox.objects.filter(delivered_at=None).exists():
        consumer = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        if kills == 3:
            assert consumer.wait(timeout=30) == 0, consumer.stderr.read()
            continue
        for _line in range(25 + 7 * kills):
            assert consumer.stdout.readline(), consumer.stderr.read()
        consumer.send_signal(signal.SIGKILL)
        consumer.wait()
        kills += 1
        time.sleep(0.2)
    assert kills == 3
    assert effects() == [("甲", str(number)) for number in range(150)]


def test_handler_that_breaks_the_transaction_is_contained(effects):
    @subscriber("cn.gonghui", name="甲")
    def handle(row):
        if row.subject == "1":
            raise IntegrityError("重复")
        write("甲", row)

    publish_some(3)
    dispatch.dispatch_pending()
    assert effects() == [("甲", "0"), ("甲", "2")]
