"""Which files may be evidence (证明材料), told by their first bytes and not by their names."""

from __future__ import annotations

LARGEST = 20 * 1024 * 1024
"""Bytes of one file."""

_STARTS = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
)
_ZIP = b"PK\x03\x04"
_PACKAGES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ofd": "application/ofd",
}
NAMED = "PDF、OFD、Word（docx）、JPG 或 PNG"


def content_type(head: bytes, name: str) -> str:
    """The media type of a file that may be kept; empty for any other.

    head: its first 16 bytes. A package (OFD, docx) is a zip file and told apart by its name.
    """
    for start, found, _ in _STARTS:
        if head.startswith(start):
            return found
    if head.startswith(_ZIP):
        return _PACKAGES.get(name.rsplit(".", 1)[-1].lower(), "")
    return ""
