"""The memory of one process: revisions, uncommitted changes, the snapshot, reporting."""

from __future__ import annotations

import threading
from datetime import timedelta
from unittest import mock

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from gonghui.kernel.config import memory, snapshot, watching, writing
from gonghui.kernel.config.memory import MEMORY, UNSET, Known, Sealed
from gonghui.kernel.config.models import Node, Value


@pytest.fixture
def kept(settings, tmp_path):
    """A folder of its own for the snapshot."""
    settings.VAR = tmp_path
    return tmp_path


def put(setting, value, union_id=None):
    with transaction.atomic():
        writing.lock()
        return writing.store(setting, union_id, value)


@pytest.mark.django_db
def test_values_are_stored_replaced_and_taken_away(declare):
    setting = declare()
    put(setting, 7)
    put(setting, 8, 3)
    MEMORY.refresh()
    assert (setting.value(), setting.value("1.3.")) == (7, 8)
    put(setting, UNSET)
    MEMORY.refresh()
    assert (setting.value(), setting.value("1.3.")) == (5, 8)


@pytest.mark.django_db(transaction=True)
def test_the_writer_sees_its_own_change_as_soon_as_it_commits(declare):
    setting = declare()
    with transaction.atomic():
        writing.lock()
        writing.store(setting, None, 9)
        assert setting.value() == 5
    assert setting.value() == 9


@pytest.mark.django_db(transaction=True)
def test_a_change_rolled_back_leaves_nothing_behind(declare):
    """Even where it was seen in the midst of it, and the next change takes its number."""
    setting = declare()
    with pytest.raises(RuntimeError), transaction.atomic():
        writing.lock()
        undone = writing.store(setting, None, 9)
        MEMORY.refresh()
        raise RuntimeError
    made = put(setting, 6)
    assert made == undone
    MEMORY.refresh()
    assert setting.value() == 6


@pytest.mark.django_db(transaction=True)
def test_another_connection_sees_a_change_only_when_it_is_committed(declare):
    setting = declare()
    MEMORY.refresh()
    looked = []

    def look() -> None:
        watching.WATCH.look()
        looked.append(setting.value())
        connection.close()

    def elsewhere() -> None:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    with transaction.atomic():
        writing.lock()
        writing.store(setting, None, 9)
        elsewhere()
    elsewhere()
    assert looked == [5, 9]


@pytest.mark.django_db
def test_while_the_database_is_away_the_last_values_hold(declare, kept):
    setting = declare()
    put(setting, 7)
    watching.WATCH.look()
    with mock.patch.object(memory, "stored_values", side_effect=DatabaseError("away")):
        put(setting, 8)
        watching.WATCH.look()
        assert setting.value() == 7
    watching.WATCH.look()
    assert setting.value() == 8


@pytest.mark.django_db
def test_a_process_that_starts_without_the_database_takes_the_snapshot(declare, kept):
    setting = declare()
    secret = declare("sample.secret", str, "", secret=True)
    put(setting, 7, 3)
    put(secret, Sealed.of("mima-12351"))
    watching.WATCH.look()
    text = (kept / snapshot.NAME).read_text("utf-8")
    assert "mima-12351" not in text
    assert (kept / snapshot.NAME).stat().st_mode & 0o077 == 0
    MEMORY.known = Known({})
    known = snapshot.read()
    assert known is not None
    MEMORY.known = known
    assert known.source == memory.SNAPSHOT
    assert setting.value("1.3.") == 7
    assert secret.value() == "mima-12351"
    assert MEMORY.refresh(), "what came from disk is compared with the database anyhow"


def test_a_snapshot_that_is_broken_or_of_another_database_is_not_used(kept):
    assert snapshot.read() is None
    for text in ("", "{", "[]", '{"database": "other", "values": []}', '{"database": 1}'):
        (kept / snapshot.NAME).write_text(text, "utf-8")
        assert snapshot.read() is None


@pytest.mark.django_db
def test_a_secret_no_key_opens_counts_as_not_stored(declare):
    secret = declare(kind=str, default="", secret=True)
    put(secret, Sealed(b"\x01" * 60))
    MEMORY.refresh()
    assert secret.value() == ""


@pytest.mark.django_db
def test_a_process_reports_itself_and_the_dead_are_forgotten(declare):
    setting = declare()
    setting.value()
    now = timezone.now()
    Node.objects.create(
        name="gone:1",
        host="gone",
        pid=1,
        process="web",
        started_at=now - timedelta(days=9),
        seen_at=now - timedelta(days=2),
        number=1,
        source="database",
    )
    watching.report(now)
    watching.report(now)
    node = Node.objects.get()
    assert node.reads[setting.code] == [__name__]
    assert node.deployment["python"]


@pytest.mark.django_db
def test_at_most_one_value_stands_at_a_place(declare):
    setting = declare()
    for _ in range(2):
        put(setting, 7)
        put(setting, 7, 3)
    assert Value.objects.filter(setting=setting.code).count() == 2
