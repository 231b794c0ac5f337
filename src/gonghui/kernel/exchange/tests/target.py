"""A target table that exists in tests only, and the import profile that writes it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from django.db import connection
from django.db.backends.utils import CursorWrapper

from gonghui.kernel.base import sealing
from gonghui.kernel.exchange.profiles import (
    ImportContext,
    ImportProfile,
    MergeResult,
    RowProblem,
    StagingColumn,
)
from gonghui.kernel.exchange.tests.samples import COLUMNS

STAGING = (
    StagingColumn("document_index", "bytea"),
    StagingColumn("document_sealed", "bytea"),
    StagingColumn("name", "text"),
    StagingColumn("mobile", "text"),
    StagingColumn("sex", "text"),
    StagingColumn("joined_on", "date"),
)
TABLE = """
DROP TABLE IF EXISTS exchange_sample;
CREATE TABLE exchange_sample (
    document_index bytea PRIMARY KEY, document_sealed bytea NOT NULL, name text NOT NULL,
    mobile text, sex text, joined_on date, org_path text NOT NULL, writes int NOT NULL DEFAULT 1
)
"""
FOREIGN = """
SELECT s.row FROM {staging} s JOIN exchange_sample t USING (document_index)
WHERE t.org_path <> %s
"""
MERGE = """
WITH written AS (
    INSERT INTO exchange_sample AS t
        (document_index, document_sealed, name, mobile, sex, joined_on, org_path)
    SELECT document_index, document_sealed, name, mobile, sex, joined_on, %s
    FROM {staging} s
    WHERE NOT EXISTS (
        SELECT FROM exchange_sample f
        WHERE f.document_index = s.document_index AND f.org_path <> %s
    )
    ON CONFLICT (document_index) DO UPDATE
    SET name = excluded.name, mobile = excluded.mobile, sex = excluded.sex,
        joined_on = excluded.joined_on, writes = t.writes + 1
    WHERE (t.name, t.mobile, t.sex, t.joined_on)
        IS DISTINCT FROM (excluded.name, excluded.mobile, excluded.sex, excluded.joined_on)
    RETURNING 1
)
SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM {staging})
"""


def create_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute("GRANT ALL ON exchange_sample TO gonghui_app")


def drop_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS exchange_sample")


def prepare(frame: pl.DataFrame, context: ImportContext) -> pl.DataFrame:
    ring, numbers = sealing.keyring(), frame["number"].to_list()
    return frame.with_columns(
        document_index=pl.Series(ring.blind_index_many(numbers, context="sample"), dtype=pl.Binary),
        document_sealed=pl.Series(ring.seal_many(numbers, context="sample"), dtype=pl.Binary),
    )


def merge(cursor: CursorWrapper, staging: str, context: ImportContext) -> MergeResult:
    cursor.execute(FOREIGN.format(staging=staging), [context.org_path])
    problems = [
        RowProblem(row, "number", "该身份证号已是“别的工会”的在册会员，请走转会。")
        for (row,) in cursor.fetchall()
    ]
    cursor.execute(MERGE.format(staging=staging), [context.org_path] * 2)
    good, staged = cursor.fetchone()
    return MergeResult(good, staged - good - len(problems), problems)


PROFILE = ImportProfile(
    code="sample.target",
    title="样例",
    columns=COLUMNS,
    staging=STAGING,
    prepare=prepare,
    merge=merge,
    chunk_rows=1000,
)


def stored() -> Sequence[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, mobile, sex, joined_on, writes FROM exchange_sample")
        return cursor.fetchall()


def main() -> None:
    """Run a batch in a process of its own, slowly and aloud, so that a test can kill it."""
    import django

    django.setup()
    from dataclasses import replace

    from gonghui.kernel.exchange import pipeline, profiles

    sealing.use_keyring(sealing.Keyring.load(Path(os.environ["GONGHUI_KEYS"])))

    def slow_merge(cursor: CursorWrapper, staging: str, context: ImportContext) -> MergeResult:
        result = merge(cursor, staging, context)
        print("merged, not committed", flush=True)
        cursor.execute("SELECT pg_sleep(0.5)")
        return result

    profiles.register(replace(PROFILE, merge=slow_merge))
    pipeline.run(int(sys.argv[1]))


if __name__ == "__main__":
    main()
