"""Long work with progress (任务): starting it, reporting from inside, reading it on a page."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from gonghui.kernel.base.digests import canonical
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.jobs import stopping
from gonghui.kernel.jobs.models import Task
from gonghui.kernel.jobs.registry import Job, defer, job

logger = logging.getLogger(__name__)

REPORT_EVERY = 0.5
DATABASE_RETRIES = 10
_reported: dict[int, float] = {}


class Cancelled(Exception):
    """The user cancelled the task; raised out of `progress`."""


def long_job(name: str, title: str, *, lock: str | None = None) -> Callable[..., Job]:
    """Make a function a job that people wait for.

    The function gets the Task and JSON keyword arguments, calls `progress` between its own
    transactions and returns a dict for Task.result. A Refusal ends the task with its words, any
    other error with a note for the technicians. After a kill of the worker it is called again
    with the same Task: it continues from what it has committed.
    """

    def register(function: Callable[..., dict[str, Any] | None]) -> Job:
        def run(task_id: int, **kwargs: Any) -> None:
            task = Task.objects.filter(pk=task_id).first()
            if task is None or not _begin(task):
                return
            try:
                result = function(task, **kwargs)
            except (stopping.Interrupted, OperationalError, InterfaceError):
                # Not the fault of the work: the queue runs it again.
                raise
            except Cancelled:
                _end(task, Task.State.CANCELLED)
            except Refusal as refusal:
                _end(task, Task.State.FAILED, error=str(refusal))
            except Exception:
                logger.exception("task %s (%s) failed", task.pk, name)
                _end(task, Task.State.FAILED, error=unexpected(task.pk))
            else:
                _end(task, Task.State.DONE, result=json.loads(canonical(result or {})))

        return job(name, title, retry=DATABASE_RETRIES, lock=lock)(run)

    return register


def unexpected(task_id: int) -> str:
    """Return the Chinese note for an error nobody foresaw."""
    return f"处理中断：系统内部错误。请把任务编号 {task_id} 告诉技术人员，处理后可重新发起。"


def _begin(task: Task) -> bool:
    if task.is_over:
        return False
    if task.cancel_requested:
        _end(task, Task.State.CANCELLED)
        return False
    task.state = Task.State.RUNNING
    task.started = task.started or timezone.now()
    task.save(update_fields=["state", "started"])
    return True


def _end(
    task: Task, state: Task.State, *, error: str = "", result: dict[str, Any] | None = None
) -> None:
    task.state, task.error, task.finished = state, error, timezone.now()
    task.result = result or {}
    task.save(update_fields=["state", "error", "finished", "result"])
    _reported.pop(task.pk, None)


def give_up(task_id: int) -> None:
    """Mark a task as failed whose worker died with it again and again."""
    task = Task.objects.filter(pk=task_id).first()
    if task is not None and not task.is_over:
        _end(task, Task.State.FAILED, error=unexpected(task_id))


def start(
    job: Job,
    *,
    title: str,
    started_by_id: int | None,
    org_path: str = "",
    total: int | None = None,
    **kwargs: Any,
) -> Task:
    """Create a task and queue its job, both in the caller's transaction."""
    with transaction.atomic():
        task = Task.objects.create(
            kind=job.name,
            title=title,
            started_by_id=started_by_id,
            org_path=org_path,
            total=total,
            created=timezone.now(),
        )
        defer(job, task_id=task.pk, **kwargs)
    return task


def progress(task: Task, done: int, total: int | None = None, message: str = "") -> None:
    """Report how far a task is; call it outside a transaction, or nobody sees it before commit.

    Writes at most every REPORT_EVERY seconds. Raises Cancelled when the user cancelled the task,
    Interrupted when the worker is ending.
    """
    stopping.check()
    now = time.monotonic()
    if now - _reported.get(task.pk, -REPORT_EVERY) < REPORT_EVERY and done != total:
        return
    _reported[task.pk] = now
    task.done, task.message = done, message
    task.total = task.total if total is None else total
    task.save(update_fields=["done", "total", "message"])
    if Task.objects.filter(pk=task.pk, cancel_requested=True).exists():
        raise Cancelled


def cancel(task_id: int, *, user_id: int) -> Task:
    """Cancel a task of the user: at once while it waits, at its next report while it runs.

    Raises Missing when the user has no such task, Refusal when it is over.
    """
    with transaction.atomic():
        mine = Task.objects.select_for_update().filter(pk=task_id, started_by_id=user_id)
        task = _found(mine.first())
        if task.is_over:
            raise Refusal(f"任务{task.get_state_display()}，不能取消。", code="over")
        task.cancel_requested = True
        task.save(update_fields=["cancel_requested"])
        if task.state == Task.State.QUEUED:
            _end(task, Task.State.CANCELLED)
    return task


def find(task_id: int, *, user_id: int) -> Task:
    """Return a task of the user; raises Missing when there is none."""
    return _found(Task.objects.filter(pk=task_id, started_by_id=user_id).first())


def _found(task: Task | None) -> Task:
    if task is None:
        raise Missing("没有这个任务，或它不是由您发起的。", remedy="请从“我的任务”中打开。")
    return task


def tasks_of(user_id: int, *, kind: str = "", limit: int = 50) -> QuerySet[Task]:
    """Return what a user has started, the latest first."""
    found = Task.objects.filter(started_by_id=user_id)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("-id")[:limit]
