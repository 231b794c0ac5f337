"""The run of an import: chunks are read and checked in one thread while the one before is merged.

Each chunk is one transaction: staged rows are merged, refused rows are kept, and the batch's
cursor moves behind the chunk. Whatever ends the process, the next run goes on behind the last
chunk that was committed, so no row is lost and none is done twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
from django.db import connection, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from gonghui.kernel.base import sealing
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.masking import mask_id
from gonghui.kernel.exchange import staging
from gonghui.kernel.exchange.checking import Problem, check_chunk, without
from gonghui.kernel.exchange.models import ImportBatch
from gonghui.kernel.exchange.profiles import (
    ROW,
    ImportContext,
    ImportProfile,
    MergeResult,
    profile_of,
)
from gonghui.kernel.exchange.reading import Table, formula_like, open_table
from gonghui.kernel.org.scoping import Scope, raise_wall

CELLS = "exchange_importrow.cells"
RUNNING = "a run works on the batch it was given"
MAX_SHOWN_VALUE = 50
MAX_NOTICES = 20

Report = Callable[[ImportBatch], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Prepared:
    """A chunk ready for the database.

    after and last: the file rows it lies between. rows: how many it has. staged: csv of the
    good ones. duplicates: how many stand in the file already. notices: what the user should know
    although it stops nothing.
    """

    after: int
    last: int
    rows: int
    staged: bytes
    problems: list[Problem]
    duplicates: int
    notices: list[str]
    raw: pl.DataFrame


def run(batch_id: int, report: Report = lambda batch: None) -> ImportBatch:
    """Import a batch from its cursor to the end and return it.

    report is called after every committed chunk; what it raises ends the run there. Raises
    Refusal when the file cannot be read on, Conflict when another run works on the batch.
    """
    batch = _begin(batch_id)
    profile = profile_of(batch.profile)
    context = context_of(batch, profile)
    table = table_of(batch, profile)
    made = _chunks(table, profile, context, batch.cursor)
    for prepared in _ahead(made):
        batch = _settle(batch_id, profile, context, table, prepared)
        report(batch)
    return _finish(batch_id)


def context_of(batch: ImportBatch, profile: ImportProfile) -> ImportContext:
    """Return the context of a run, its lookups filled by the profile."""
    context = ImportContext(
        today=timezone.localdate(),
        org_path=batch.org_path,
        union_id=batch.union_id,
        actor_id=batch.started_by_id,
        actor_name=batch.started_by_name,
        batch_id=batch.pk,
    )
    return profile.context(context) if profile.context else context


def table_of(batch: ImportBatch, profile: ImportProfile) -> Table:
    """Open the batch's file again; Refusal when it is gone or another one."""
    path = Path(batch.path)
    if not path.is_file() or digest_of(path) != batch.sha256:
        raise Refusal(
            "上传的文件已不在服务器上，或内容有变，不能继续导入。",
            remedy="请重新上传；已导入的行不会重复。",
            code="import.file_gone",
        )
    table = open_table(path, profile.columns, filename=batch.filename)
    return replace(table, mapping=dict(batch.mapping))


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _begin(batch_id: int) -> ImportBatch:
    with transaction.atomic():
        batch = locked(batch_id)
        if batch.is_over:
            raise Conflict(f"这个批次{batch.get_state_display()}，不能再次导入。")
        batch.state = ImportBatch.State.RUNNING
        batch.error = ""
        batch.save(update_fields=["state", "error"])
    return batch


def locked(batch_id: int) -> ImportBatch:
    """Return a batch, locked until the transaction ends; who may ask is the caller's to check."""
    return ImportBatch.objects.unscoped(RUNNING).select_for_update().get(pk=batch_id)


def _chunks(
    table: Table, profile: ImportProfile, context: ImportContext, cursor: int
) -> Iterator[Prepared]:
    """Yield what lies behind the cursor; what lies before it is read for its unique values."""
    seen: dict[str, dict[Any, int]] = {
        column.key: {} for column in profile.columns if column.unique
    }
    unique = replace(profile, columns=tuple(c for c in profile.columns if c.unique))
    after = cursor
    for frame in table.chunks(profile.chunk_rows):
        done = frame.filter(pl.col(ROW) <= cursor)
        if done.height and seen:
            _repeated(check_chunk(done, unique, table.mapping, context)[0], unique, seen)
        rest = frame.filter(pl.col(ROW) > cursor) if done.height else frame
        if rest.height:
            prepared = _prepared(rest, table, profile, context, seen, after)
            yield prepared
            after = prepared.last


def _prepared(
    raw: pl.DataFrame,
    table: Table,
    profile: ImportProfile,
    context: ImportContext,
    seen: dict[str, dict[Any, int]],
    after: int,
) -> Prepared:
    values, problems = check_chunk(raw, profile, table.mapping, context)
    repeated = _repeated(values, profile, seen)
    problems += repeated
    good = without(values, {problem.row for problem in problems})
    staged = b""
    if good.height:
        staged = staging.encoded(profile.prepare(good, context), profile.staging)
    return Prepared(
        after=after,
        last=raw[ROW][-1],
        rows=raw.height,
        staged=staged,
        problems=problems,
        duplicates=len({problem.row for problem in repeated}),
        notices=_notices(raw, table),
        raw=raw,
    )


def _notices(raw: pl.DataFrame, table: Table) -> list[str]:
    found = formula_like(raw, list(table.mapping.values()))
    if not found:
        return []
    row, place = found[0]
    return [
        f"第 {row} 行“{table.titles[place]}”等 {len(found)} 个单元格以 =、+、- 或 @ 开头，"
        "已按普通文本处理。"
    ]


def _repeated(
    values: pl.DataFrame, profile: ImportProfile, seen: dict[str, dict[Any, int]]
) -> list[Problem]:
    """Find values of unique columns that an earlier row has, remembering the others."""
    problems = []
    for key, rows in seen.items():
        title = profile.column(key).title
        found = values.select(ROW, key).drop_nulls()
        for row, value in zip(found[ROW].to_list(), found[key].to_list(), strict=True):
            first = rows.setdefault(value, row)
            if first != row:
                problems.append(Problem(row, key, f"“{title}”与第 {first} 行重复。"))
    return problems


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield an iterator's items, the next one being made in a thread meanwhile."""
    end: Any = object()
    with ThreadPoolExecutor(1, thread_name_prefix="import") as maker:
        try:
            pending = maker.submit(next, items, end)
            while (item := pending.result()) is not end:
                pending = maker.submit(next, items, end)
                yield item
        finally:
            # Code tables are read through a connection of the maker's own.
            maker.submit(connections.close_all).result()


def _settle(
    batch_id: int,
    profile: ImportProfile,
    context: ImportContext,
    table: Table,
    prepared: Prepared,
) -> ImportBatch:
    with transaction.atomic(), connection.cursor() as cursor:
        batch = locked(batch_id)
        if batch.state != ImportBatch.State.RUNNING or batch.cursor != prepared.after:
            raise Conflict("这个批次正由另一个任务导入。", remedy="请稍后查看进度。")
        # Duplicates are looked for in every union; the profile writes below its own only.
        raise_wall(Scope.everything())
        result = MergeResult(0, 0)
        if prepared.staged:
            staging.stage(cursor, profile.staging, prepared.staged)
            result = profile.merge(cursor, staging.TABLE, context)
        refused = [Problem(p.row, p.column, p.reason, p.rule) for p in result.problems]
        problems = prepared.problems + refused
        bad = _keep_bad_rows(cursor, batch, profile, table, prepared.raw, problems)
        batch.cursor = prepared.last
        batch.total += prepared.rows
        batch.good += result.good
        batch.unchanged += result.unchanged
        batch.bad += bad
        batch.duplicate += prepared.duplicates + len({problem.row for problem in refused})
        batch.notices = [*batch.notices, *prepared.notices][:MAX_NOTICES]
        batch.save(
            update_fields=["cursor", "total", "good", "unchanged", "bad", "duplicate", "notices"]
        )
    return batch


def _keep_bad_rows(
    cursor: CursorWrapper,
    batch: ImportBatch,
    profile: ImportProfile,
    table: Table,
    raw: pl.DataFrame,
    problems: Iterable[Problem],
) -> int:
    """Store each refused row, sealed, with its problems; return how many there are."""
    by_row: dict[int, list[Problem]] = {}
    for problem in problems:
        by_row.setdefault(problem.row, []).append(problem)
    if not by_row:
        return 0
    cells = [name for name in raw.columns if name != ROW]
    kept = raw.filter(pl.col(ROW).is_in(pl.Series(list(by_row), dtype=pl.Int32).implode()))
    rows = list(kept.select(ROW, *cells).iter_rows())
    texts = [json.dumps(row[1:], ensure_ascii=False) for row in rows]
    sealed = sealing.keyring().seal_many(texts, context=CELLS)
    statement = "COPY exchange_importrow (batch_id, number, cells, problems) FROM STDIN"
    with cursor.copy(statement) as copy:
        for (number, *values), blob in zip(rows, sealed, strict=True):
            told = [_told(item, profile, table.mapping, values) for item in by_row[number]]
            copy.write_row((batch.pk, number, blob, json.dumps(told, ensure_ascii=False)))
    return len(rows)


def _told(
    problem: Problem, profile: ImportProfile, mapping: Mapping[str, int], values: list[Any]
) -> dict[str, Any]:
    place = mapping.get(problem.column, -1)
    value = (values[place] or "")[:MAX_SHOWN_VALUE] if place >= 0 else ""
    if problem.column and profile.column(problem.column).sensitive:
        value = mask_id(value)
    return {
        "column": problem.column,
        "place": place,
        "value": value,
        "reason": problem.reason,
        "rule": problem.rule,
    }


def _finish(batch_id: int) -> ImportBatch:
    with transaction.atomic():
        batch = locked(batch_id)
        batch.state = ImportBatch.State.DONE
        batch.finished = timezone.now()
        batch.save(update_fields=["state", "finished"])
    return batch
