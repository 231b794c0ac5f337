"""Clearing up: files nobody attached, uploads nobody finished, contents nobody refers to."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from gonghui.kernel.files.models import StoredFile, Upload
from gonghui.kernel.files.storing import FOLDER, QUARANTINE, STORE_LOCK
from gonghui.kernel.files.uploads import part_path
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job

UNATTACHED = timedelta(days=1)
UNFINISHED = timedelta(days=7)
QUARANTINED = timedelta(days=30)


@every("10 3 * * *")
@job("files.clear", "清理无主文件", once=True, retry=2)
def clear() -> None:
    """Delete what has been left over, then every content without a row."""
    now = timezone.now()
    clear_uploads(now - UNFINISHED)
    StoredFile.objects.filter(owner_kind="", at__lt=now - UNATTACHED).delete()
    clear_contents(now - UNATTACHED)
    clear_quarantine(now - QUARANTINED)


def clear_uploads(before: datetime) -> int:
    """Delete uploads begun before a time with their part files; return how many."""
    old = list(Upload.objects.filter(at__lt=before))
    for upload in old:
        part_path(upload).unlink(missing_ok=True)
    Upload.objects.filter(pk__in=[upload.pk for upload in old]).delete()
    return len(old)


def clear_contents(before: datetime) -> int:
    """Delete stored contents written before a time that no row refers to; return how many."""
    try:
        folders, _files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return 0
    return sum(_clear_folder(f"{FOLDER}/{folder}", before) for folder in folders)


def clear_quarantine(before: datetime) -> int:
    """Delete infected files put aside before a time; return how many."""
    try:
        names = default_storage.listdir(QUARANTINE)[1]
    except FileNotFoundError:
        return 0
    paths = [f"{QUARANTINE}/{name}" for name in names]
    old = [path for path in paths if default_storage.get_modified_time(path) < before]
    for path in old:
        default_storage.delete(path)
    return len(old)


@transaction.atomic
def _clear_folder(folder: str, before: datetime) -> int:
    with connection.cursor() as cursor:
        # Somebody is storing: leave this folder for the next night rather than make them wait.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [STORE_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    paths = {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
    for field in ("path", "thumbnail_path"):
        kept = StoredFile.objects.filter(**{f"{field}__in": paths})
        paths -= set(kept.values_list(field, flat=True))
    old = [path for path in paths if default_storage.get_modified_time(path) < before]
    for path in old:
        default_storage.delete(path)
    return len(old)
