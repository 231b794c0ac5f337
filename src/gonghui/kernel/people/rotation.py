"""Key rotation: every sealed column under the active key, every blind index under the newest.

A model says what it holds: SealedTextField columns are found by themselves; other columns in
`sealed_columns` (column -> context); blind indexes in `index_columns` (index column -> (sealed
column, its context, context of the index)). Both runs go in batches, each its own transaction,
and may be killed and started again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, transaction

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.org.scoping import Scope, raise_wall

BATCH = 2_000


@dataclass(frozen=True)
class SealedColumn:
    table: str
    key: str
    column: str
    context: str


@dataclass(frozen=True)
class IndexColumn:
    table: str
    column: str
    source: str
    source_context: str
    context: str


def sealed_columns() -> Iterator[SealedColumn]:
    """Every column of this installation that holds sealed text."""
    for model in apps.get_models():
        if model._meta.proxy:
            continue
        table, key = model._meta.db_table, str(model._meta.pk.column)
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedTextField):
                yield SealedColumn(table, key, str(field.column), field.context)
        for column, context in getattr(model, "sealed_columns", {}).items():
            yield SealedColumn(table, key, column, context)


def index_columns() -> Iterator[IndexColumn]:
    """Every column of this installation that holds a blind index."""
    for model in apps.get_models():
        for column, made_of in getattr(model, "index_columns", {}).items():
            yield IndexColumn(model._meta.db_table, column, *made_of)


def reseal() -> dict[str, int]:
    """Seal anew what lies under an older key; returns how many values by table.column."""
    return {f"{item.table}.{item.column}": _reseal(item) for item in sealed_columns()}


def _reseal(item: SealedColumn) -> int:
    ring = keyring()
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            raise_wall(Scope.everything())
            cursor.execute(
                f"SELECT {item.key}, {item.column} FROM {item.table}"
                f" WHERE {item.column} IS NOT NULL AND get_byte({item.column}, 0) <> %s"
                " LIMIT %s FOR UPDATE",
                [ring.active_id, BATCH],
            )
            rows = cursor.fetchall()
            cursor.executemany(
                f"UPDATE {item.table} SET {item.column} = %s WHERE {item.key} = %s",
                [(ring.reseal(bytes(blob), context=item.context), pk) for pk, blob in rows],
            )
        done += len(rows)
        if len(rows) < BATCH:
            return done


def reindex() -> dict[str, int]:
    """Make every blind index anew under the newest index key; returns how many by column."""
    return {f"{item.table}.{item.column}": _reindex(item) for item in index_columns()}


def _reindex(item: IndexColumn) -> int:
    ring = keyring()
    done, last = 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            raise_wall(Scope.everything())
            cursor.execute(
                f"SELECT id, {item.source} FROM {item.table} WHERE id > %s"
                f" AND {item.source} IS NOT NULL ORDER BY id LIMIT %s FOR UPDATE",
                [last, BATCH],
            )
            rows = cursor.fetchall()
            texts = ring.open_many((bytes(blob) for _, blob in rows), context=item.source_context)
            marks = ring.blind_index_many(texts, context=item.context)
            cursor.executemany(
                f"UPDATE {item.table} SET {item.column} = %s WHERE id = %s",
                [(mark, pk) for (pk, _), mark in zip(rows, marks, strict=True)],
            )
        done += len(rows)
        if len(rows) < BATCH:
            return done
        last = rows[-1][0]
