"""Jobs (后台作业): functions run by the worker after the transaction that asked for them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate import exceptions, jobs, retry
from procrastinate.contrib.django import app

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.jobs.stopping import Interrupted

# A job killed with its worker this often is taken to be what kills it.
MAX_RESCUES = 5


@dataclass(frozen=True)
class Job:
    """A function the worker may run; calling it runs it here and now.

    lock: jobs with the same lock never run at the same time. once: while one is waiting,
    another is not queued.
    """

    name: str
    title: str
    function: Callable[..., Any]
    lock: str | None = None
    once: bool = False

    def __call__(self, **kwargs: Any) -> Any:
        return self.function(**kwargs)


JOBS: dict[str, Job] = {}
"""Every job of this installation, by name."""


class _Retry(retry.BaseRetryStrategy):
    """Again after 5, 10, 20 … seconds; at once after a stop of the worker; never a refusal."""

    def __init__(self, times: int) -> None:
        self.times = times

    def get_retry_decision(
        self, *, exception: BaseException, job: jobs.Job
    ) -> retry.RetryDecision | None:
        if isinstance(exception, Interrupted):
            return retry.RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, Refusal) or job.attempts >= self.times:
            return None
        return retry.RetryDecision(retry_in={"seconds": min(5 * 2**job.attempts, 3600)})


def job(
    name: str, title: str, *, retry: int = 0, lock: str | None = None, once: bool = False
) -> Callable[[Callable[..., Any]], Job]:
    """Make a function a job.

    name: stable, such as "membership.remind"; title: the same in Chinese; retry: how often it
    runs again after an unexpected error. The function gets JSON keyword arguments. A worker may
    be killed at any point and the job then runs again, so what it does must bear being repeated.
    Raises ValueError for a name in use.
    """

    def register(function: Callable[..., Any]) -> Job:
        if name in JOBS:
            raise ValueError(f"job {name!r} is declared twice")
        made = Job(name, title, function, lock, once)

        def run(**kwargs: Any) -> None:
            # Added to periodic jobs to tell their turns apart.
            kwargs.pop("timestamp", None)
            function(**kwargs)

        app.task(name=name, retry=_Retry(retry), lock=lock, queueing_lock=name if once else None)(
            run
        )
        JOBS[name] = made
        return made

    return register


def defer(job: Job, **kwargs: Any) -> int | None:
    """Queue a job in the caller's transaction: it runs only if that commits.

    Returns the id in the queue, None when a `once` job is already waiting.
    """
    return _defer(job, None, kwargs)


def schedule(job: Job, at: datetime, **kwargs: Any) -> int | None:
    """Queue a job, as `defer` does, to run no earlier than the aware time `at`."""
    return _defer(job, at, kwargs)


def _defer(job: Job, at: datetime | None, kwargs: dict[str, Any]) -> int | None:
    deferrer = app.configure_task(job.name, allow_unknown=False, schedule_at=at)
    try:
        # The savepoint keeps the caller's transaction whole when the job is already waiting.
        with transaction.atomic():
            return deferrer.defer(**kwargs)
    except exceptions.AlreadyEnqueued:
        return None


def concurrency() -> int:
    """Return how many jobs one worker runs at a time (GONGHUI_WORKER_JOBS)."""
    return int(os.environ.get("GONGHUI_WORKER_JOBS", "4"))
