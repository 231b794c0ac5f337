"""The worker as a process: killed, ended, cut off from the database."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from procrastinate import jobs as queued
from procrastinate.contrib.django import app

from gonghui.kernel.audit.entries import SystemActor, record
from gonghui.kernel.audit.models import Batch, Pending
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.jobs import loops, registry, rescue
from gonghui.kernel.jobs.models import Task
from gonghui.kernel.jobs.registry import defer, job
from gonghui.kernel.jobs.tasks import long_job, start

WORKER = """
import sys, time
from pathlib import Path
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.GONGHUI_AUDIT_ROOTS = Path(sys.argv[2])
django.setup()
from django.db import connection, transaction
from gonghui.kernel.jobs import loops, rescue, worker
rescue.HEARTBEAT = worker.HEARTBEAT = 0.3
rescue.STALLED_AFTER = worker.STALLED_AFTER = 1.5
rescuing = loops.LOOPS["jobs.rescue"]
loops.LOOPS["jobs.rescue"] = loops.Loop(rescuing.name, 0.3, rescuing.function)
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.jobs.tasks import long_job, progress
worker.RESTART_AFTER = 0.5

def written():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM jobs_effects")
        return cursor.fetchone()[0]

@long_job("t.rows", "逐行写入")
def rows(task, count):
    for number in range(written(), count):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO jobs_effects VALUES (%s)", [number])
        print(number, flush=True)
        progress(task, number + 1, count)
        time.sleep(0.02)
    return {"rows": written()}

@job("t.ping", "应答")
def ping():
    print("ping", flush=True)

print("ready", flush=True)
worker.run_worker()
"""


@pytest.fixture
def effects(queue):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE jobs_effects (number int)")

    def read():
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM jobs_effects ORDER BY 1")
            return [row[0] for row in cursor.fetchall()]

    yield read
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE jobs_effects")


@pytest.fixture
def declared():
    """The jobs of the worker process, known here by name so that they can be deferred."""
    rows = long_job("t.rows", "逐行写入")(lambda task, count: None)
    return rows, job("t.ping", "应答")(lambda: None)


@contextmanager
def worker(tmp_path):
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PGAPPNAME": "gonghui-worker-under-test",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], str(tmp_path / "roots")],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "worker.log").open("ab"),
        text=True,
    )
    try:
        assert process.stdout.readline() == "ready\n", (tmp_path / "worker.log").read_text()
        yield process
    finally:
        process.kill()
        process.wait()
        # The server notices the death a little later; until then its sessions hold locks.
        until(lambda: not sessions())


def sessions() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'gonghui-worker-under-test'"
        )
        return [row[0] for row in cursor.fetchall()]


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def is_over(task):
    task.refresh_from_db()
    return task.is_over


def test_killed_in_the_middle_of_a_job(effects, declared, tmp_path):
    task = start(declared[0], title="写入", started_by_id=7, count=60)
    with worker(tmp_path) as process:
        for _line in range(20):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert 20 <= len(effects()) < 60
    with worker(tmp_path):
        until(lambda: is_over(task))
    assert (task.state, task.result) == (Task.State.DONE, {"rows": 60})
    assert effects() == list(range(60))


def test_sigterm_hands_work_back_and_ends(effects, declared, queue, tmp_path):
    task = start(declared[0], title="写入", started_by_id=7, count=500)
    with worker(tmp_path) as process:
        for _line in range(10):
            process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    task.refresh_from_db()
    assert task.state == Task.State.RUNNING
    # At some hours of the day periodic jobs of other packages run beside it.
    assert [row[1] for row in queue() if row[0] == declared[0].name] == ["todo"]


def test_outlives_the_loss_of_its_connections(effects, declared, tmp_path):
    with worker(tmp_path) as process:
        defer(declared[1])
        assert process.stdout.readline() == "ping\n"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [sessions()])
            assert cursor.fetchall()
        defer(declared[1])
        assert process.stdout.readline() == "ping\n"
        record_one()
        until(lambda: not Pending.objects.exists())


def record_one():
    record(
        action="t.x",
        action_name="试",
        actor=SystemActor(),
        target_type="t",
        target_id=1,
    )


def test_seals_and_dispatches(effects, tmp_path):
    with transaction.atomic():
        record_one()
        publish("cn.gonghui.t.x", "1", {})
    with worker(tmp_path):
        until(lambda: not Pending.objects.exists())
        until(lambda: Outbox.objects.exclude(delivered_at=None).exists())
        until((tmp_path / "roots").exists)
    assert Batch.objects.count() == 1


def take(worker_is_dead: bool) -> queued.Job:
    manager = app.job_manager
    worker_id = async_to_sync(manager.register_worker)()
    taken = async_to_sync(manager.fetch_job)(queues=None, worker_id=worker_id)
    if worker_is_dead:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"
                " WHERE id = %s",
                [worker_id],
            )
    return taken


def test_rescued_on_the_second_sight(queue):
    defer(job("t.a", "甲")(lambda: None))
    take(worker_is_dead=True)
    assert rescue.rescue_stalled(100) == 0
    assert rescue.rescue_stalled(101) == 0
    assert rescue.rescue_stalled(110) == 1
    assert queue() == [("t.a", "todo", 1)]


def test_a_living_worker_keeps_its_job(queue):
    defer(job("t.a", "甲")(lambda: None))
    take(worker_is_dead=False)
    assert rescue.rescue_stalled(100) == rescue.rescue_stalled(200) == 0
    assert queue() == [("t.a", "doing", 0)]


def test_a_killed_turn_gives_way_to_the_one_that_waits(queue):
    turns = job("t.turns", "轮次", lock="t.turns", once=True)(lambda: None)
    other = job("t.other", "其他")(lambda: None)
    defer(turns)
    defer(other)
    take(worker_is_dead=True)
    take(worker_is_dead=True)
    assert defer(turns) is not None
    rescue.rescue_stalled(100)
    assert rescue.rescue_stalled(110) == 2
    assert queue() == [("t.turns", "failed", 1), ("t.other", "todo", 1), ("t.turns", "todo", 0)]
    assert take(worker_is_dead=False).task_name == "t.other"
    assert take(worker_is_dead=False).task_name == "t.turns"


def test_a_failed_turn_gives_way_to_the_one_that_waits(queue, work):
    runs = []

    @job("t.turns", "轮次", retry=3, lock="t.turns", once=True)
    def turns():
        runs.append(1)
        if len(runs) == 1:
            defer(turns)
            raise RuntimeError("坏了")

    defer(turns)
    work()
    assert len(runs) == 2
    assert [row[:2] for row in queue()] == [("t.turns", "failed"), ("t.turns", "succeeded")]


def test_given_up_after_killing_many_workers(queue):
    run = long_job("t.killer", "致命")(lambda task: None)
    task = start(run, title="致命", started_by_id=7)
    for turn in range(registry.MAX_RESCUES + 1):
        take(worker_is_dead=True)
        rescue.rescue_stalled(turn * 100)
        assert rescue.rescue_stalled(turn * 100 + 50) == 1
    assert queue() == [("t.killer", "failed", 6)]
    task.refresh_from_db()
    assert task.state == Task.State.FAILED
    assert f"任务编号 {task.pk}" in task.error


def test_a_failing_loop_goes_on(transactional_db, monkeypatch):
    monkeypatch.setattr(loops, "LOOPS", {})
    calls = []
    stop = threading.Event()

    @loops.loop("t.loop", seconds=0.01)
    def turn():
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("坏了")
        if len(calls) < 5:
            return True
        stop.set()
        return False

    with pytest.raises(ValueError, match="twice"):
        loops.loop("t.loop")(turn)
    for thread in loops.start_all(stop):
        thread.join(5)
    assert len(calls) == 5
