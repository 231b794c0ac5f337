"""The standing work of every worker: sealing, dispatching, periodic turns, rescue, clearing."""

from __future__ import annotations

from asgiref.sync import async_to_sync
from procrastinate.contrib.django import app

from gonghui.kernel.audit.sealing import seal_pending
from gonghui.kernel.bus.dispatch import dispatch_pending, forget_delivered
from gonghui.kernel.jobs.loops import loop
from gonghui.kernel.jobs.periodic import defer_due, every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.jobs.rescue import HEARTBEAT, rescue_stalled

EVENTS_PER_TURN = 1000
KEPT_HOURS = 30 * 24


@loop("audit.seal")
def seal() -> None:
    seal_pending()


@loop("bus.dispatch")
def dispatch() -> bool:
    return dispatch_pending(EVENTS_PER_TURN) == EVENTS_PER_TURN


@loop("jobs.periodic")
def turns() -> None:
    defer_due()


@loop("jobs.rescue", seconds=HEARTBEAT)
def rescue() -> None:
    rescue_stalled()


@every("30 2 * * *")
@job("jobs.clear", "清理过期的作业与消息", once=True)
def clear() -> None:
    """Delete finished jobs and delivered events of more than thirty days ago."""
    async_to_sync(app.job_manager.delete_old_jobs)(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
    while forget_delivered():
        pass
