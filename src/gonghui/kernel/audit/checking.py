"""Checking: finds audit records that were changed, removed, inserted or re-ordered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from gonghui.kernel.audit.entries import digest
from gonghui.kernel.audit.models import Batch, Entry, Pending, Seal
from gonghui.kernel.audit.sealing import GENESIS, chained_root, leaf, published_roots
from gonghui.kernel.base.digests import merkle_root

# Longer than any transaction of the platform: an honest entry commits within it, so its batch
# cannot be sealed later than this after the entry was written while younger ones were sealed.
LONGEST_TRANSACTION = timedelta(hours=1)
PUBLISHING_DELAY = timedelta(minutes=1)
ROWS_AT_ONCE = 5000


@dataclass(frozen=True)
class Finding:
    """One fault. kind: changed, removed, inserted, reordered, chain or root; message in Chinese."""

    kind: str
    message: str
    entry_id: int | None = None
    batch_id: int | None = None


def verify() -> Iterator[Finding]:
    """Yield every fault of the audit tables, read in one snapshot, and of the published roots.

    What is not sealed yet is checked by its own digest only. Read it to the end: the snapshot
    stays open until then.
    """
    with transaction.atomic():
        if len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield from _sealed()
        yield from _orphan_seals()
        yield from _unsealed()


@dataclass
class _Progress:
    """What the batches read so far say about the ones that follow."""

    previous_root: bytes = GENESIS
    highest_entry: int = 0
    youngest: datetime | None = None


def _sealed() -> Iterator[Finding]:
    progress = _Progress()
    published = _Published()
    for batches in _groups(Batch.objects.order_by("id").iterator(ROWS_AT_ONCE)):
        seals: dict[int, list[Seal]] = {batch.pk: [] for batch in batches}
        for seal in Seal.objects.filter(batch_id__in=seals).order_by("batch_id", "position"):
            seals[seal.batch_id].append(seal)
        entry_ids = [seal.entry_id for group in seals.values() for seal in group]
        entries = {entry.pk: entry for entry in Entry.objects.filter(id__in=entry_ids)}
        for batch in batches:
            yield from _chain(batch, progress)
            yield from published.compare(batch)
            yield from _places(batch, seals[batch.pk])
            yield from _contents(batch, seals[batch.pk], entries, progress)
    yield from published.rest()


def _groups(batches: Iterable[Batch]) -> Iterator[list[Batch]]:
    group: list[Batch] = []
    rows = 0
    for batch in batches:
        if group and rows + batch.count > ROWS_AT_ONCE:
            yield group
            group, rows = [], 0
        group.append(batch)
        rows += max(batch.count, 1)
    if group:
        yield group


def _chain(batch: Batch, progress: _Progress) -> Iterator[Finding]:
    if bytes(batch.previous_root) != progress.previous_root:
        yield Finding(
            "chain",
            f"批次 {batch.pk} 与上一批次接不上：前面有批次被删除、插入或改动。",
            batch_id=batch.pk,
        )
    if chained_root(batch) != bytes(batch.chained_root):
        yield Finding("chain", f"批次 {batch.pk} 的登记内容被改动。", batch_id=batch.pk)
    progress.previous_root = bytes(batch.chained_root)


def _places(batch: Batch, seals: list[Seal]) -> Iterator[Finding]:
    missing = sorted(set(range(batch.count)) - {seal.position for seal in seals})
    for position in missing:
        neighbours = [seal.entry_id for seal in seals if seal.position < position]
        after = f"记录 {neighbours[-1]} 之后" if neighbours else "开头"
        yield Finding(
            "removed",
            f"批次 {batch.pk} 第 {position + 1} 位（{after}）的记录及其封存登记被删除。",
            batch_id=batch.pk,
        )
    for seal in (seal for seal in seals if seal.position >= batch.count):
        yield Finding(
            "inserted",
            f"记录 {seal.entry_id} 是封存后塞进批次 {batch.pk} 的。",
            seal.entry_id,
            batch.pk,
        )
    for earlier, later in pairwise(seals):
        if later.entry_id < earlier.entry_id:
            yield Finding(
                "reordered",
                f"批次 {batch.pk} 中记录 {earlier.entry_id} 与 {later.entry_id} 的顺序被调换。",
                later.entry_id,
                batch.pk,
            )
    root = merkle_root([leaf(seal.entry_id, bytes(seal.digest)) for seal in seals])
    if root != bytes(batch.merkle_root):
        yield Finding(
            "root",
            f"批次 {batch.pk}（记录 {batch.first_entry}–{batch.last_entry}）的封存登记"
            "与默克尔根不符。",
            batch_id=batch.pk,
        )


def _contents(
    batch: Batch, seals: list[Seal], entries: dict[int, Entry], progress: _Progress
) -> Iterator[Finding]:
    sealed_digests = {bytes(seal.digest): seal.entry_id for seal in seals}
    for seal in seals:
        entry = entries.get(seal.entry_id)
        if entry is None:
            yield Finding(
                "removed",
                f"记录 {seal.entry_id} 被删除（批次 {batch.pk}）。",
                seal.entry_id,
                batch.pk,
            )
            continue
        yield from _content(entry, seal, sealed_digests)
        if _late(entry, batch, progress):
            yield Finding(
                "inserted",
                f"记录 {entry.pk} 是事后补插的：{_said(entry)}，"
                "但它的编号与入库时间和前后记录对不上。",
                entry.pk,
                batch.pk,
            )
        if entry.pk > progress.highest_entry:
            progress.highest_entry = entry.pk
            progress.youngest = max(progress.youngest or entry.recorded_at, entry.recorded_at)


def _content(entry: Entry, seal: Seal, sealed_digests: dict[bytes, int]) -> Iterator[Finding]:
    actual = digest(entry)
    if actual == bytes(seal.digest) == bytes(entry.digest):
        return
    other = sealed_digests.get(actual)
    if other is not None and other != entry.pk:
        yield Finding(
            "reordered",
            f"记录 {entry.pk} 现在的内容原属记录 {other}：{_said(entry)}。",
            entry.pk,
            seal.batch_id,
        )
    else:
        yield Finding(
            "changed",
            f"记录 {entry.pk} 被改动：{_said(entry)}，与封存时不符。",
            entry.pk,
            seal.batch_id,
        )


def _late(entry: Entry, batch: Batch, progress: _Progress) -> bool:
    if entry.pk > progress.highest_entry:
        # Ids and writing times grow together; a younger id with an old time was made up.
        return (
            progress.youngest is not None
            and entry.recorded_at + LONGEST_TRANSACTION < progress.youngest
        )
    return Batch.objects.filter(
        id__lt=batch.pk,
        last_entry__gt=entry.pk,
        sealed_at__gt=entry.recorded_at + LONGEST_TRANSACTION,
    ).exists()


def _said(entry: Entry) -> str:
    when = timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S")
    return f"{when} {entry.actor_name} {entry.action_name} {entry.target_label}".rstrip()


class _Published:
    """The published roots, read beside the batches in the order of their ids."""

    def __init__(self) -> None:
        self.lines = published_roots()
        self.line = next(self.lines, None)

    def compare(self, batch: Batch) -> Iterator[Finding]:
        while self.line is not None and self.line[0] < batch.pk:
            yield self._gone()
        if self.line is not None and self.line[0] == batch.pk:
            if self.line[1] != bytes(batch.chained_root).hex():
                yield Finding(
                    "root", f"批次 {batch.pk} 的链根与库外公布的不同。", batch_id=batch.pk
                )
            self.line = next(self.lines, None)
        elif self.line is not None or batch.sealed_at < timezone.now() - PUBLISHING_DELAY:
            yield Finding("root", f"批次 {batch.pk} 的链根没有在库外公布。", batch_id=batch.pk)

    def rest(self) -> Iterator[Finding]:
        while self.line is not None:
            yield self._gone()

    def _gone(self) -> Finding:
        assert self.line is not None
        batch_id = self.line[0]
        self.line = next(self.lines, None)
        if not batch_id:
            return Finding("root", "库外公布文件中有一行无法读出。")
        return Finding(
            "removed",
            f"批次 {batch_id} 已在库外公布，数据库中却没有：可能被截断。",
            batch_id=batch_id,
        )


def _orphan_seals() -> Iterator[Finding]:
    known = Batch.objects.values("id")
    lost = Seal.objects.exclude(batch_id__in=known).order_by("batch_id").distinct("batch_id")
    for seal in lost:
        yield Finding(
            "removed",
            f"批次 {seal.batch_id} 的登记被删除，其封存记录还在。",
            batch_id=seal.batch_id,
        )


def _unsealed() -> Iterator[Finding]:
    for pending in Pending.objects.filter(~Exists(Entry.objects.filter(id=OuterRef("pk")))):
        yield Finding("removed", f"待封存的记录 {pending.pk} 被删除。", pending.pk)
    waiting = Exists(Pending.objects.filter(entry_id=OuterRef("pk")))
    for entry in Entry.objects.filter(waiting).order_by("id").iterator(ROWS_AT_ONCE):
        if digest(entry) != bytes(entry.digest):
            yield Finding("changed", f"待封存的记录 {entry.pk} 被改动：{_said(entry)}。", entry.pk)
    sealed = Exists(Seal.objects.filter(entry_id=OuterRef("pk")))
    for entry in Entry.objects.filter(~sealed, ~waiting).order_by("id").iterator(ROWS_AT_ONCE):
        yield Finding(
            "inserted",
            f"记录 {entry.pk} 没有封存登记：{_said(entry)}；"
            "它绕过写入触发器插入，或封存登记被删除。",
            entry.pk,
        )
