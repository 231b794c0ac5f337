"""Sealing: committed entries become Merkle batches whose chained roots also leave the database."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from gonghui.kernel.audit.models import Batch, Entry
from gonghui.kernel.base.digests import DIGEST_SIZE, digest_of, merkle_root

BATCH_SIZE = 5000
# One sealer at a time over all processes; the number only has to differ from other advisory locks.
SEALER_LOCK = 0x5EA1_0001
GENESIS = bytes(DIGEST_SIZE)
# Stands in a seal for an entry that vanished between its INSERT and its sealing.
VANISHED = bytes(DIGEST_SIZE)


def leaf(entry_id: int, digest: bytes) -> bytes:
    """Return the 32-byte Merkle leaf that binds an entry's id to its digest."""
    return digest_of([entry_id, bytes(digest)])


def chained_root(batch: Batch) -> bytes:
    """Return the 32-byte root that binds a batch to everything sealed before it."""
    return digest_of(
        [
            bytes(batch.previous_root),
            bytes(batch.merkle_root),
            batch.first_entry,
            batch.last_entry,
            batch.count,
            batch.sealed_at,
        ]
    )


def seal_pending(batch_size: int = BATCH_SIZE) -> int:
    """Seal every committed entry that has no seal, publish the new roots, return how many.

    Returns at once when another process is sealing. Safe to kill at any point: a batch is one
    transaction, and the next call publishes what the last one could not.
    """
    sealed = 0
    while count := _seal_batch(batch_size):
        sealed += count
        if count < batch_size:
            break
    publish_roots()
    return sealed


@transaction.atomic
def _seal_batch(batch_size: int) -> int:
    if not _lock():
        return 0
    entry_ids = _take_pending(batch_size)
    if not entry_ids:
        return 0
    found = dict(Entry.objects.filter(id__in=entry_ids).values_list("id", "digest"))
    digests = [bytes(found.get(entry_id, VANISHED)) for entry_id in entry_ids]
    previous = Batch.objects.order_by("-id").values_list("chained_root", flat=True).first()
    batch = Batch(
        first_entry=entry_ids[0],
        last_entry=entry_ids[-1],
        count=len(entry_ids),
        merkle_root=merkle_root([leaf(*pair) for pair in zip(entry_ids, digests, strict=True)]),
        previous_root=GENESIS if previous is None else bytes(previous),
        sealed_at=timezone.now(),
    )
    batch.chained_root = chained_root(batch)
    batch.save(force_insert=True)
    _write_seals(batch.pk, entry_ids, digests)
    return len(entry_ids)


def _lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        return cursor.fetchone()[0]


def _take_pending(limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM audit_pending WHERE entry_id IN"
            " (SELECT entry_id FROM audit_pending ORDER BY entry_id LIMIT %s) RETURNING entry_id",
            [limit],
        )
        return sorted(row[0] for row in cursor.fetchall())


def _write_seals(batch_id: int, entry_ids: Sequence[int], digests: Sequence[bytes]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_seal (entry_id, batch_id, position, digest)"
            " SELECT entry_id, %s, place - 1, digest"
            " FROM unnest(%s::bigint[], %s::bytea[]) WITH ORDINALITY"
            " AS sealed (entry_id, digest, place)",
            [batch_id, list(entry_ids), list(digests)],
        )


def roots_path() -> Path:
    """Return the file outside the database that holds one line per sealed batch."""
    return Path(getattr(settings, "GONGHUI_AUDIT_ROOTS", settings.VAR / "audit" / "roots.log"))


def publish_roots() -> int:
    """Append the roots of batches the file does not have yet, fsynced; return how many.

    A line reads: batch id, sealing time, first entry, last entry, count, chained root in hex,
    separated by tabs.
    """
    path = roots_path()
    created = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _drop_torn_line(file)
        lines = [
            _line(batch) for batch in Batch.objects.filter(id__gt=_last_id(file)).order_by("id")
        ]
        if lines:
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())
    if created:
        _sync_directory(path.parent)
    return len(lines)


def _line(batch: Batch) -> bytes:
    fields = (
        batch.pk,
        batch.sealed_at.isoformat(),
        batch.first_entry,
        batch.last_entry,
        batch.count,
        bytes(batch.chained_root).hex(),
    )
    return ("\t".join(map(str, fields)) + "\n").encode()


def _drop_torn_line(file: IO[bytes]) -> None:
    # A line without its newline was cut by a crash; its batch is still in the database.
    tail = _tail(file)
    if tail and not tail.endswith(b"\n"):
        file.truncate(file.seek(0, os.SEEK_END) - len(tail) + tail.rfind(b"\n") + 1)


def _last_id(file: IO[bytes]) -> int:
    lines = _tail(file).splitlines()
    return int(lines[-1].split(b"\t", 1)[0]) if lines else 0


def _tail(file: IO[bytes]) -> bytes:
    file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
    return file.read()


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def published_roots() -> Iterator[tuple[int, str]]:
    """Yield (batch id, chained root in hex) from the published file; nothing if there is none."""
    path = roots_path()
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            fields = line.rstrip("\n").split("\t")
            yield (int(fields[0]) if fields[0].isdecimal() else 0), fields[-1]
