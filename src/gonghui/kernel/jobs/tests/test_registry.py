from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, connections, transaction
from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.jobs import periodic
from gonghui.kernel.jobs.periodic import Every, defer_due, every
from gonghui.kernel.jobs.registry import defer, job, schedule
from gonghui.kernel.jobs.worker import _connector


def test_runs_only_if_the_transaction_commits(queue, work):
    ran = []
    greet = job("t.greet", "问候")(lambda name: ran.append(f"{name}方"))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        defer(greet, name="甲")
        raise ZeroDivisionError
    with transaction.atomic():
        defer(greet, name="乙")
    work()
    assert ran == ["乙方"]
    assert queue() == [("t.greet", "succeeded", 1)]


def test_called_directly_it_is_a_function():
    assert job("t.sum", "求和")(lambda a, b: a + b)(a=1, b=2) == 3


def test_a_name_is_taken_once():
    job("t.x", "甲")(print)
    with pytest.raises(ValueError, match="twice"):
        job("t.x", "乙")(print)


def test_a_job_defers_inside_its_own_transaction(queue, work):
    second = job("t.second", "后续")(lambda: None)

    @job("t.first", "先行")
    def first():
        try:
            with transaction.atomic():
                defer(second)
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    defer(first)
    work()
    assert queue() == [("t.first", "succeeded", 1)]


def test_errors_are_retried_and_refusals_are_not(queue, work):
    @job("t.error", "出错", retry=1)
    def error():
        raise RuntimeError

    @job("t.refusal", "被拒", retry=1)
    def refusal():
        raise Refusal("不行")

    defer(error)
    defer(refusal)
    work()
    assert queue() == [("t.error", "todo", 1), ("t.refusal", "failed", 1)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    work()
    assert queue()[0] == ("t.error", "failed", 2)


def test_once_waits_once_and_leaves_the_transaction_whole(queue):
    clear = job("t.clear", "清理", once=True)(lambda: None)
    with transaction.atomic():
        assert defer(clear)
        assert defer(clear) is None
        connection.cursor().execute("SELECT 1")
    assert len(queue()) == 1


def test_scheduled_later(queue, work):
    later = job("t.later", "以后")(lambda: None)
    schedule(later, timezone.now() + timedelta(hours=1))
    work()
    assert queue() == [("t.later", "todo", 0)]


def test_turns_follow_the_time_zone_of_the_platform():
    made = job("t.turn", "定时")(lambda: None)
    night = Every(made, cron="30 2 * * *")
    # 02:30 in Shanghai is 18:30 UTC the day before.
    assert night.last_turn(datetime(2026, 7, 1, 18, 30, tzinfo=UTC)) == datetime(
        2026, 7, 1, 18, 30, tzinfo=UTC
    )
    assert night.last_turn(datetime(2026, 7, 1, 18, 29, tzinfo=UTC)) == datetime(
        2026, 6, 30, 18, 30, tzinfo=UTC
    )
    assert Every(made, seconds=90).last_turn(datetime(2026, 7, 1, 0, 1, 40, tzinfo=UTC)) == (
        datetime(2026, 7, 1, 0, 1, 30, tzinfo=UTC)
    )


def test_a_turn_is_queued_once_over_all_workers(queue, work, monkeypatch):
    ran = []
    every(3600)(job("t.hourly", "每小时")(lambda: ran.append(1)))
    turn = datetime(2026, 7, 1, 10, 0, 5, tzinfo=UTC)
    monkeypatch.setattr(periodic.timezone, "now", lambda: turn)
    for _worker in range(2):
        defer_due()
        defer_due()
        periodic._deferred.clear()
    assert len(queue()) == 1
    monkeypatch.setattr(periodic.timezone, "now", lambda: turn + timedelta(hours=1))
    defer_due()
    work()
    assert len(queue()) == 2
    assert ran == [1, 1]


def test_a_turn_long_missed_is_left_out(queue, monkeypatch):
    every("0 2 * * *")(job("t.nightly", "每夜")(lambda: None))
    late = datetime(2026, 7, 1, 18, 11, tzinfo=UTC)
    monkeypatch.setattr(periodic.timezone, "now", lambda: late)
    defer_due()
    assert queue() == []


def test_cron_lines_are_checked():
    with pytest.raises(ValueError, match="cron"):
        every("25 o'clock")


def test_the_worker_works_as_the_role_of_the_application(db, monkeypatch):
    async def role(connector):
        await connector.open_async()
        try:
            return await connector.execute_query_one_async("SELECT current_user::text AS role")
        finally:
            await connector.close_async()

    with monkeypatch.context() as patched:
        options = connections["default"].settings_dict["OPTIONS"]
        patched.setitem(options, "options", "-c role=pg_read_all_data")
        connector = _connector()
    assert async_to_sync(role)(connector) == {"role": "pg_read_all_data"}
