"""Periodic jobs (定时作业): one run per turn over all workers, in the platform's time zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from asgiref.sync import async_to_sync
from croniter import croniter
from django.utils import timezone
from procrastinate import exceptions
from procrastinate.contrib.django import app

from gonghui.kernel.jobs.registry import Job

# A turn missed by more than this, because no worker ran, is left out.
LATEST = timedelta(minutes=10)


@dataclass(frozen=True)
class Every:
    """When a job runs: each `seconds` counted from the epoch, or by a cron line."""

    job: Job
    seconds: int = 0
    cron: str = ""

    def last_turn(self, now: datetime) -> datetime:
        """Return the latest turn that is not after `now`."""
        if self.seconds:
            stamp = int(now.timestamp())
            return datetime.fromtimestamp(stamp - stamp % self.seconds, now.tzinfo)
        local = timezone.localtime(now) + timedelta(microseconds=1)
        return croniter(self.cron, local).get_prev(datetime)


PERIODIC: dict[str, Every] = {}
"""Every periodic job of this installation, by the name of the job."""

_deferred: dict[str, datetime] = {}


def every(when: int | str) -> Callable[[Job], Job]:
    """Run a job without arguments regularly; stands above @job.

    when: a number of seconds, or a cron line of five fields in the time zone of the platform.
    A turn is left out while the run before still waits, if the job is declared `once`.
    Raises ValueError for a cron line that says nothing.
    """
    if isinstance(when, str) and not croniter.is_valid(when):
        raise ValueError(f"not a cron line: {when!r}")

    def register(job: Job) -> Job:
        PERIODIC[job.name] = (
            Every(job, cron=when) if isinstance(when, str) else Every(job, seconds=when)
        )
        return job

    return register


def defer_due() -> None:
    """Queue every periodic job whose turn has come and that no worker has queued."""
    now = timezone.now()
    for name, each in PERIODIC.items():
        turn = each.last_turn(now)
        if _deferred.get(name) == turn or now - turn > LATEST:
            continue
        _defer(each.job, turn)
        _deferred[name] = turn


def _defer(job: Job, turn: datetime) -> None:
    stamp = int(turn.timestamp())
    deferrer = app.configure_task(job.name, allow_unknown=False, task_kwargs={"timestamp": stamp})
    try:
        async_to_sync(app.job_manager.defer_periodic_job)(
            job=deferrer.job, periodic_id="", defer_timestamp=stamp
        )
    except exceptions.AlreadyEnqueued:
        return
