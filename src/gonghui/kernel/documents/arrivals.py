"""PDFs on arrival: one that bears our signature and was altered afterwards is not taken."""

from __future__ import annotations

from typing import IO

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.documents.verifying import LARGEST, State, verify

_SIGNED = b"/ByteRange"


def inspect(file: IO[bytes]) -> None:
    """Raise Refusal for a PDF altered after the platform signed it; others pass.

    A scan or a print has no signature, and what other people signed is theirs to judge.
    """
    content = file.read(LARGEST + 1)
    if _SIGNED not in content or len(content) > LARGEST:
        return
    verdict = verify(content)
    if verdict.state == State.TAMPERED and any(one.ours for one in verdict.signatures):
        raise Refusal(
            "这个 PDF 带有本平台的电子签章，但签章后被改动过，平台不接收。",
            remedy="请上传平台制发的原件；可在核验页查对。",
            field="file",
            code="tampered",
        )
