"""Uploads in pieces (断点续传): a lost connection or a killed server costs one piece at most."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gonghui.kernel.base.errors import Conflict, Missing, Refusal
from gonghui.kernel.files.models import StoredFile, Upload
from gonghui.kernel.files.purposes import Purpose, purpose_of
from gonghui.kernel.files.storing import store

LARGEST_PIECE = 8 * 1024 * 1024


def begin(*, purpose: Purpose, name: str, size: int, user_id: int) -> Upload:
    """Start an upload of `size` bytes; raises Refusal when it is empty or too big."""
    purpose.check_size(size)
    upload = Upload.objects.create(
        purpose=purpose.code, name=name, size=size, uploaded_by_id=user_id, at=timezone.now()
    )
    path = part_path(upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return upload


def part_path(upload: Upload) -> Path:
    """Return the file that collects the pieces; web nodes share MEDIA_ROOT."""
    return Path(settings.MEDIA_ROOT) / "uploads" / f"{upload.key}.part"


def find(key: UUID, *, user_id: int) -> Upload:
    """Return an upload of the user; raises Missing."""
    upload = Upload.objects.filter(key=key, uploaded_by_id=user_id).first()
    if upload is None or (upload.finished_id is None and not part_path(upload).exists()):
        raise Missing("没有这个上传，可能已过期。", remedy="请重新上传。", code="upload")
    return upload


def received(upload: Upload) -> int:
    """Return how many bytes have safely arrived: where the next piece begins."""
    return upload.size if upload.finished_id else part_path(upload).stat().st_size


def append(upload: Upload, offset: int, piece: bytes) -> int:
    """Write a piece at `offset`, fsynced; return how many bytes there are now.

    A piece sent again because its answer was lost overwrites itself. Raises Conflict when bytes
    before `offset` are missing, Refusal when the piece or the sum is too long.
    """
    if len(piece) > LARGEST_PIECE or offset < 0 or offset + len(piece) > upload.size:
        raise Refusal("上传的数据与文件大小不符。", remedy="请重新上传。", code="piece")
    with part_path(upload).open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        arrived = file.seek(0, os.SEEK_END)
        if offset > arrived:
            raise Conflict(
                f"已收到 {arrived} 字节，缺少其后的数据。",
                remedy="请从断点处继续上传。",
                code="offset",
            )
        file.seek(offset)
        file.write(piece)
        file.flush()
        os.fsync(file.fileno())
        return max(arrived, offset + len(piece))


def finish(upload: Upload) -> StoredFile:
    """Turn a complete upload into a stored file; finishing again returns the same one.

    Raises Conflict while bytes are missing, Refusal for what the purpose does not take (the
    upload is then over).
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update().get(pk=upload.pk)
        if upload.finished is not None:
            return upload.finished
        if received(upload) != upload.size:
            raise Conflict(
                f"文件共 {upload.size} 字节，只收到 {received(upload)} 字节。",
                remedy="请继续上传。",
                code="incomplete",
            )
        with part_path(upload).open("rb") as part:
            upload.finished = store(
                part,
                purpose=purpose_of(upload.purpose),
                name=upload.name,
                uploaded_by_id=upload.uploaded_by_id,
            )
        upload.save(update_fields=["finished"])
        # Before the commit the part is still needed: a rolled back finish can be repeated.
        transaction.on_commit(lambda: part_path(upload).unlink(missing_ok=True))
    return upload.finished
