"""Exporting: entries as JSON lines with their seals, for checking outside the platform."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from gonghui.kernel.audit.entries import DIGESTED
from gonghui.kernel.audit.models import Entry, Seal
from gonghui.kernel.base.digests import canonical

ROWS_AT_ONCE = 2000


def lines(since: datetime | None = None, until: datetime | None = None) -> Iterator[bytes]:
    """Yield each entry with `since` <= at < `until` as one line of canonical JSON, oldest first.

    Beside what the digest covers a line holds id, digest (hex), batch and position (null where
    the entry is not sealed yet).
    """
    entries = Entry.objects.order_by("id")
    if since is not None:
        entries = entries.filter(at__gte=since)
    if until is not None:
        entries = entries.filter(at__lt=until)
    last = 0
    while page := list(entries.filter(id__gt=last)[:ROWS_AT_ONCE]):
        seals = Seal.objects.in_bulk([entry.pk for entry in page])
        for entry in page:
            yield _line(entry, seals.get(entry.pk))
        last = page[-1].pk


def _line(entry: Entry, seal: Seal | None) -> bytes:
    fields = {name: getattr(entry, name) for name in DIGESTED}
    fields["id"] = entry.pk
    fields["digest"] = entry.digest
    fields["batch"] = seal.batch_id if seal else None
    fields["position"] = seal.position if seal else None
    return canonical(fields) + b"\n"
