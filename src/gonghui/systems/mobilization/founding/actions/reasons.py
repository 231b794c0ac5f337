"""The reason everything refused, returned or given up is told with."""

from __future__ import annotations

from gonghui.kernel.base.errors import Refusal

MIN_REASON = 4


def check_reason(reason: str) -> None:
    """Refuse a reason of fewer than MIN_REASON characters."""
    if len(reason.strip()) < MIN_REASON:
        raise Refusal(f"请写明理由，至少 {MIN_REASON} 个字。", field="reason")
