"""The standing work of every worker: sealing, dispatching, periodic turns, rescue, clearing."""

from __future__ import annotations

from datetime import timedelta

from asgiref.sync import async_to_sync
from procrastinate.contrib.django import app

from gonghui.kernel.audit.sealing import seal_pending
from gonghui.kernel.bus.dispatch import dispatch_pending, forget_delivered
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.jobs.loops import loop
from gonghui.kernel.jobs.periodic import defer_due, every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.jobs.rescue import HEARTBEAT, rescue_stalled

EVENTS_PER_TURN = 1000
KEPT_DAYS = Setting(
    "jobs.kept_days",
    "已完成作业和消息的保留天数",
    int,
    30,
    "执行完的后台作业、投递完的业务消息保留多少天，到期每天凌晨清理。",
    unit="天",
    minimum=7,
    maximum=365,
)


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
    """Delete finished jobs and delivered events of more than KEPT_DAYS ago."""
    days = KEPT_DAYS.value()
    async_to_sync(app.job_manager.delete_old_jobs)(
        nb_hours=days * 24, include_failed=True, include_cancelled=True, include_aborted=True
    )
    while forget_delivered(timedelta(days=days)):
        pass
