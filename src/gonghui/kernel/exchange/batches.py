"""Import batches from upload to error file: what pages, commands and jobs call."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.audit.entries import record
from gonghui.kernel.base import sealing
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.config.declaring import Level, Setting
from gonghui.kernel.exchange import pipeline, workbook
from gonghui.kernel.exchange.checking import Problem, check_chunk
from gonghui.kernel.exchange.models import ImportBatch, ImportRow
from gonghui.kernel.exchange.profiles import ROW, ImportProfile, profile_of
from gonghui.kernel.exchange.reading import open_table
from gonghui.kernel.exchange.workbook import BadRow
from gonghui.kernel.jobs.models import Task
from gonghui.kernel.jobs.registry import Job
from gonghui.kernel.jobs.tasks import start as start_task
from gonghui.kernel.org.models import Union

KEPT_DAYS = Setting(
    "exchange.kept_days",
    "导入问题行的保留天数",
    int,
    30,
    "导入时退回的问题行、没有办完的导入文件保留多少天，其中有个人信息，到期自动清除。",
    unit="天",
    minimum=1,
    maximum=180,
)
FILE_MEGABYTES = Setting(
    "exchange.file_megabytes",
    "导入文件的最大大小",
    int,
    1024,
    "一次导入的表格文件最大多少兆字节。各市可以按本地网络调低。",
    unit="MB",
    levels=(Level.PLATFORM, Level.CITY),
    minimum=1,
    maximum=1024,
)

PREVIEW_ROWS = 20
PURGING = "files and refused rows of all unions are cleared away by age"
STALLED = "batches that lost their job are looked for in all unions"


@dataclass(frozen=True)
class PreviewRow:
    """One of the first rows: its cells by column key, as read, and what is wrong with them."""

    number: int
    cells: dict[str, str]
    problems: list[Problem]


def receive(
    chunks: Iterable[bytes], *, filename: str, profile: ImportProfile, union: Union, by: Actor
) -> ImportBatch:
    """Store an upload, open it, and make a batch of it for a union.

    Raises Forbidden when the actor may not import there, Refusal when the file cannot be read;
    then nothing is kept.
    """
    _require(profile, union.path, by)
    path = _folder() / f"{uuid4().hex}{Path(filename).suffix.lower()[:10]}"
    try:
        _store(chunks, path, FILE_MEGABYTES.value(union.path))
        table = open_table(
            path, profile.columns, filename=filename, template_url=profile.template_url
        )
        batch = ImportBatch(
            profile=profile.code,
            filename=Path(filename).name[:255],
            path=str(path),
            sha256=pipeline.digest_of(path),
            titles=table.titles,
            mapping=table.mapping,
            notices=table.notices,
            expected=table.rows,
            started_by_id=by.user_id,
            started_by_name=by.name,
        )
        batch.place_at(union)
        batch.save(force_insert=True)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return batch


def preview(batch: ImportBatch) -> list[PreviewRow]:
    """Return the first rows with their problems, without touching the database."""
    profile = profile_of(batch.profile)
    table = pipeline.table_of(batch, profile)
    frame = next(table.chunks(PREVIEW_ROWS + table.header_row), None)
    if frame is None:
        return []
    frame = frame.head(PREVIEW_ROWS)
    _, problems = check_chunk(frame, profile, table.mapping, pipeline.context_of(batch, profile))
    rows = []
    for row in frame.iter_rows(named=True):
        cells = {key: row[str(place)] or "" for key, place in table.mapping.items()}
        found = [problem for problem in problems if problem.row == row[ROW]]
        rows.append(PreviewRow(row[ROW], cells, found))
    return rows


def start(batch: ImportBatch, *, by: Actor) -> Task:
    """Queue the run of a batch, new or failed before; return the task to follow.

    Raises Forbidden, and Refusal when the batch is over or already under way.
    """
    profile = profile_of(batch.profile)
    _require(profile, batch.org_path, by)
    with transaction.atomic():
        batch = pipeline.locked(batch.pk)
        if batch.is_over:
            raise Refusal(f"这个批次{batch.get_state_display()}，不能再次导入。")
        if batch.task_id and not Task.objects.get(pk=batch.task_id).is_over:
            raise Refusal("这个批次正在导入。", remedy="请等待完成，或先取消。")
        _record(batch, profile, by)
        return _queue(batch, profile)


def run_here(batch: ImportBatch, *, by: Actor, report: pipeline.Report) -> ImportBatch:
    """Run a batch in this process, for the command line; raises as `start` and `pipeline.run`."""
    profile = profile_of(batch.profile)
    _require(profile, batch.org_path, by)
    with transaction.atomic():
        _record(batch, profile, by)
    try:
        batch = pipeline.run(batch.pk, report)
    except Refusal as refusal:
        fail(batch.pk, str(refusal))
        raise
    discard_file(batch)
    return batch


def resume_stalled() -> list[int]:
    """Queue again the batches left under way without a living task; return their ids.

    The queue itself revives the jobs of a killed worker; this is for batches whose task was
    given up or lost, say after a restore.
    """
    found = []
    with transaction.atomic():
        living = Task.objects.exclude(
            state__in=[Task.State.DONE, Task.State.FAILED, Task.State.CANCELLED]
        )
        stalled = (
            ImportBatch.objects.unscoped(STALLED)
            .filter(state=ImportBatch.State.RUNNING)
            .exclude(task_id__in=living.values("pk"))
            .select_for_update(skip_locked=True)
        )
        for batch in stalled:
            _queue(batch, profile_of(batch.profile))
            found.append(batch.pk)
    return found


def _queue(batch: ImportBatch, profile: ImportProfile) -> Task:
    task = start_task(
        _job(),
        title=f"导入{profile.title}：{batch.filename}",
        started_by_id=batch.started_by_id,
        org_path=batch.org_path,
        total=batch.expected,
        batch_id=batch.pk,
    )
    batch.task_id = task.pk
    batch.state = ImportBatch.State.RUNNING
    batch.save(update_fields=["task_id", "state"])
    return task


def _record(batch: ImportBatch, profile: ImportProfile, by: Actor) -> None:
    record(
        action=f"{profile.code}.import",
        action_name=f"导入{profile.title}",
        actor=by,
        target_type="exchange.importbatch",
        target_id=batch.pk,
        target_label=batch.filename,
        org_path=batch.org_path,
    )


def _job() -> Job:
    # jobs.py imports this module for what the job does.
    from gonghui.kernel.exchange.jobs import import_batch

    return import_batch


def fail(batch_id: int, error: str) -> None:
    """Leave a batch as failed, with the reason; it can be started again from where it stopped."""
    with transaction.atomic():
        batch = pipeline.locked(batch_id)
        batch.state = ImportBatch.State.FAILED
        batch.error = error
        batch.save(update_fields=["state", "error"])


def cancel(batch_id: int) -> None:
    """Close a batch the user cancelled: what is imported stays, the file goes."""
    with transaction.atomic():
        batch = pipeline.locked(batch_id)
        batch.state = ImportBatch.State.CANCELLED
        batch.finished = timezone.now()
        batch.save(update_fields=["state", "finished"])
    discard_file(batch)


def discard_file(batch: ImportBatch) -> None:
    """Remove the upload: it holds personal data in plain text."""
    Path(batch.path).unlink(missing_ok=True)


def bad_rows(batch: ImportBatch) -> Iterator[BadRow]:
    """Yield the refused rows of a batch in file order, opened."""
    ring = sealing.keyring()
    rows = batch.rows.order_by("number").values_list("number", "cells", "problems")
    for number, cells, problems in rows.iterator(chunk_size=2000):
        values = json.loads(ring.open(bytes(cells), context=pipeline.CELLS))
        reasons = [(problem["place"], problem["reason"]) for problem in problems]
        yield BadRow(number, values, reasons)


def write_error_file(batch: ImportBatch, folder: Path) -> Path:
    """Write the refused rows for mending and return the file: xlsx, or csv when there are many.

    The file holds personal data: the caller has checked the permission and removes the file
    after it is sent.
    """
    stem = f"{Path(batch.filename).stem}-待修改"
    if batch.bad > workbook.MAX_WORKBOOK_ERRORS:
        path = folder / f"{stem}.csv"
        workbook.write_error_csv(path, batch.titles, bad_rows(batch))
    else:
        path = folder / f"{stem}.xlsx"
        workbook.write_error_workbook(path, batch.titles, bad_rows(batch))
    return path


def purge() -> int:
    """Clear refused rows and left-over files past KEPT_DAYS; return how many batches."""
    before = timezone.now() - timedelta(days=KEPT_DAYS.value())
    old = ImportBatch.objects.unscoped(PURGING).filter(
        Q(finished__lt=before) | Q(finished=None, created__lt=before)
    )
    found = list(old.filter(Q(rows__isnull=False) | ~Q(path="")).distinct())
    for batch in found:
        discard_file(batch)
        ImportRow.objects.filter(batch=batch).delete()
        batch.path = ""
        batch.save(update_fields=["path"])
    return len(found)


def _require(profile: ImportProfile, path: str, by: Actor) -> None:
    if profile.permission is None:
        if not by.everywhere:
            raise Forbidden(f"“导入{profile.title}”只能由系统进行。")
        return
    by.require(profile.permission, path)


def _folder() -> Path:
    folder = Path(settings.VAR) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _store(chunks: Iterable[bytes], path: Path, megabytes: int) -> None:
    taken = 0
    # Only the platform's own user may read an upload.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for chunk in chunks:
            taken += len(chunk)
            if taken > megabytes * 1024 * 1024:
                raise Refusal(
                    f"文件超过 {megabytes:,} MB。",
                    remedy="请拆成几个文件分别上传。",
                    code="import.too_large",
                )
            file.write(chunk)
