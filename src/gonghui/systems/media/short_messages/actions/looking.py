"""A look at a number or text in plain: only for a reason, and kept."""

from __future__ import annotations

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Unmasking
from gonghui.kernel.base.errors import Refusal

RULE = "《个人信息保护法》第六条：处理个人信息应当具有明确、合理的目的"
MIN_REASON = 4


def look(person_id: int | None, reason: str, by: Actor) -> None:
    """Keep who looked and why; Refusal without a reason."""
    if len(reason.strip()) < MIN_REASON:
        raise Refusal("请写明查看理由，至少 4 个字。", rule=RULE, field="reason", code="reason")
    Unmasking.objects.create(
        user_id=by.user_id or 0,
        person_id=person_id or 0,
        fields=["mobile", "text"],
        reason=reason.strip()[:200],
    )
