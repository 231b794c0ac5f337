"""Purposes (用途): what kind of file is taken where, and how big."""

from __future__ import annotations

from dataclasses import dataclass

from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.files.types import FileType


@dataclass(frozen=True)
class Purpose:
    """What may be uploaded for one use; max_bytes is the size as it arrives."""

    code: str
    title: str
    types: tuple[FileType, ...]
    max_bytes: int

    def check_size(self, size: int) -> None:
        """Raise Refusal for an empty file or one that is too big."""
        if size <= 0:
            raise Refusal("文件是空的。", field="file", code="empty")
        if size > self.max_bytes:
            raise Refusal(
                f"文件有 {_megabytes(size)} MB，“{self.title}”最大 "
                f"{_megabytes(self.max_bytes)} MB。",
                remedy="请压缩或拆分后再上传。",
                field="file",
                code="too_big",
            )

    def check_extension(self, extension: str) -> None:
        """Raise Refusal for an extension that belongs to none of the types."""
        if not any(extension in kind.extensions for kind in self.types):
            raise Refusal(
                f"“{self.title}”不接收 .{extension or '（无扩展名）'} 文件。",
                remedy=f"请上传{self.accepted}。",
                field="file",
                code="type",
            )

    def check_type(self, found: FileType, extension: str) -> None:
        """Raise Refusal when the content is not taken here or belies its extension."""
        if extension not in found.extensions:
            raise Refusal(
                f"文件内容是{found.title}，扩展名却是 .{extension}。",
                remedy="请改正扩展名，或选择正确的文件。",
                field="file",
                code="mismatch",
            )
        if found not in self.types:
            raise Refusal(
                f"“{self.title}”不接收{found.title}。",
                remedy=f"请上传{self.accepted}。",
                field="file",
                code="type",
            )

    @property
    def accepted(self) -> str:
        """The extensions taken, for people: ".jpg、.png"."""
        return "、".join(f".{extension}" for kind in self.types for extension in kind.extensions)


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0")


_purposes: dict[str, Purpose] = {}


def register_purpose(purpose: Purpose) -> Purpose:
    """Make a purpose known to the upload addresses; raises ValueError for a code in use."""
    if _purposes.setdefault(purpose.code, purpose) != purpose:
        raise ValueError(f"purpose {purpose.code!r} is registered twice")
    return purpose


def purpose_of(code: str) -> Purpose:
    """Return a registered purpose; raises Missing."""
    if code not in _purposes:
        raise Missing("没有这种上传用途。", code="purpose")
    return _purposes[code]
