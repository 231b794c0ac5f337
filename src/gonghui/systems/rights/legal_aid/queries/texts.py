"""Whether what somebody writes to the desk of legal work tells of danger to a life."""

from __future__ import annotations

from gonghui.engines.casework.declaring import Hint
from gonghui.kernel.notify import replies


def classify(text: str) -> Hint:
    """Danger alone: what the matter is, the applicant says."""
    found = (watch(text) for watch in replies.watches().values())
    why = next((words for words in found if words), "")
    return Hint((), bool(why), (why,) if why else ())
