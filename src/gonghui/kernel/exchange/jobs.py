"""Background work of exchange: running an import, clearing away what is old."""

from __future__ import annotations

from typing import Any

from django.db import InterfaceError, OperationalError

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.exchange import batches, pipeline
from gonghui.kernel.exchange.models import ImportBatch
from gonghui.kernel.jobs.models import Task
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.jobs.stopping import Interrupted
from gonghui.kernel.jobs.tasks import Cancelled, long_job, progress, unexpected
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template

FINISHED = Template(
    code="exchange.finished",
    title="导入完成：{filename}",
    body="共 {total} 行：新增或更新 {good} 行，无变化 {unchanged} 行，有误 {bad} 行。",
    category=Category("exchange", "导入导出"),
)


@long_job("exchange.import", "导入数据")
def import_batch(task: Task, batch_id: int) -> dict[str, Any]:
    """Run a batch; its task carries the progress and at the end the counts."""

    def report(batch: ImportBatch) -> None:
        expected = max(batch.expected, batch.total)
        message = f"已处理 {batch.total:,} 行，有误 {batch.bad:,} 行"
        progress(task, batch.total, expected, message)

    try:
        batch = pipeline.run(batch_id, report)
    except (Interrupted, OperationalError, InterfaceError, Conflict):
        # The batch goes on: in the next run of this job, or in the run that has it.
        raise
    except Cancelled:
        batches.cancel(batch_id)
        raise
    except Refusal as refusal:
        batches.fail(batch_id, str(refusal))
        raise
    except Exception:
        batches.fail(batch_id, unexpected(task.pk))
        raise
    batches.discard_file(batch)
    _tell(batch)
    return _counts(batch)


@every("30 3 * * *")
@job("exchange.purge", "清理过期的导入文件", once=True)
def purge() -> None:
    """Clear away refused rows and left-over uploads that are past their time."""
    batches.purge()


def _counts(batch: ImportBatch) -> dict[str, int]:
    return {
        "batch": batch.pk,
        "total": batch.total,
        "good": batch.good,
        "unchanged": batch.unchanged,
        "bad": batch.bad,
        "duplicate": batch.duplicate,
    }


def _tell(batch: ImportBatch) -> None:
    if batch.started_by_id is None:
        return
    send(
        [Recipient(user_id=batch.started_by_id)],
        FINISHED,
        {"filename": batch.filename, **{key: f"{n:,}" for key, n in _counts(batch).items()}},
        key=f"exchange.finished.{batch.pk}",
        org_path=batch.org_path,
    )
