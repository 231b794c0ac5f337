"""Rescue: jobs whose worker was killed go back to the queue."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from asgiref.sync import async_to_sync
from procrastinate import jobs
from procrastinate.contrib.django import app

from gonghui.kernel.jobs import tasks
from gonghui.kernel.jobs.queueing import QueueManager
from gonghui.kernel.jobs.registry import MAX_RESCUES

logger = logging.getLogger(__name__)

HEARTBEAT = 5.0
STALLED_AFTER = 20.0

_seen: dict[int, float] = {}


def rescue_stalled(now: float | None = None) -> int:
    """Queue again the jobs of workers without a heartbeat; return how many.

    A job is taken on the second sight, two heartbeats after the first: when the database was
    away for a while, living workers look dead until their next beat. now: monotonic seconds.
    """
    now = time.monotonic() if now is None else now
    stalled = {
        job.id: job
        for job in async_to_sync(app.job_manager.get_stalled_jobs)(
            seconds_since_heartbeat=STALLED_AFTER
        )
        if job.id is not None
    }
    for job_id in set(_seen) - set(stalled):
        del _seen[job_id]
    rescued = 0
    for job_id, job in stalled.items():
        if now - _seen.setdefault(job_id, now) >= 2 * HEARTBEAT:
            _rescue(job)
            del _seen[job_id]
            rescued += 1
    return rescued


def _rescue(job: jobs.Job) -> None:
    if job.attempts < MAX_RESCUES:
        logger.warning("job %s %s lost its worker and is queued again", job.id, job.task_name)
        async_to_sync(QueueManager(app.connector).retry_job)(job)
        return
    logger.error("job %s %s lost its worker again and is given up", job.id, job.task_name)
    async_to_sync(app.job_manager.finish_job)(job, jobs.Status.FAILED, delete_job=False)
    # Over a Django connection jsonb arrives as text.
    arguments: Any = job.task_kwargs
    arguments = json.loads(arguments) if isinstance(arguments, str) else arguments
    if "task_id" in arguments:
        tasks.give_up(int(arguments["task_id"]))
