"""Taking files in: checked, drawn anew if a picture, hashed, stored under their hash."""

from __future__ import annotations

import io
import re
from typing import IO
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from gonghui.kernel.base.errors import Conflict, Missing, Refusal
from gonghui.kernel.files import inspecting, scanning
from gonghui.kernel.files.images import redrawn
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose
from gonghui.kernel.files.types import IMAGES, RUNNABLE, FileType, sniff
from gonghui.kernel.security.events import Happening, Kind, remember
from gonghui.kernel.security.models import Severity

FOLDER = "files"
QUARANTINE = "quarantine"
SUSPICIOUS = frozenset(
    (
        *("active", "bomb", "double_extension", "encrypted", "entities", "external", "infected"),
        *("macro", "markup", "mismatch", "object", "polyglot", "program", "tampered"),
        *("too_many_pixels", "unsafe_path"),
    )
)
"""Codes of refusals that are worth a security event."""

# Held shared by whoever stores, so that clearing up never takes a content just being reused.
STORE_LOCK = 0x5EA1_0002
LONGEST_NAME = 120
_CHUNK = 1024 * 1024
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')


def store(
    file: IO[bytes],
    *,
    purpose: Purpose,
    name: str,
    uploaded_by_id: int | None,
    owner_kind: str = "",
    owner_id: int | None = None,
    org_path: str = "",
    inspected: bool = False,
) -> StoredFile:
    """Check and store a seekable file; return its row.

    Without an owner it belongs to the uploader until `attach`, and is cleared after a day.
    inspected: the platform made it itself, so no inspector is asked.
    Raises Refusal for whatever the purpose does not take.
    """
    try:
        size, name, extension, kind, scan = _checked(file, purpose, name)
        if not inspected:
            inspecting.inspect(file, kind)
    except Refusal as refusal:
        _tell(refusal, purpose, uploaded_by_id, org_path, file)
        raise
    thumbnail = b""
    if kind in IMAGES:
        picture, thumbnail = redrawn(file, kind)
        file, size = io.BytesIO(picture), len(picture)
    sha256, sm3_hex = digests(file)
    with transaction.atomic():
        _hold_store()
        return StoredFile.objects.create(
            name=name,
            size=size,
            extension=extension,
            media_type=kind.media_type,
            sha256=sha256,
            sm3=sm3_hex,
            path=_put(f"{FOLDER}/{sha256[:2]}/{sha256}", file, size),
            thumbnail_path=_put_thumbnail(sha256, thumbnail),
            purpose=purpose.code,
            owner_kind=owner_kind,
            owner_id=owner_id,
            org_path=org_path,
            uploaded_by_id=uploaded_by_id,
            at=timezone.now(),
            scan=scan,
        )


def _checked(file: IO[bytes], purpose: Purpose, name: str) -> tuple[int, str, str, FileType, str]:
    """Size, clean name, extension, type and scan of a file that may come in."""
    size = file.seek(0, io.SEEK_END)
    purpose.check_size(size)
    name, extension = _clean_name(name)
    purpose.check_extension(extension)
    kind = sniff(file, size)
    purpose.check_type(kind, extension)
    return size, name, extension, kind, scanning.scan(file)


def _tell(
    refusal: Refusal,
    purpose: Purpose,
    user_id: int | None,
    org_path: str,
    file: IO[bytes],
) -> None:
    """Record a refusal that an honest mistake does not explain; put a virus aside."""
    if refusal.code not in SUSPICIOUS:
        return
    facts = {"why": refusal.code, "purpose": purpose.title}
    if isinstance(refusal, scanning.Infected):
        sha256, _sm3 = digests(file)
        size = file.seek(0, io.SEEK_END)
        facts |= {"virus": refusal.virus, "sha256": sha256}
        _put(f"{QUARANTINE}/{sha256}", file, size)
    serious = isinstance(refusal, scanning.Infected)
    remember(
        Happening(
            Kind.UPLOAD_REFUSED,
            Severity.SERIOUS if serious else Severity.WARNING,
            user_id=user_id,
            subject=purpose.title,
            org_path=org_path,
            facts=facts,
        )
    )


def _clean_name(name: str) -> tuple[str, str]:
    base = _UNSAFE.sub("", re.split(r"[/\\]", name)[-1]).strip(" .")
    stem, dot, extension = base.rpartition(".")
    if not dot or not stem:
        raise Refusal("文件名没有扩展名。", remedy="请补上扩展名。", field="file", code="name")
    if any(part.strip().lower() in RUNNABLE for part in stem.split(".")[1:]):
        raise Refusal(
            "文件名带有双重扩展名，像是伪装的程序。",
            remedy="请改成普通的文件名后再上传。",
            field="file",
            code="double_extension",
        )
    return f"{stem[:LONGEST_NAME]}.{extension}", extension.lower()


def digests(file: IO[bytes]) -> tuple[str, str]:
    """SHA-256 and SM3 of a seekable file, in hex."""
    sha256 = hashes.Hash(hashes.SHA256())
    sm3 = hashes.Hash(hashes.SM3())
    file.seek(0)
    while chunk := file.read(_CHUNK):
        sha256.update(chunk)
        sm3.update(chunk)
    return sha256.finalize().hex(), sm3.finalize().hex()


def _hold_store() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [STORE_LOCK])


def _put(path: str, file: IO[bytes], size: int) -> str:
    if default_storage.exists(path):
        # A kill in the middle of writing leaves a shorter file under the right name.
        if default_storage.size(path) == size:
            return path
        default_storage.delete(path)
    file.seek(0)
    return default_storage.save(path, File(file))


def _put_thumbnail(sha256: str, thumbnail: bytes) -> str:
    if not thumbnail:
        return ""
    path = f"{FOLDER}/{sha256[:2]}/{sha256}.thumbnail"
    return _put(path, io.BytesIO(thumbnail), len(thumbnail))


def attach(
    key: UUID, *, user_id: int, owner_kind: str, owner_id: int, org_path: str = ""
) -> StoredFile:
    """Give a file the user uploaded its owner.

    Raises Missing when the user has no such file, Conflict when it has another owner already.
    """
    with transaction.atomic():
        file = StoredFile.objects.select_for_update().filter(key=key).first()
        if file is None or file.uploaded_by_id != user_id:
            raise Missing("没有这个文件，可能已过期。", remedy="请重新上传。", code="file")
        if file.owner_kind and (file.owner_kind, file.owner_id) != (owner_kind, owner_id):
            raise Conflict("这个文件已用于另一件事。", remedy="请重新上传。", code="attached")
        file.owner_kind, file.owner_id, file.org_path = owner_kind, owner_id, org_path
        file.save(update_fields=["owner_kind", "owner_id", "org_path"])
    return file


def release(file: StoredFile) -> None:
    """Take a file from its owner; it is cleared after a day."""
    file.owner_kind, file.owner_id, file.uploaded_by_id = "", None, None
    file.at = timezone.now()
    file.save(update_fields=["owner_kind", "owner_id", "uploaded_by_id", "at"])


def files_of(owner_kind: str, owner_id: int) -> list[StoredFile]:
    """Return the files of an owner, oldest first."""
    return list(StoredFile.objects.filter(owner_kind=owner_kind, owner_id=owner_id).order_by("id"))


def open_stored(file: StoredFile) -> File:
    """Open a stored file for reading; raises Refusal when it carries a virus."""
    if file.scan == StoredFile.Scan.INFECTED:
        raise Refusal("文件含有病毒，已停止使用。", remedy="请联系上传人更换。", code="infected")
    return default_storage.open(file.path)
