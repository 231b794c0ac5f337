"""The queue as the worker and the rescue write to it."""

from __future__ import annotations

import logging
from typing import Any

from procrastinate import exceptions, jobs
from procrastinate.manager import QUEUEING_LOCK_CONSTRAINT, JobManager

logger = logging.getLogger(__name__)


class QueueManager(JobManager):
    """Queues a job again, unless its next turn waits already: then that one stands for both.

    A `once` job that stayed "doing" beside a waiting turn would hold its lock against it for ever.
    """

    async def retry_job(self, job: jobs.Job, *given: Any, **named: Any) -> None:
        try:
            await super().retry_job(job, *given, **named)
        except exceptions.UniqueViolation as violation:
            if violation.constraint_name != QUEUEING_LOCK_CONSTRAINT:
                raise
            logger.warning("job %s %s is left to the turn that waits", job.id, job.task_name)
            await self.finish_job(job, jobs.Status.FAILED, delete_job=False)
