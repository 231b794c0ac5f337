"""What is wrong with the declarations of issued documents, found when the platform starts."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from gonghui.kernel.documents import codes
from gonghui.kernel.files.access import has_owner


@register("documents")
def owners_answer_for_their_files(**_options: Any) -> list[CheckMessage]:
    """Whoever has check codes issued says who reads the documents kept under them."""
    return [
        Error(
            f"check codes are issued for {kind!r}, but nobody says who reads its files",
            hint="files.access.register_owner(kind, may_read) beside codes.owner(kind)",
            id="documents.E001",
        )
        for kind in sorted(codes.owners())
        if not has_owner(kind)
    ]
