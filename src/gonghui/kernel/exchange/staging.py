"""Staging: a chunk's good rows by COPY into a table that ends with the transaction."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from django.db.backends.utils import CursorWrapper

from gonghui.kernel.exchange.profiles import ROW, StagingColumn

TABLE = "exchange_staging"


def encoded(frame: pl.DataFrame, columns: Sequence[StagingColumn]) -> bytes:
    """Return the csv text COPY takes: `row`, then the staging columns, in their order."""
    frame = frame.select(ROW, *(column.name for column in columns))
    binary = [name for name, kind in frame.schema.items() if kind == pl.Binary]
    frame = frame.with_columns(
        (pl.lit("\\x") + pl.col(name).bin.encode("hex")).alias(name) for name in binary
    )
    # An empty field is NULL to COPY, and Polars writes empty texts as "".
    return frame.write_csv(None, include_header=False, null_value="").encode()


def stage(cursor: CursorWrapper, columns: Sequence[StagingColumn], rows: bytes) -> None:
    """Fill the staging table of this transaction.

    The table is temporary: nothing of it is written to the log of the database, and after a
    kill nothing of it is left to clear away.
    """
    fields = "".join(f", {column.name} {column.sql_type}" for column in columns)
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{TABLE}")
    cursor.execute(f"CREATE TEMPORARY TABLE {TABLE} (row integer{fields}) ON COMMIT DROP")
    with cursor.copy(f"COPY {TABLE} FROM STDIN (FORMAT csv)") as copy:
        copy.write(rows)
    cursor.execute(f"ANALYZE {TABLE}")
