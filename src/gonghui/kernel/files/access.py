"""Who may read a file: its owner's part of the platform says, for files know nothing of rights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from gonghui.kernel.base.errors import Forbidden, Missing
from gonghui.kernel.files.models import StoredFile

MayRead = Callable[[Any, StoredFile], bool]

_owners: dict[str, MayRead] = {}


def register_owner(kind: str, may_read: MayRead) -> None:
    """Say who reads the files of owners of a kind: may_read(actor, file).

    Raises ValueError for a kind in use.
    """
    if _owners.setdefault(kind, may_read) is not may_read:
        raise ValueError(f"owner kind {kind!r} is registered twice")


def has_owner(kind: str) -> bool:
    """Tell whether somebody answers for the files of owners of a kind."""
    return kind in _owners


def readable(key: UUID, actor: Any) -> StoredFile:
    """Return a file the actor may read.

    Until it has an owner only the uploader may. Raises Missing when there is no such file,
    Forbidden when the owner's part says no or nobody answers for the owner.
    """
    file = StoredFile.objects.filter(key=key).first()
    if file is None:
        raise Missing("没有这个文件，可能已过期。", code="file")
    if not may_read(actor, file):
        raise Forbidden(
            "您无权查看这个文件。", remedy="请联系文件所属单位的管理员。", code="forbidden"
        )
    return file


def may_read(actor: Any, file: StoredFile) -> bool:
    """Tell whether the actor may read a file, as its owner's part decides."""
    if not file.owner_kind:
        return actor.user_id is not None and actor.user_id == file.uploaded_by_id
    decides = _owners.get(file.owner_kind)
    return decides is not None and decides(actor, file)
