import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app

from gonghui.kernel.jobs import periodic, registry, rescue, stopping
from gonghui.kernel.jobs.worker import working_app


@pytest.fixture(autouse=True)
def own_registries(monkeypatch):
    monkeypatch.setattr(registry, "JOBS", {})
    monkeypatch.setattr(periodic, "PERIODIC", {})
    monkeypatch.setattr(periodic, "_deferred", {})
    monkeypatch.setattr(rescue, "_seen", {})
    before = dict(app.tasks)
    stopping.asked.clear()
    yield
    stopping.asked.clear()
    for name in set(app.tasks) - set(before):
        del app.tasks[name]


@pytest.fixture
def queue(transactional_db):
    """The queue's rows as (job, status, attempts); emptied here, for Django does not own it."""

    def empty():
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_periodic_defers;"
                "DELETE FROM procrastinate_jobs; DELETE FROM procrastinate_workers"
            )

    def rows():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT task_name, status::text, attempts FROM procrastinate_jobs ORDER BY id"
            )
            return cursor.fetchall()

    empty()
    yield rows
    empty()


@pytest.fixture
def work(queue):
    """Run what is due in the queue, as a worker would."""

    async def run():
        working = working_app()
        async with working.open_async():
            await working.run_worker_async(
                wait=False, listen_notify=False, install_signal_handlers=False
            )

    return async_to_sync(run)
