"""Looking at a member's personal data in plain."""

from __future__ import annotations

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Unmasking
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import Membership
from gonghui.systems.mobilization.membership.permissions import REVEAL_MEMBER

MIN_REASON = 4


@action("memberships.reveal", "查看完整个人信息", REVEAL_MEMBER, step_up=True)
def reveal(member: Membership, *, by: Actor, reason: str) -> dict[str, str]:
    """Document and mobile number in plain, by label; the look is logged with its reason."""
    if len(reason.strip()) < MIN_REASON:
        raise Refusal(
            "请写明查看理由，至少 4 个字。",
            rule="《个人信息保护法》第六条：处理个人信息应当具有明确、合理的目的",
            field="reason",
        )
    Unmasking.objects.create(
        user_id=by.user_id or 0,
        person_id=member.person_id,
        fields=["document_number", "mobile"],
        reason=reason,
    )
    plain = persons.reveal(member.person)
    return {"证件号码": plain["document_number"], "手机号码": plain["mobile"]}
