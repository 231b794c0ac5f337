"""The worker process: runs queued jobs and the loops until it is asked to end."""

from __future__ import annotations

import asyncio
import logging
import signal

from asgiref.sync import sync_to_async
from django.db import connections
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from gonghui.kernel.jobs import loops, stopping
from gonghui.kernel.jobs.queueing import QueueManager
from gonghui.kernel.jobs.registry import concurrency
from gonghui.kernel.jobs.rescue import HEARTBEAT, STALLED_AFTER

logger = logging.getLogger(__name__)

RESTART_AFTER = 2.0
# How long running jobs may take to end by themselves once a stop is asked for.
GRACE = 20.0


def run_worker() -> None:
    """Run jobs and loops until SIGTERM or SIGINT; outlives restarts of the database.

    On a stop no new job begins, running ones get GRACE seconds and those that report progress
    go back to the queue at once.
    """
    asyncio.run(_run())


async def _run() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _ask_to_stop, stop)
    stopping.asked.clear()
    threads = loops.start_all(stopping.asked)
    try:
        while not stop.is_set():
            await _work_until(stop)
    finally:
        stopping.asked.set()
        for thread in threads:
            await asyncio.to_thread(thread.join, GRACE)


def _ask_to_stop(stop: asyncio.Event) -> None:
    stopping.asked.set()
    stop.set()


async def _work_until(stop: asyncio.Event) -> None:
    """Run one procrastinate worker until the stop, or until it loses the database."""
    worker = asyncio.create_task(_work())
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([worker, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if stop.is_set():
        worker.cancel()
    try:
        await worker
    except asyncio.CancelledError:
        pass
    except Exception:
        logger.exception("the worker lost the database")
    if not stop.is_set():
        await sync_to_async(connections.close_all)()
        await asyncio.wait([asyncio.create_task(stop.wait())], timeout=RESTART_AFTER)


def working_app() -> DjangoApp:
    """Return an unopened procrastinate app that runs every declared job.

    Jobs defer other jobs through the app they were declared on, whose connector is the Django
    connection of their own thread: that keeps `defer` inside their transaction.
    """
    working = DjangoApp(connector=_connector())
    working.job_manager = QueueManager(working.connector)
    working.tasks = app.tasks
    return working


async def _work() -> None:
    working = working_app()
    async with working.open_async():
        await working.run_worker_async(
            concurrency=concurrency(),
            install_signal_handlers=False,
            shutdown_graceful_timeout=GRACE,
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=STALLED_AFTER,
        )


def _connector() -> PsycopgConnector:
    # The application's role comes with the connection's own options, as in every process.
    return PsycopgConnector(kwargs=connector_params("default"), min_size=1, max_size=4)
